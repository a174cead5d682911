package vip

import (
	"net/netip"
	"slices"
)

// missing returns those of want that no interface carries, in order. Addresses
// on interfaces that do not exist are left out: nothing can be done about them.
func missing(interfaces []Interface, want []Address) []Address {
	exists := make(map[string]bool)
	have := make(map[place]bool)
	for _, i := range interfaces {
		exists[i.Name] = true
		for _, a := range i.Addresses {
			have[a.place()] = true
		}
	}
	var list []Address
	for _, a := range want {
		if exists[a.Interface] && !have[a.place()] {
			list = append(list, a)
		}
	}
	return list
}

// leftovers returns the changes that remove the addresses configured from
// their interfaces, under any prefix length: a predecessor may have been
// configured with another. Only those that may go do.
func leftovers(interfaces []Interface, configured []Address, may func(Address) bool) []Change {
	type spot struct {
		dev  string
		addr netip.Addr
	}
	ours := make(map[spot]bool)
	for _, a := range configured {
		ours[spot{a.Interface, a.Prefix.Addr()}] = true
	}
	var changes []Change
	for _, i := range interfaces {
		for _, a := range i.Addresses {
			if ours[spot{i.Name, a.Prefix.Addr()}] && may(a) {
				changes = append(changes, Change{Op: Delete, Object: a})
			}
		}
	}
	slices.Reverse(changes)
	return changes
}

// unrouted returns those of want, which are routes and rules, that are not among
// have, in order.
func unrouted(have, want []Object) []Object {
	var list []Object
	for _, o := range want {
		if !slices.ContainsFunc(have, func(h Object) bool { return isThere(o, h) }) {
			list = append(list, o)
		}
	}
	return list
}

// isThere reports whether o, a route or a rule, is the one that the kernel
// tells of as have.
func isThere(o, have Object) bool {
	switch o := o.(type) {
	case Route:
		h, ok := have.(Route)
		return ok && o.sameRoute(h)
	case Rule:
		h, ok := have.(Rule)
		return ok && o.place() == h.place()
	}
	return false
}

// refusesEqual reports whether an object is not to be added where there is one
// like it.
func refusesEqual(o Object) bool {
	r, ok := o.(Route)
	return ok && r.Mode == RouteAdd
}

// guarded reports whether a route or rule is put back when it is missing.
func guarded(o Object) bool {
	switch o := o.(type) {
	case Route:
		return !o.Unguarded && o.protocol() == Protocol
	case Rule:
		return !o.Unguarded && o.owner() == Protocol
	}
	return false
}

// objects returns addresses, routes and rules in the order in which they are
// added.
func objects(addresses []Address, routes []Route, rules []Rule) []Object {
	list := make([]Object, 0, len(addresses)+len(routes)+len(rules))
	for _, a := range addresses {
		list = append(list, a)
	}
	for _, r := range routes {
		list = append(list, r)
	}
	for _, r := range rules {
		list = append(list, r)
	}
	return list
}

// removals returns the changes that delete list, the last object first: what
// is added later may need what was added before, and with the first IPv4 address
// of a subnet the kernel deletes the others as well, or moves them about one by
// one.
func removals(list []Object) []Change {
	changes := make([]Change, len(list))
	for i, o := range list {
		changes[i] = Change{Op: Delete, Object: o}
	}
	slices.Reverse(changes)
	return changes
}

// foundAgain returns those of configured, which are routes and rules, that are
// among have, in order. What belongs to another protocol is not seen in have, and
// is given the benefit of the doubt: removing takes a match in every detail.
func foundAgain(have, configured []Object) []Object {
	var list []Object
	for _, o := range configured {
		foreign := false
		switch o := o.(type) {
		case Route:
			foreign = o.protocol() != Protocol
		case Rule:
			foreign = o.owner() != Protocol
		}
		if foreign || len(unrouted(have, []Object{o})) == 0 {
			list = append(list, o)
		}
	}
	return list
}
