package netlinkx

import (
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

// Interface is what the kernel says of one network interface. Values are
// snapshots: the slices are shared and must not be changed.
type Interface struct {
	Index        int
	Name         string
	MTU          int              // bytes
	HardwareAddr net.HardwareAddr // nil where the interface has none
	Flags        uint32           // IFF_*

	// Up is true when the interface is up and running: enabled, with a
	// carrier, and neither dormant nor held down by a lower layer.
	Up bool

	// Why says in a few words what keeps Up from being true.
	Why string

	// Forwarding6 is true when IPv6 forwarding is on for the interface.
	Forwarding6 bool

	// Parent is the index of the interface below this one; 0: none.
	Parent int

	Kind  string // such as macvlan; empty for what is made by a driver
	Alias string // ifalias: what somebody noted about it
	Group uint32 // the link group

	// MacvlanMode is the mode of a macvlan.
	MacvlanMode uint32

	// IPVLANMode and IPVLANFlags are those of an ipvlan.
	IPVLANMode, IPVLANFlags uint16

	// VRFTable is the routing table of a VRF; 0 for other interfaces.
	VRFTable uint32

	// Addresses are in the kernel's order, IPv4 first.
	Addresses []Address
}

// NoARP reports whether neighbours are not resolved on the interface, so that
// there is nobody to announce an address to.
func (i Interface) NoARP() bool {
	return i.Flags&(unix.IFF_NOARP|unix.IFF_LOOPBACK) != 0 || len(i.HardwareAddr) != 6
}

func (i *Interface) setFlags(flags uint32) {
	i.Flags = flags
	i.Why = ""
	switch {
	case flags&unix.IFF_UP == 0:
		i.Why = "administratively down"
	case flags&unix.IFF_LOWER_UP == 0:
		i.Why = "no carrier"
	case flags&unix.IFF_DORMANT != 0:
		i.Why = "dormant"
	case flags&unix.IFF_RUNNING == 0:
		i.Why = "lower layer down"
	}
	i.Up = i.Why == ""
}

// Address is an address of an interface.
type Address struct {
	// Prefix is the address itself (not masked) with its prefix length.
	Prefix netip.Prefix

	Flags     uint32 // IFA_F_*
	Scope     uint8  // RT_SCOPE_*
	Label     string // IPv4
	Broadcast netip.Addr
	Peer      netip.Addr // the far end of a point-to-point link
	Metric    uint32     // of the route to the prefix; 0: the kernel's default
	Protocol  uint8      // who added it; kernels before 5.18 say nothing, which is 0

	// Preferred and Valid are the lifetimes left, in seconds.
	Preferred, Valid uint32
}

// Forever is the lifetime that does not end.
const Forever = ^uint32(0)

// Usable reports whether the address can be a source: it is neither tentative
// nor has it failed duplicate address detection.
func (a Address) Usable() bool {
	if a.Flags&unix.IFA_F_DADFAILED != 0 {
		return false
	}
	return a.Flags&unix.IFA_F_TENTATIVE == 0 || a.Flags&unix.IFA_F_OPTIMISTIC != 0
}

// Deprecated reports whether the address should not be the source of new
// traffic (preferred lifetime 0).
func (a Address) Deprecated() bool { return a.Flags&unix.IFA_F_DEPRECATED != 0 }
