package vip

import (
	"fmt"
	"net/netip"
)

// Object is what a Set holds: an [Address], a [Route], a [Rule] or a [VMAC].
type Object interface {
	// String returns the object in the words of ip(8).
	fmt.Stringer

	// Validate returns all that is wrong with the object, joined, or nil.
	Validate() error

	// place tells objects apart.
	place() place

	// device is the interface on which an attempt to add the object again
	// depends; empty: on anything.
	device() string
}

// place is what the kernel tells objects apart by. Several IPv4 addresses may
// differ in their prefix length or peer alone, IPv6 addresses may not; routes
// and rules may differ in anything.
type place struct {
	dev    string
	prefix netip.Prefix
	peer   netip.Addr
	text   string // of a route or a rule
	index  int    // of an interface that had the name before; 0: the one that has it
}

// kind returns what ip(8) calls such objects.
func kind(o Object) string {
	switch o.(type) {
	case Route:
		return "route"
	case Rule:
		return "rule"
	case VMAC:
		return "link"
	}
	return "address"
}

// carrier returns the interface that carries an address, or a route with one;
// empty: it is on none.
func carrier(o Object) string {
	switch o := o.(type) {
	case Address:
		return o.Interface
	case Route:
		return o.Interface
	}
	return ""
}

// Describe returns the object with its kind, in the words of ip(8).
func Describe(o Object) string { return kind(o) + " " + o.String() }

// Forms of the objects as the manager handles them.
var (
	_ Object = Address{}
	_ Object = VMAC{}
	_ Object = Route{}
	_ Object = Rule{}
)

func (a Address) place() place {
	if a.Prefix.Addr().Is6() {
		return place{dev: a.Interface, prefix: netip.PrefixFrom(a.Prefix.Addr(), 128)}
	}
	return place{dev: a.Interface, prefix: a.Prefix, peer: a.Peer}
}

func (a Address) device() string { return a.Interface }

func (r Route) place() place { return place{text: "route " + r.String()} }

func (Route) device() string { return "" }

func (r Rule) place() place {
	r.IPv6 = r.ipv6()
	r.From, r.To = narrowing(r.From), narrowing(r.To)
	return place{text: "rule " + r.String()}
}

func (Rule) device() string { return "" }
