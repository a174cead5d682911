package rawsock

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

const (
	// tos is the traffic class of VRRP: network control (ENC-07).
	tos = 0xc0

	// bufferSize is room for a thousand routers' adverts in one burst: the
	// kernel charges some 800 bytes for each.
	bufferSize = 2 << 20
)

// Config says what a Socket is for.
type Config struct {
	Interface string
	Index     int // the interface's
	Protocol  int // what to hear: 112, or over IPv4 51, and of that only what carries VRRP

	// Group is the multicast group to join; where it is not valid, the socket
	// is bound to Local, which the host need not have yet.
	Group, Local netip.Addr
}

// Socket is a raw socket that hears VRRP on one interface, sent to one group
// or address, but not what it sent itself. It belongs to one goroutine.
type Socket struct {
	fd    int
	six   bool
	index int
	id    uint16
	tx    *sender
	empty time.Time // when nothing waited, as far as is known
}

// Open opens a socket in the calling thread's network namespace.
func Open(c Config) (*Socket, error) {
	addr := c.Group
	if !addr.IsValid() {
		addr = c.Local
	}
	addr = addr.WithZone("")
	fd, err := socket(addr.Is6(), c.Protocol)
	if err != nil {
		return nil, fmt.Errorf("rawsock: %w", err)
	}
	s := &Socket{fd: fd, six: addr.Is6(), index: c.Index, tx: newSender(addr.Is6()), empty: time.Now()}
	if err := s.configure(c, addr); err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("rawsock: %s: %w", c.Interface, err)
	}
	return s, nil
}

// Probe reports whether sockets of a family can be opened at all.
func Probe(six bool) error {
	fd, err := socket(six, Protocol)
	if err != nil {
		return fmt.Errorf("rawsock: %w", err)
	}
	return os.NewSyscallError("close", unix.Close(fd))
}

func socket(six bool, protocol int) (int, error) {
	family := unix.AF_INET
	if six {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, protocol)
	err = os.NewSyscallError("socket", err)
	if errors.Is(err, unix.EPERM) {
		err = fmt.Errorf("a raw socket needs root or CAP_NET_RAW: %w", err)
	}
	return fd, err
}

func (s *Socket) configure(c Config, addr netip.Addr) error {
	// Until it is bound, a raw socket hears the whole host.
	if err := s.filter(dropAll); err != nil {
		return err
	}
	if err := unix.BindToDevice(s.fd, c.Interface); err != nil {
		return os.NewSyscallError("setsockopt SO_BINDTODEVICE", err)
	}
	options := options4
	if s.six {
		options = options6
	}
	for _, o := range options {
		if err := unix.SetsockoptInt(s.fd, o.level, o.name, o.value); err != nil {
			return os.NewSyscallError("setsockopt "+o.text, err)
		}
	}
	for _, force := range [][2]int{{unix.SO_RCVBUFFORCE, unix.SO_RCVBUF}, {unix.SO_SNDBUFFORCE, unix.SO_SNDBUF}} {
		if unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, force[0], bufferSize) != nil {
			_ = unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, force[1], bufferSize) // as much as we may have
		}
	}
	if c.Group.IsValid() {
		if err := s.join(addr); err != nil {
			return os.NewSyscallError("join "+addr.String(), err)
		}
	}
	if err := unix.Bind(s.fd, s.sockaddr(addr)); err != nil {
		return os.NewSyscallError("bind "+addr.String(), err)
	}
	var program []bpf.Instruction
	if c.Protocol == protocolAH {
		program = dropOtherAH
	}
	if c.Group.IsValid() {
		return s.filter(append(program, passAll...)) // multicast loop is off: nothing of our own comes
	}
	return s.filter(append(program, dropFrom(addr)...))
}

// option is one integer socket option.
type option struct {
	level, name, value int
	text               string
}

var options4 = []option{
	{unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1, "SO_TIMESTAMPNS"},
	{unix.IPPROTO_IP, unix.IP_HDRINCL, 1, "IP_HDRINCL"},
	{unix.IPPROTO_IP, unix.IP_FREEBIND, 1, "IP_FREEBIND"},
	{unix.IPPROTO_IP, unix.IP_MULTICAST_ALL, 0, "IP_MULTICAST_ALL"},
	{unix.IPPROTO_IP, unix.IP_MULTICAST_LOOP, 0, "IP_MULTICAST_LOOP"},
	{unix.IPPROTO_IP, unix.IP_TOS, tos, "IP_TOS"}, // for routing; the header has its own
}

// IPV6_CHECKSUM is not among them: with it the kernel would drop what fails,
// uncounted (CK-08).
var options6 = []option{
	{unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1, "SO_TIMESTAMPNS"},
	{unix.IPPROTO_IPV6, unix.IPV6_FREEBIND, 1, "IPV6_FREEBIND"},
	{unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_ALL, 0, "IPV6_MULTICAST_ALL"},
	{unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_LOOP, 0, "IPV6_MULTICAST_LOOP"},
	{unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO"},
	{unix.IPPROTO_IPV6, unix.IPV6_RECVHOPLIMIT, 1, "IPV6_RECVHOPLIMIT"},
	{unix.IPPROTO_IPV6, unix.IPV6_RECVTCLASS, 1, "IPV6_RECVTCLASS"},
}

func (s *Socket) join(group netip.Addr) error {
	if s.six {
		return unix.SetsockoptIPv6Mreq(s.fd, unix.IPPROTO_IPV6, unix.IPV6_JOIN_GROUP,
			&unix.IPv6Mreq{Multiaddr: group.As16(), Interface: uint32(s.index)})
	}
	return unix.SetsockoptIPMreqn(s.fd, unix.IPPROTO_IP, unix.IP_ADD_MEMBERSHIP,
		&unix.IPMreqn{Multiaddr: group.As4(), Ifindex: int32(s.index)})
}

func (s *Socket) sockaddr(addr netip.Addr) unix.Sockaddr {
	if s.six {
		return &unix.SockaddrInet6{Addr: addr.As16(), ZoneId: s.zone(addr)}
	}
	return &unix.SockaddrInet4{Addr: addr.As4()}
}

// zone returns the scope id that the kernel wants with an IPv6 address.
func (s *Socket) zone(addr netip.Addr) uint32 {
	if addr.IsMulticast() || addr.IsLinkLocalUnicast() {
		return uint32(s.index)
	}
	return 0
}

// FD returns the descriptor, for a poller.
func (s *Socket) FD() int { return s.fd }

// Close leaves the group and closes the socket. It must be called once.
func (s *Socket) Close() error {
	return os.NewSyscallError("close", unix.Close(s.fd))
}
