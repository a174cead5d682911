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
// configured with another. What is held stays.
func leftovers(interfaces []Interface, configured []Address, held func(place) bool) []Change {
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
			if ours[spot{i.Name, a.Prefix.Addr()}] && !held(a.place()) {
				changes = append(changes, Change{Op: Delete, Address: a})
			}
		}
	}
	slices.Reverse(changes)
	return changes
}

// removals returns the changes that delete list, the last address first: with
// the first IPv4 address of a subnet the kernel deletes the others as well, or
// moves them about one by one.
func removals(list []Address) []Change {
	changes := make([]Change, len(list))
	for i, a := range list {
		changes[i] = Change{Op: Delete, Address: a}
	}
	slices.Reverse(changes)
	return changes
}
