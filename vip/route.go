package vip

import (
	"net/netip"
	"time"
)

// Protocol is the number by which our addresses, routes and rules are known in
// the kernel: keepalived's.
const Protocol = 18

// The routing tables that have names.
const (
	TableDefault = 253
	TableMain    = 254
	TableLocal   = 255
)

// Route is a route that comes and goes with the addresses of a Set. The zero
// values of all but Destination are what is usually wanted.
type Route struct {
	// Destination is where the route leads; 0.0.0.0/0 or ::/0 is the default
	// route. It says of which family the route is.
	Destination netip.Prefix

	// Type is what happens to packets. The zero value is RouteUnicast.
	Type RouteType

	// From narrows the route to packets from there. IPv6 only; invalid: all.
	From netip.Prefix

	// Source is preferred for packets that this machine sends (ip: src);
	// invalid: the kernel chooses.
	Source netip.Addr

	// Hop is the way, if there is one, and NextHops are the ways if there are
	// several, each with a Weight. Not both.
	Hop
	NextHops []NextHop

	TOS    uint8  // type of service that the route is for. IPv4 only
	Table  uint32 // 0: TableMain, or that of VRF
	VRF    string // an interface, whose table the route goes to
	Scope  Scope  // of the destination. IPv4 only
	Metric uint32 // the lowest counts; 0: the kernel's default

	// Protocol is who the route belongs to; 0: Protocol. Routes that belong to
	// another are not put back when someone removes them.
	Protocol uint8

	// Mode says what to do where there is an equal route: the zero value puts
	// this one before it.
	Mode RouteMode

	// Expires is when the kernel removes the route, in whole seconds after it
	// was added; 0: never. IPv6 only.
	Expires time.Duration

	// Metrics are what TCP and the like should know about the path.
	Metrics []Metric

	// CongestionControl names the algorithm for TCP. Empty: the machine's.
	CongestionControl     string
	LockCongestionControl bool

	// Preference is the router preference of RFC 4191. IPv6 only.
	Preference Preference

	// TTLPropagate says whether the TTL goes into an MPLS header and back.
	TTLPropagate Switch

	// Unguarded routes are not put back when someone else removes them
	// (keepalived: no_track).
	Unguarded bool
}

// Hop is one way to a destination.
type Hop struct {
	Via       netip.Addr // the gateway, of either family; invalid: directly
	Interface string     // empty: the one that leads to Via
	OnLink    bool       // Via is reached on the link even if no address says so
	Realms    Realms     // IPv4 only
	Encap     Encap
}

// NextHop is one of several ways.
type NextHop struct {
	Hop
	Weight int // 1..256, share of the traffic; 0 means 1
}

// Realms classify traffic. The zero value is none. IPv4 only.
type Realms struct{ From, To uint16 }

// RouteType is what happens to packets that a route is for, in Linux's numbers.
type RouteType uint8

// The types of routes that can be added.
const (
	RouteUnicast     RouteType = 1 // forwarded
	RouteLocal       RouteType = 2 // for this machine
	RouteBroadcast   RouteType = 3
	RouteAnycast     RouteType = 4
	RouteMulticast   RouteType = 5
	RouteBlackhole   RouteType = 6 // dropped
	RouteUnreachable RouteType = 7 // dropped, with an ICMP error
	RouteProhibit    RouteType = 8 // dropped, with another one
	RouteThrow       RouteType = 9 // as if the table had no route
)

// RouteMode is how a route is added.
type RouteMode uint8

// The modes.
const (
	RoutePrepend RouteMode = iota // before equal routes; IPv6: joins them
	RouteAppend                   // behind equal routes
	RouteAdd                      // not at all if there is an equal route
)

// Preference is a router preference.
type Preference uint8

// The preferences.
const (
	PreferenceMedium Preference = iota
	PreferenceHigh
	PreferenceLow
)

// Switch is a setting that may be left to the kernel.
type Switch uint8

// The positions of a Switch.
const (
	SwitchUnset Switch = iota
	SwitchOn
	SwitchOff
)

// family reports whether the route is for IPv6.
func (r Route) ipv6() bool { return r.Destination.Addr().Is6() }

// protocol returns who the route belongs to.
func (r Route) protocol() uint8 {
	if r.Protocol == 0 {
		return Protocol
	}
	return r.Protocol
}

// routeType returns the type, whose zero value stands for RouteUnicast.
func (r Route) routeType() RouteType {
	if r.Type == 0 {
		return RouteUnicast
	}
	return r.Type
}

// sameRoute reports whether have, which the kernel tells of, is this route. It
// goes by what tells routes of one protocol apart.
func (r Route) sameRoute(have Route) bool {
	way := len(r.NextHops) > 0 ||
		(!r.Via.IsValid() || r.Via == have.Via) && (r.Interface == "" || r.Interface == have.Interface)
	table := r.Table
	if table == 0 {
		table = TableMain
	}
	metric := r.Metric
	if metric == 0 && r.ipv6() {
		metric = defaultMetric6
	}
	return r.Destination == have.Destination && narrowing(r.From) == narrowing(have.From) && r.routeType() == have.routeType() &&
		r.TOS == have.TOS && (r.VRF != "" || table == have.Table) && metric == have.Metric && way
}

// narrowing returns p, or the zero Prefix where p is the whole of a family, of
// which the kernel says nothing.
func narrowing(p netip.Prefix) netip.Prefix {
	if p.Bits() <= 0 {
		return netip.Prefix{}
	}
	return p
}

// defaultMetric6 is what an IPv6 route has in the kernel that was given none.
const defaultMetric6 = 1024
