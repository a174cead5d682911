//go:build unix

package notify

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/vrrpkit/vrrpkit/internal/script"
)

// openPipe opens the pipe, which is made if it does not exist. It is opened for
// reading too: otherwise that fails while nobody reads.
func openPipe(cfg FIFOConfig) (f *os.File, created bool, err error) {
	owner := uint32(os.Geteuid())
	if cfg.User != "" {
		id, err := script.LookupIdentity(cfg.User, cfg.Group, false)
		if err != nil {
			return nil, false, err
		}
		owner = id.UID
		defer func() {
			if created && err == nil {
				err = os.Chown(cfg.Path, int(id.UID), int(id.GID))
			}
			if err != nil && created {
				_ = os.Remove(cfg.Path)
			}
		}()
	}
	err = syscall.Mkfifo(cfg.Path, 0o600)
	if created = err == nil; err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, false, &fs.PathError{Op: "mkfifo", Path: cfg.Path, Err: err}
	}
	// What is there may be anything: only a pipe is opened, and only one in
	// which nobody else can write lines of ours.
	info, err := os.Lstat(cfg.Path)
	if err != nil {
		return nil, created, err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case info.Mode().Type() != fs.ModeNamedPipe:
		return nil, false, fmt.Errorf("%s exists and is no named pipe: remove it, or name another file", cfg.Path)
	case ok && st.Uid != owner && st.Uid != uint32(os.Geteuid()):
		return nil, false, fmt.Errorf("%s belongs to user %d: it has to be ours (user %d), or does not exist before", cfg.Path, st.Uid, owner)
	}
	f, err = os.OpenFile(cfg.Path, os.O_RDWR|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	return f, created, err
}

// writeNow writes to a pipe, or fails if it is full. File.Write would wait.
func writeNow(f *os.File, line string) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = conn.Write(func(fd uintptr) bool {
		_, failed = syscall.Write(int(fd), []byte(line)) // whole or not at all: it is shorter than PIPE_BUF
		return true
	})
	return errors.Join(err, failed)
}
