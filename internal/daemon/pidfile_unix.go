//go:build unix

package daemon

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// writePIDFile writes our process number to a file and locks it. Whether another
// daemon runs is told by the lock: a file that merely exists was left behind.
// remove unlocks and deletes it.
func writePIDFile(name string) (remove func(), err error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o644)
	if err != nil {
		return nil, fmt.Errorf("pid file: %w", err)
	}
	lock := syscall.Flock_t{Type: syscall.F_WRLCK}
	if err := syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &lock); err != nil {
		defer f.Close()
		if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EACCES) {
			return nil, fmt.Errorf("pid file %s: %w%s", name, errRunning, holder(f))
		}
		return nil, fmt.Errorf("pid file %s: %w", name, err)
	}
	if err = f.Truncate(0); err == nil {
		_, err = fmt.Fprintf(f, "%d\n", os.Getpid())
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("pid file: %w", err)
	}
	return func() {
		_ = os.Remove(name)
		_ = f.Close()
	}, nil
}

// holder returns the process number in a locked file.
func holder(f *os.File) string {
	b := make([]byte, 32)
	n, _ := f.ReadAt(b, 0)
	if pid := strings.TrimSpace(string(b[:n])); pid != "" {
		return ", process " + pid
	}
	return ""
}
