package check

import (
	"context"
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// attempt is a TCP connection that may still have to come about. It does without
// what net prepares for long conversations, which is half of our own work for a
// check.
type attempt struct {
	fd        int
	to        unix.Sockaddr
	connected bool
}

// attempt begins to connect.
func (d *dialer) attempt() (attempt, error) {
	to, err := sockaddr(d.target.Addr)
	if err != nil {
		return attempt{}, err
	}
	fd, err := d.target.socket(unix.SOCK_STREAM, 0)
	if err != nil {
		return attempt{}, err
	}
	a := attempt{fd: fd, to: to}
	if a.connected, err = a.connect(); err == nil && !a.connected {
		a.connected, err = a.connect() // what is on this machine has answered already
	}
	if err != nil {
		unix.Close(fd)
	}
	return a, err
}

// connect begins to connect, or says how that went.
func (a attempt) connect() (done bool, err error) {
	switch err := unix.Connect(a.fd, a.to); {
	case errors.Is(err, unix.EINPROGRESS), errors.Is(err, unix.EALREADY):
		return false, nil
	case err != nil && !errors.Is(err, unix.EISCONN):
		return false, os.NewSyscallError("connect", err)
	}
	return true, nil
}

// use waits until the connection is there, has talk use it, and closes it. What
// talk reads and writes fails soon after ctx ends.
func (a attempt) use(ctx context.Context, talk func(io.ReadWriter)) error {
	f := os.NewFile(uintptr(a.fd), "connection")
	defer f.Close()
	defer interrupt(ctx, f)()
	if !a.connected {
		c, err := f.SyscallConn()
		if err != nil {
			return err
		}
		var failed error
		if err := c.Write(func(uintptr) bool {
			a.connected, failed = a.connect()
			return a.connected || failed != nil
		}); err != nil {
			return err
		}
		if failed != nil {
			return failed
		}
	}
	talk(f)
	return nil
}

// probe connects and closes.
func (d *dialer) probe(ctx context.Context) error {
	a, err := d.attempt()
	switch {
	case err != nil:
		return err
	case a.connected:
		unix.Close(a.fd)
		return nil
	}
	return a.use(ctx, func(io.ReadWriter) {})
}

// exchange does what converse does, for one request and its answer.
func (d *dialer) exchange(ctx context.Context, talk func(io.ReadWriter) Result) (r Result) {
	a, err := d.attempt()
	if err == nil {
		err = a.use(ctx, func(c io.ReadWriter) { r = talk(c) })
	}
	if err != nil {
		return connectFailure(ctx, "connect to "+d.addr, err)
	}
	return r
}
