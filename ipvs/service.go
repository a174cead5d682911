package ipvs

import (
	"fmt"
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

// Key tells services apart. It is comparable.
type Key struct {
	Protocol Protocol
	Address  netip.AddrPort // port 0 is for persistent services only: all ports
}

// String returns the key as ipvsadm's option, such as "-t 192.0.2.1:80".
func (k Key) String() string {
	option := "-t"
	switch k.Protocol {
	case UDP:
		option = "-u"
	case SCTP:
		option = "--sctp-service"
	}
	return option + " " + k.Address.String()
}

// Service is a virtual service: what clients connect to. Keepalived calls it
// virtual_server.
type Service struct {
	Key

	// Scheduler chooses the destination of a new connection: rr, wrr, lc, wlc,
	// lblc, lblcr, dh, sh, mh, sed, nq, fo or ovf. The kernel loads it, as the
	// module ip_vs_NAME, when first used (keepalived: lvs_sched).
	Scheduler string

	// Persistence keeps a client with its destination until so long after its
	// last connection has ended; zero for no such thing. It is a whole number
	// of seconds (keepalived: persistence_timeout).
	Persistence time.Duration
}

// String returns the service as ipvsadm's options.
func (s Service) String() string {
	text := s.Key.String() + " -s " + s.Scheduler
	if s.Persistence != 0 {
		text += fmt.Sprintf(" -p %d", s.Persistence/time.Second)
	}
	return text
}

// Forwarding is how packets get to a destination. Keepalived calls it lvs_method.
type Forwarding uint8

// The ways of forwarding.
const (
	NAT Forwarding = iota // rewrite addresses; answers must come back through here
	DR                    // direct routing: only the hardware address changes
	TUN                   // wrap in IP-in-IP
)

// String returns keepalived's name.
func (f Forwarding) String() string {
	switch f {
	case NAT:
		return "NAT"
	case DR:
		return "DR"
	case TUN:
		return "TUN"
	}
	return fmt.Sprintf("forwarding %d", uint8(f))
}

// Destination is a server behind a service. Keepalived calls it real_server.
type Destination struct {
	// Address tells the destinations of a service apart. With DR and TUN the
	// port is the service's: nothing on the way changes it.
	Address netip.AddrPort

	Forwarding Forwarding

	// Weight is the share of connections, 0 to 65535. Zero lets connections
	// go on that exist and gives it no new ones.
	Weight int
}

// String returns the destination as ipvsadm's options.
func (d Destination) String() string {
	method := map[Forwarding]string{NAT: "-m", DR: "-g", TUN: "-i"}[d.Forwarding]
	text := fmt.Sprintf("-r %v %s -w %d", d.Address, method, d.Weight)
	if d.Forwarding == TUN {
		text += " --tun-type ipip"
	}
	return text
}

// Table is a set of services with their destinations, in any order.
type Table []Entry

// Entry is one service with its destinations, in any order.
type Entry struct {
	Service
	Destinations []Destination
}

// String returns the table as `ipvsadm -Sn` prints it, though sorted: services
// by protocol, address and port, destinations by address and port.
func (t Table) String() string {
	var b strings.Builder
	for _, e := range t.sorted() {
		fmt.Fprintf(&b, "-A %v\n", e.Service)
		for _, d := range e.Destinations {
			fmt.Fprintf(&b, "-a %v %v\n", e.Key, d)
		}
	}
	return b.String()
}
