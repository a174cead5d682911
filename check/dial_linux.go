package check

import (
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netns"
)

func (t Target) supported() error { return nil }

// control returns what prepares a socket, nil if there is nothing to prepare.
func (t Target) control() controlFunc {
	if t.Namespace <= 0 && t.Interface == "" && t.Mark == 0 && !t.bound() {
		return nil
	}
	return func(network, _ string, c syscall.RawConn) error {
		var err error
		ctlErr := c.Control(func(fd uintptr) {
			if err = t.move(int(fd), network); err == nil {
				err = t.options(int(fd), t.bound())
			}
		})
		if ctlErr != nil {
			return ctlErr
		}
		return err
	}
}

// move puts a socket of the target's namespace in the place of fd: a socket
// belongs to the namespace that it was opened in, wherever it is used. Only this
// needs a thread of its own, not the wait for an answer.
func (t Target) move(fd int, network string) error {
	if t.Namespace <= 0 {
		return nil
	}
	family, kind := unix.AF_INET, unix.SOCK_STREAM
	if strings.HasSuffix(network, "6") {
		family = unix.AF_INET6
	}
	if strings.HasPrefix(network, "udp") {
		kind = unix.SOCK_DGRAM
	}
	return netns.Do(t.Namespace, func() error {
		s, err := unix.Socket(family, kind|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return os.NewSyscallError("socket", err)
		}
		defer unix.Close(s)
		return os.NewSyscallError("dup3", unix.Dup3(s, fd, unix.O_CLOEXEC))
	})
}

func (t Target) options(fd int, bound bool) error {
	if t.Interface != "" {
		if err := unix.BindToDevice(fd, t.Interface); err != nil {
			return os.NewSyscallError("bind to interface "+t.Interface, err)
		}
	}
	if t.Mark != 0 {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_MARK, int(t.Mark)); err != nil {
			return os.NewSyscallError("set mark", err)
		}
	}
	if !bound {
		return nil
	}
	if t.Source.Port() != 0 {
		// The port of the check before is still waiting out its last packets.
		return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1))
	}
	// The port is chosen when the destination is known, so that each
	// destination has all ports to itself.
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1))
}
