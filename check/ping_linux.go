package check

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// pingConn is a socket that is connected to the host.
type pingConn struct{ *os.File }

func (c pingConn) interrupt() { _ = c.SetDeadline(time.Unix(1, 0)) }

// open opens a raw socket, or, where that takes privileges that we have not, one
// for echo requests only.
func (p *Ping) open() (pingConn, error) {
	proto := unix.IPPROTO_ICMP
	if p.target.Addr.Addr().Is6() {
		proto = unix.IPPROTO_ICMPV6
	}
	fd, err := p.target.socket(unix.SOCK_RAW, proto)
	if errors.Is(err, fs.ErrPermission) {
		fd, err = p.target.socket(unix.SOCK_DGRAM, proto)
	}
	if errors.Is(err, fs.ErrPermission) {
		err = fmt.Errorf("%w: run as root, give CAP_NET_RAW, or put group %d into net.ipv4.ping_group_range", err, os.Getegid())
	}
	if err != nil {
		return pingConn{}, err
	}
	sa, err := sockaddr(p.target.Addr)
	if err == nil {
		err = os.NewSyscallError("connect", unix.Connect(fd, sa))
	}
	if err != nil {
		unix.Close(fd)
		return pingConn{}, err
	}
	return pingConn{os.NewFile(uintptr(fd), "ping")}, nil
}
