package check

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netns"
)

// pingConn is a socket that is connected to the host.
type pingConn struct{ *os.File }

func (c pingConn) interrupt() { _ = c.SetDeadline(time.Unix(1, 0)) }

// open opens a raw socket, or, where that takes privileges that we have not, one
// for echo requests only.
func (p *Ping) open() (pingConn, error) {
	var fd int
	err := netns.Do(p.target.Namespace, func() (err error) {
		fd, err = p.socket(unix.SOCK_RAW)
		if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
			fd, err = p.socket(unix.SOCK_DGRAM)
		}
		return err
	})
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		err = fmt.Errorf("%w: run as root, give CAP_NET_RAW, or put group %d into net.ipv4.ping_group_range", err, os.Getegid())
	}
	if err != nil {
		return pingConn{}, err
	}
	if err := p.connect(fd); err != nil {
		unix.Close(fd)
		return pingConn{}, err
	}
	return pingConn{os.NewFile(uintptr(fd), "ping")}, nil
}

func (p *Ping) socket(kind int) (int, error) {
	family, proto := unix.AF_INET, unix.IPPROTO_ICMP
	if p.target.Addr.Addr().Is6() {
		family, proto = unix.AF_INET6, unix.IPPROTO_ICMPV6
	}
	fd, err := unix.Socket(family, kind|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, proto)
	return fd, os.NewSyscallError("socket", err)
}

func (p *Ping) connect(fd int) error {
	t := p.target
	if err := t.options(fd, false); err != nil {
		return err
	}
	if source := t.Source.Addr(); source.IsValid() {
		sa, err := sockaddr(source.As16(), source.Is4(), source.Zone())
		if err == nil {
			err = os.NewSyscallError("bind", unix.Bind(fd, sa))
		}
		if err != nil {
			return err
		}
	}
	addr := t.Addr.Addr()
	sa, err := sockaddr(addr.As16(), addr.Is4(), addr.Zone())
	if err != nil {
		return err
	}
	return os.NewSyscallError("connect", unix.Connect(fd, sa))
}

func sockaddr(addr [16]byte, is4 bool, zone string) (unix.Sockaddr, error) {
	if is4 {
		return &unix.SockaddrInet4{Addr: [4]byte(addr[12:])}, nil
	}
	sa := &unix.SockaddrInet6{Addr: addr}
	if zone == "" {
		return sa, nil
	}
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		sa.ZoneId = uint32(n)
		return sa, nil
	}
	ifi, err := net.InterfaceByName(zone)
	if err != nil {
		return nil, err
	}
	sa.ZoneId = uint32(ifi.Index)
	return sa, nil
}
