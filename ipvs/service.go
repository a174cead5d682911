package ipvs

import (
	"cmp"
	"fmt"
	"math/bits"
	"net/netip"
	"strings"
	"time"
)

// Protocol is a transport protocol, by its IP protocol number.
type Protocol uint8

// The protocols that IPVS balances.
const (
	TCP  Protocol = 6
	UDP  Protocol = 17
	SCTP Protocol = 132
)

// String returns the name in lower case.
func (p Protocol) String() string {
	switch p {
	case TCP:
		return "tcp"
	case UDP:
		return "udp"
	case SCTP:
		return "sctp"
	}
	return fmt.Sprintf("protocol %d", uint8(p))
}

// Key tells services apart: either by protocol, address and port, or by the
// mark that a firewall rule has put on packets. It is comparable.
type Key struct {
	Protocol Protocol
	Address  netip.AddrPort // port 0 is for persistent services only: all ports

	// Mark is a firewall mark (keepalived: virtual_server fwmark). Where it is
	// not zero, Protocol and Address are.
	Mark uint32

	// IPv6 says that a Mark is that of IPv6 packets. It is false where there
	// is an Address, whose family needs no saying.
	IPv6 bool
}

// Is6 reports whether clients of the service speak IPv6.
func (k Key) Is6() bool { return k.IPv6 || k.Address.Addr().Is6() }

// String returns the key as ipvsadm's option, such as "-t 192.0.2.1:80" or
// "-f 7 -6".
func (k Key) String() string {
	switch {
	case k.Mark != 0 && k.IPv6:
		return fmt.Sprintf("-f %d -6", k.Mark)
	case k.Mark != 0:
		return fmt.Sprintf("-f %d", k.Mark)
	}
	option := "-t"
	switch k.Protocol {
	case UDP:
		option = "-u"
	case SCTP:
		option = "--sctp-service"
	}
	return option + " " + k.Address.String()
}

// Compare orders keys: addresses by protocol, address and port, then marks.
func (k Key) Compare(other Key) int {
	switch {
	case k.Mark != other.Mark:
		return cmp.Compare(k.Mark, other.Mark)
	case k.Protocol != other.Protocol:
		return cmp.Compare(k.Protocol, other.Protocol)
	case k.IPv6 != other.IPv6 && other.IPv6:
		return -1
	case k.IPv6 != other.IPv6:
		return 1
	}
	return k.Address.Compare(other.Address)
}

// SchedulerFlags are options of a scheduler. What they do is up to it; sh and
// mh know Fallback and Ports.
type SchedulerFlags uint8

// The flags.
const (
	// Fallback has sh and mh choose another destination where the first choice
	// has weight 0 or too many connections (keepalived: sh-fallback, mh-fallback,
	// flag-1).
	Fallback SchedulerFlags = 1 << iota

	// Ports has sh and mh look at the client's port too (keepalived: sh-port,
	// mh-port, flag-2).
	Ports

	// Flag3 means nothing to the schedulers of Linux (keepalived: flag-3).
	Flag3
)

// Service is a virtual service: what clients connect to. Keepalived calls it
// virtual_server. It is comparable.
type Service struct {
	Key

	// Scheduler chooses the destination of a new connection: rr, wrr, lc, wlc,
	// lblc, lblcr, dh, sh, mh, sed, nq, fo, ovf or twos. The kernel loads it, as
	// the module ip_vs_NAME, when first used (keepalived: lvs_sched).
	Scheduler string
	Flags     SchedulerFlags

	// OnePacket schedules every packet by itself, without connections: for UDP
	// only, or a Mark (keepalived: ops).
	OnePacket bool

	// Persistence keeps a client with its destination until so long after its
	// last connection has ended; zero for no such thing. It is a whole number
	// of seconds, up to 31 days (keepalived: persistence_timeout).
	Persistence time.Duration

	// Granularity is the mask that makes clients one client for Persistence:
	// 255.255.255.0 or ffff:ffff:ffff:ffff::, say. IPv4's may have gaps. The
	// zero Addr means the whole address (keepalived: persistence_granularity).
	Granularity netip.Addr

	// Engine tells clients apart by something else than the address. The one of
	// Linux is sip, by the call id; it needs Persistence (keepalived:
	// persistence_engine).
	Engine string
}

// String returns the service as ipvsadm's options.
func (s Service) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v -s %s", s.Key, s.Scheduler)
	if s.Persistence != 0 {
		fmt.Fprintf(&b, " -p %d", s.Persistence/time.Second)
	}
	switch s = s.canonical(); {
	case s.Granularity.Is4():
		fmt.Fprintf(&b, " -M %v", s.Granularity)
	case s.Granularity.Is6():
		ones, _ := prefixLen(s.Granularity)
		fmt.Fprintf(&b, " -M %d", ones)
	}
	if s.Engine != "" {
		b.WriteString(" --pe " + s.Engine)
	}
	if s.OnePacket {
		b.WriteString(" -o")
	}
	if s.Flags != 0 {
		b.WriteString(" -b " + strings.Join(s.flagNames(), ","))
	}
	return b.String()
}

// flagNames are ipvsadm's, which depend on the scheduler.
func (s Service) flagNames() (names []string) {
	all := [3]string{"flag-1", "flag-2", "flag-3"}
	if s.Scheduler == "sh" || s.Scheduler == "mh" {
		all[0], all[1] = s.Scheduler+"-fallback", s.Scheduler+"-port"
	}
	for i, name := range all {
		if s.Flags&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// canonical returns the service in the one form in which the kernel's compares
// equal: a Granularity of the whole address is none.
func (s Service) canonical() Service {
	if ones, ok := prefixLen(s.Granularity); ok && ones == s.Granularity.BitLen() {
		s.Granularity = netip.Addr{}
	}
	return s
}

// prefixLen returns how many bits of a mask are set; ok is false where they are
// not all at the beginning.
func prefixLen(mask netip.Addr) (ones int, ok bool) {
	end := false
	ok = true
	for _, b := range mask.AsSlice() {
		lead := bits.LeadingZeros8(^b)
		ok = ok && b<<lead == 0 && !(end && b != 0)
		end = end || lead < 8
		ones += bits.OnesCount8(b)
	}
	return ones, ok
}
