package check

import (
	"net"
	"net/netip"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netns"
)

// socket opens a socket of the target's family and namespace, with its options
// and source, that does not block.
func (t Target) socket(kind, proto int) (fd int, err error) {
	family := unix.AF_INET
	if t.Addr.Addr().Is6() {
		family = unix.AF_INET6
	}
	err = netns.Do(t.Namespace, func() (err error) {
		fd, err = unix.Socket(family, kind|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, proto)
		return os.NewSyscallError("socket", err)
	})
	if err != nil {
		return 0, err
	}
	if err := t.prepare(fd, kind); err != nil {
		unix.Close(fd)
		return 0, err
	}
	return fd, nil
}

func (t Target) prepare(fd, kind int) error {
	source := t.Source
	if !source.Addr().IsValid() && source.Port() == 0 {
		return t.options(fd, false)
	}
	if err := t.options(fd, kind == unix.SOCK_STREAM); err != nil {
		return err
	}
	if !source.Addr().IsValid() {
		any := netip.IPv4Unspecified()
		if t.Addr.Addr().Is6() {
			any = netip.IPv6Unspecified()
		}
		source = netip.AddrPortFrom(any, source.Port())
	}
	sa, err := sockaddr(source)
	if err != nil {
		return err
	}
	return os.NewSyscallError("bind", unix.Bind(fd, sa))
}

// sockaddr is an address for system calls. A zone may be an interface's name.
func sockaddr(a netip.AddrPort) (unix.Sockaddr, error) {
	addr := a.Addr()
	if addr.Is4() {
		return &unix.SockaddrInet4{Addr: addr.As4(), Port: int(a.Port())}, nil
	}
	sa := &unix.SockaddrInet6{Addr: addr.As16(), Port: int(a.Port())}
	if zone := addr.Zone(); zone != "" {
		n, err := strconv.ParseUint(zone, 10, 32)
		if err != nil {
			ifi, err := net.InterfaceByName(zone)
			if err != nil {
				return nil, err
			}
			n = uint64(ifi.Index)
		}
		sa.ZoneId = uint32(n)
	}
	return sa, nil
}
