package ether

import (
	"net"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netns"
)

// Conn sends frames on any interface of a network namespace. It receives
// nothing. It may be used by several goroutines.
type Conn struct {
	mu sync.Mutex
	fd int
	to unix.SockaddrLinklayer
}

// Dial opens a Conn in the network namespace ns (zero or negative: the
// caller's own). It needs CAP_NET_RAW.
func Dial(ns int) (*Conn, error) {
	c := &Conn{}
	err := netns.Do(ns, func() (err error) {
		// Protocol 0: the kernel queues no packets for this socket.
		c.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
		return os.NewSyscallError("socket", err)
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Send sends a whole frame, header included, on the interface index. It never
// blocks: a full queue is an error. After Close the error is net.ErrClosed.
func (c *Conn) Send(index int, frame []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fd < 0 {
		return net.ErrClosed
	}
	c.to.Ifindex = index
	for {
		err := unix.Sendto(c.fd, frame, unix.MSG_DONTWAIT, &c.to)
		if err != unix.EINTR {
			return os.NewSyscallError("sendto", err)
		}
	}
}

// Close closes the socket. It is idempotent.
func (c *Conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fd < 0 {
		return nil
	}
	fd := c.fd
	c.fd = -1
	return os.NewSyscallError("close", unix.Close(fd))
}
