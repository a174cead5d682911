package confparse

import (
	"net"
	"net/netip"
	"time"
)

// VMAC is use_vmac: adverts and addresses are on a macvlan interface with the
// virtual router's own MAC address.
type VMAC struct {
	Name   string           // of the interface; empty: made of vmac_prefix and VRID
	MAC    net.HardwareAddr // nil: 00:00:5e:00:01:VRID, or :02: for IPv6; 5 bytes: the VRID comes behind them
	Notify bool             // netlink_notify_msg
	Group  int              // of links; Inherited: that of the parent
	Pos    Pos
}

// Inherited is the link group of an interface that takes that of its parent.
const Inherited = -1

// IPVLANMode is how the ipvlan interfaces of one parent see each other.
type IPVLANMode uint8

// The modes of use_ipvlan.
const (
	IPVLANBridge IPVLANMode = iota
	IPVLANPrivate
	IPVLANVEPA
)

// IPVLAN is use_ipvlan.
type IPVLAN struct {
	Name    string
	Address netip.Prefix // of the interface, and source of adverts; required for IPv4
	Mode    IPVLANMode
	Group   int // of links; Inherited: that of the parent
	Pos     Pos
}

// OldChecksum is what old_unicast_checksum says.
type OldChecksum uint8

// Values of OldChecksum.
const (
	OldChecksumAuto  OldChecksum = iota // as the peer has it
	OldChecksumOn                       // that of keepalived 1.3.6 and older
	OldChecksumNever                    // only the right one
)

// HMACMode is how strict auth_hmac is.
type HMACMode uint8

// The modes of auth_hmac.
const (
	HMACEnforce     HMACMode = iota // adverts without a trailer are dropped
	HMACPermissive                  // and are taken
	HMACReceiveOnly                 // and are taken and sent
)

// HMAC is auth_hmac: adverts are signed, an extension of keepalived 2.4.
type HMAC struct {
	Keys      []HMACKey
	Active    uint8         // id of the key that signs
	Window    time.Duration // accepted difference of clocks
	Monotonic bool          // anti_replay monotonic: counters instead of clocks
	Mode      HMACMode
	Pos       Pos
}

// HMACKey is one key of auth_hmac.
type HMACKey struct {
	ID   uint8
	Key  []byte // nil if it is in File
	File string // file:PATH
	Pos  Pos
}

// ExtraGARP is garp_extra_if: announcements on the other interfaces that have
// addresses of an instance.
type ExtraGARP struct {
	Period time.Duration // 0: none
	All    bool          // not only on virtual MAC interfaces
}

// GARPGroup is a garp_group: interfaces that share a limit.
type GARPGroup struct {
	GARPInterval time.Duration // gap between gratuitous ARPs; 0: no limit
	GNAInterval  time.Duration // gap between neighbour advertisements; 0: no limit
	Interfaces   []Name
	Pos          Pos
}

// LinkDelay is an entry of interface_up_down_delays: how long a change has to
// last to count.
type LinkDelay struct {
	Interface string
	Down, Up  time.Duration
	Pos       Pos
}

// LinkbeatMethod is how a link is polled.
type LinkbeatMethod uint8

// The methods of linkbeat_interfaces.
const (
	LinkbeatAuto LinkbeatMethod = iota // MII, else ETHTOOL, else IOCTL
	LinkbeatMII
	LinkbeatEthtool
	LinkbeatIoctl
)

// Linkbeat is an entry of linkbeat_interfaces.
type Linkbeat struct {
	Interface string
	Method    LinkbeatMethod
	Pos       Pos
}
