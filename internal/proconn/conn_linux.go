package proconn

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

const (
	ackTime    = time.Second
	bufferSize = 1 << 20 // a burst of forks
)

// Conn is a subscription.
type Conn struct {
	file   *os.File
	stop   func() bool
	buf    []byte
	events []Event
}

// Listen subscribes to all processes, until ctx ends or Close. It takes root in
// the initial network and process namespaces; elsewhere the kernel refuses, or
// does not answer, and Listen says so.
func Listen(ctx context.Context) (*Conn, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_CONNECTOR)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, bufferSize) // takes privileges; the default will do
	err = os.NewSyscallError("bind", unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: connectorID}))
	if err == nil {
		err = os.NewSyscallError("subscribe", unix.Sendto(fd, subscription(), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}))
	}
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	c := &Conn{file: os.NewFile(uintptr(fd), "process connector"), buf: make([]byte, 64<<10)}
	c.stop = context.AfterFunc(ctx, func() { _ = c.file.SetReadDeadline(time.Unix(1, 0)) })
	if err := c.awaitAck(ctx); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// awaitAck waits for the kernel's word that we will be told. From another
// process namespace there is none.
func (c *Conn) awaitAck(ctx context.Context) error {
	limit := time.AfterFunc(ackTime, func() { _ = c.file.SetReadDeadline(time.Unix(1, 0)) })
	for {
		n, err := c.file.Read(c.buf)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return errors.New("the kernel does not answer (is this another process namespace?)")
		}
		if err != nil {
			return err
		}
		switch _, ack := decode(c.buf[:n], nil); {
		case ack > 0:
			return os.NewSyscallError("subscribe", unix.Errno(ack))
		case ack == 0 && limit.Stop():
			return nil
		}
	}
}

// Read waits for events and returns them; they are valid until the next Read.
// After unix.ENOBUFS some have been lost, and Read goes on. When the context of
// Listen ends, it fails.
func (c *Conn) Read() ([]Event, error) {
	n, err := c.file.Read(c.buf)
	if err != nil {
		return nil, err
	}
	c.events, _ = decode(c.buf[:n], c.events[:0])
	return c.events, nil
}

// Close ends the subscription.
func (c *Conn) Close() error {
	c.stop()
	return c.file.Close()
}
