package confparse

import (
	"net/netip"
	"time"
)

// SSL is the block of that name: what SSL_GET shows to servers.
type SSL struct {
	Password, CA, Certificate, Key string
}

// ServerGroup is a virtual_server_group.
type ServerGroup struct {
	Name    string
	Entries []GroupEntry
	Pos     Pos
}

// GroupEntry is an entry of a virtual_server_group: a range of addresses with a
// port, or a firewall mark.
type GroupEntry struct {
	First, Last netip.Addr // equal for one address; invalid for a mark
	Port        uint16     // 0: any
	Mark        uint32
	Family      Family // of a mark; FamilyUnset: that of the virtual server
	Pos         Pos
}

// Family is an address family.
type Family uint8

// The families.
const (
	FamilyUnset Family = iota
	FamilyIPv4
	FamilyIPv6
)

// String returns inet, inet6 or unset.
func (f Family) String() string {
	switch f {
	case FamilyIPv4:
		return "inet"
	case FamilyIPv6:
		return "inet6"
	}
	return "unset"
}

// Protocol is the transport of a virtual server.
type Protocol uint8

// The protocols, by their IP protocol number.
const (
	ProtocolNone Protocol = 0 // of a firewall mark
	TCP          Protocol = 6
	UDP          Protocol = 17
	SCTP         Protocol = 132
)

// String returns the name as keepalived logs it.
func (p Protocol) String() string {
	switch p {
	case TCP:
		return "tcp"
	case UDP:
		return "udp"
	case SCTP:
		return "sctp"
	}
	return "none"
}

// Method is how packets get to a real server.
type Method uint8

// The forwarding methods.
const (
	MethodUnset Method = iota // not in a Config
	NAT
	DirectRouting
	Tunnel
)

// String returns the method as lb_kind spells it.
func (m Method) String() string {
	switch m {
	case NAT:
		return "NAT"
	case DirectRouting:
		return "DR"
	case Tunnel:
		return "TUN"
	}
	return "unset"
}

// TunnelType is an encapsulation.
type TunnelType uint8

// The encapsulations.
const (
	IPIP TunnelType = iota
	GUE
	GRE
)

// TunnelChecksum is what a tunnel does about checksums.
type TunnelChecksum uint8

// The values, which an IPIP tunnel has no choice of.
const (
	NoChecksum TunnelChecksum = iota
	Checksum
	RemoteChecksum
)

// Forwarding is lb_kind with its options.
type Forwarding struct {
	Method   Method
	Tunnel   TunnelType // with Method Tunnel
	Port     uint16     // of GUE
	Checksum TunnelChecksum
}

// VirtualServer is a virtual_server: an IPVS service, or several with a group.
// Exactly one of Address, Group and ByMark says which.
type VirtualServer struct {
	Address netip.Addr
	Port    uint16 // 0: any, which needs persistence
	Group   *ServerGroup
	ByMark  bool
	Mark    uint32

	Family    Family
	Protocol  Protocol
	Scheduler string // wlc unless given
	// Flags of the scheduler: flag-1, flag-2 and flag-3, under whatever name.
	Flag1, Flag2, Flag3 bool
	OnePacket           bool // ops
	Forwarding          Forwarding

	PersistenceTimeout time.Duration // 0: not persistent
	PersistenceMask    netip.Addr    // of IPv4; invalid: the whole address
	PersistencePrefix  int           // of IPv6; 0: the whole address
	PersistenceEngine  string

	Quorum, Hysteresis     uint32
	QuorumUp, QuorumDown   *Command
	Suspend                bool // ha_suspend: no checks while the address is not here
	Omega                  bool
	SMTPAlert              bool
	VirtualHost            string
	SNMPName               string
	ConnectTimeout, Period time.Duration // connect_timeout and delay_loop, the defaults of checks
	SlowStart              time.Duration // slow_start; 0: who comes back gets its whole weight

	Sorry       *SorryServer // nil: none
	RealServers []*RealServer
	Pos         Pos
}

// SorryServer takes over when the quorum is lost.
type SorryServer struct {
	Address    netip.Addr
	Port       uint16
	Forwarding Forwarding
	Inhibit    bool // sorry_server_inhibit: stays in the table with weight 0
	Pos        Pos
}

// RealServer is a real_server.
type RealServer struct {
	Address      netip.Addr
	Port         uint16 // as IPVS gets it
	Weight       int
	Forwarding   Forwarding
	Upper, Lower uint32 // uthreshold and lthreshold, connections; 0: off
	Inhibit      bool   // inhibit_on_failure: weight 0 instead of removal
	Up, Down     *Command
	SMTPAlert    bool
	VirtualHost  string
	SNMPName     string
	Checks       []*Check // none: always up
	Pos          Pos
}
