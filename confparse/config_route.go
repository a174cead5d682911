package confparse

import (
	"net/netip"
	"time"
)

// Route is an entry of virtual_routes or static_routes. Numbers are those of the
// kernel.
type Route struct {
	Destination netip.Prefix // 0.0.0.0/0 or ::/0: default
	Type        uint8        // RTN_*: 1 unicast, 6 blackhole ...
	From        netip.Prefix // IPv6; invalid: any
	Source      netip.Addr   // src; invalid: none
	Hop                      // the way, if there is one
	NextHops    []NextHop    // the ways, if there are several

	TOS          uint8
	Table        uint32 // 0: main, or that of VRF
	VRF          string
	Scope        Scope  // IPv4
	Metric       uint32 // 0: the kernel's default
	Protocol     uint8  // 18, keepalived's, unless NoTrack
	Mode         RouteMode
	Expires      time.Duration // IPv6; 0: never
	Metrics      []RouteMetric
	Congestion   string // congctl
	LockCongctl  bool
	Preference   RoutePreference // IPv6
	TTLPropagate TTLPropagate

	NoTrack    bool   // not put back when someone removes it
	TrackGroup string // static routes
	Pos        Pos
}

// Hop is a way to a destination.
type Hop struct {
	Via       netip.Addr // invalid: directly
	Interface string     // empty: the one that leads to Via
	OnLink    bool
	Realms    Realms // IPv4
	Encap     Encap
}

// NextHop is one of several ways.
type NextHop struct {
	Hop
	Weight int // 1..256
}

// Realms classify IPv4 traffic.
type Realms struct{ From, To uint16 }

// Encap is a lightweight tunnel.
type Encap struct {
	Type                EncapType
	ID                  uint64 // ip, ip6
	Source, Destination netip.Addr
	TOS                 uint8 // ip6: traffic class
	TTL                 uint8 // ip6: hop limit
	Flags               uint16
	Labels              string // mpls: separated by '/'
	Locator             uint64 // ila
}

// EncapType is the kind of a lightweight tunnel.
type EncapType uint16

// The kinds of tunnels.
const (
	EncapNone EncapType = 0
	EncapMPLS EncapType = 1
	EncapIP   EncapType = 2
	EncapILA  EncapType = 3
	EncapIP6  EncapType = 4
)

// RouteMetric is a property of the path, RTAX_* in the kernel.
type RouteMetric struct {
	Kind  uint8
	Value uint32
	Lock  bool
}

// RouteMode is what happens where there is an equal route.
type RouteMode uint8

// The modes.
const (
	RoutePrepend RouteMode = iota
	RouteAppend
	RouteAdd
)

// RoutePreference is a router preference.
type RoutePreference uint8

// The preferences.
const (
	PreferMedium RoutePreference = iota
	PreferHigh
	PreferLow
)

// TTLPropagate says whether a TTL goes into MPLS.
type TTLPropagate uint8

// Values of ttl-propagate.
const (
	TTLPropagateUnset TTLPropagate = iota
	TTLPropagateEnabled
	TTLPropagateDisabled
)

// Rule is an entry of virtual_rules or static_rules. Numbers are those of the
// kernel.
type Rule struct {
	IPv6     bool
	Priority uint32
	From, To netip.Prefix // invalid: any
	Not      bool
	TOS      uint8
	Mark     uint32
	MarkMask uint32 // 0: all bits, if there is a Mark
	IIF, OIF string
	UIDs     *UIDRange
	IPProto  uint8
	SPort    PortRange
	DPort    PortRange
	TunnelID uint64
	Realms   Realms

	Action RuleAction
	Table  uint32 // of RuleLookup
	Goto   uint32 // of RuleGoto

	SuppressPrefixLength *uint32
	SuppressGroup        *uint32

	Protocol   uint8  // who it belongs to: 18, keepalived's, unless NoTrack
	NoTrack    bool   // not put back when someone removes it
	TrackGroup string // static rules
	Pos        Pos
}

// UIDRange is a range of user ids.
type UIDRange struct{ Low, High uint32 }

// PortRange is a range of ports; zero: all.
type PortRange struct{ Low, High uint16 }

// RuleAction is what a rule does.
type RuleAction uint8

// The actions.
const (
	ruleNone RuleAction = iota // missing, which is an error
	RuleLookup
	RuleL3MDev
	RuleGoto
	RuleNop
	RuleBlackhole
	RuleUnreachable
	RuleProhibit
)
