package check

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// probe connects and closes. It does without what dial prepares for talking,
// which is half of our own work for a check.
func (d *dialer) probe(ctx context.Context) error {
	fd, err := d.target.socket(unix.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	to, err := sockaddr(d.target.Addr)
	if err == nil {
		err = os.NewSyscallError("connect", unix.Connect(fd, to))
	}
	if !errors.Is(err, unix.EINPROGRESS) {
		unix.Close(fd)
		return err
	}
	f := os.NewFile(uintptr(fd), "probe")
	defer f.Close()
	stop := context.AfterFunc(ctx, func() { _ = f.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	c, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var verdict error
	err = c.Write(func(fd uintptr) bool {
		verdict = unix.Connect(int(fd), to) // says how the first one went
		return !errors.Is(verdict, unix.EALREADY)
	})
	if err == nil && !errors.Is(verdict, unix.EISCONN) {
		err = os.NewSyscallError("connect", verdict)
	}
	return err
}
