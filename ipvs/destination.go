package ipvs

import (
	"fmt"
	"net/netip"
)

// Forwarding is how packets get to a destination. Keepalived calls it lvs_method.
type Forwarding uint8

// The ways of forwarding.
const (
	NAT Forwarding = iota // rewrite addresses; answers must come back through here
	DR                    // direct routing: only the hardware address changes
	TUN                   // wrap, as the destination's Tunnel says
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

// option is ipvsadm's.
func (f Forwarding) option() string {
	switch f {
	case NAT:
		return "-m"
	case DR:
		return "-g"
	case TUN:
		return "-i"
	}
	return fmt.Sprintf("(%v)", f)
}

// Encapsulation is what TUN wraps packets in.
type Encapsulation uint8

// The encapsulations.
const (
	IPIP Encapsulation = iota // IP in IP
	GUE                       // generic UDP encapsulation
	GRE                       // generic routing encapsulation
)

// String returns ipvsadm's and keepalived's name.
func (e Encapsulation) String() string {
	switch e {
	case IPIP:
		return "ipip"
	case GUE:
		return "gue"
	case GRE:
		return "gre"
	}
	return fmt.Sprintf("encapsulation %d", uint8(e))
}

// Checksum is what a tunnel does about checksums of its own.
type Checksum uint8

// The ways; IPIP knows only the first, GRE not the last.
const (
	NoChecksum     Checksum = iota // nocsum
	WithChecksum                   // csum
	RemoteChecksum                 // remcsum: remote checksum offload
)

// String returns keepalived's name.
func (c Checksum) String() string {
	switch c {
	case NoChecksum:
		return "nocsum"
	case WithChecksum:
		return "csum"
	case RemoteChecksum:
		return "remcsum"
	}
	return fmt.Sprintf("checksum %d", uint8(c))
}

// Tunnel are the options of TUN. The zero value is plain IP in IP.
type Tunnel struct {
	Encapsulation Encapsulation
	Port          uint16 // of GUE, which needs one; otherwise 0
	Checksum      Checksum
}

// Destination is a server behind a service. Keepalived calls it real_server. It
// is comparable.
type Destination struct {
	// Address tells the destinations of a service apart. With DR and TUN the
	// port is the service's, 0 for one by mark: nothing on the way changes it.
	// With NAT, 0 leaves the port as it is.
	Address netip.AddrPort

	Forwarding Forwarding
	Tunnel     Tunnel // with TUN only, which may also lead to another family

	// Weight is the share of connections, 0 to 2147483647. Zero lets connections
	// go on that exist and gives it no new ones.
	Weight int

	// Upper is how many connections are too many: at that number the
	// destination gets no new ones until there are less than Lower, or, where
	// Lower is zero, less than three quarters of Upper. Zero for no limit
	// (keepalived: uthreshold, lthreshold).
	Upper, Lower uint32
}

// String returns the destination as ipvsadm's options, without the thresholds:
// `ipvsadm -Sn` does not print them. A [Change] does.
func (d Destination) String() string {
	text := fmt.Sprintf("-r %v %s -w %d", d.Address, d.Forwarding.option(), d.Weight)
	if d.Forwarding != TUN {
		return text
	}
	text += " --tun-type " + d.Tunnel.Encapsulation.String()
	if d.Tunnel.Encapsulation == GUE {
		text += fmt.Sprintf(" --tun-port %d", d.Tunnel.Port)
	}
	if d.Tunnel.Encapsulation != IPIP {
		text += " --tun-" + d.Tunnel.Checksum.String()
	}
	return text
}

// limits are the thresholds as ipvsadm's options.
func (d Destination) limits() (text string) {
	if d.Upper != 0 {
		text += fmt.Sprintf(" -x %d", d.Upper)
	}
	if d.Lower != 0 {
		text += fmt.Sprintf(" -y %d", d.Lower)
	}
	return text
}
