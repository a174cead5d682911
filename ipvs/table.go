package ipvs

import (
	"fmt"
	"slices"
	"strings"
)

// Table is a set of services with their destinations, in any order.
type Table []Entry

// Entry is one service with its destinations, in any order.
type Entry struct {
	Service
	Destinations []Destination
}

// Clone returns a copy that shares nothing with t.
func (t Table) Clone() Table {
	t = slices.Clone(t)
	for i := range t {
		t[i].Destinations = slices.Clone(t[i].Destinations)
	}
	return t
}

// String returns the table as `ipvsadm -Sn` prints it, though sorted: services
// by protocol, address and port, then those by mark, destinations by address and
// port.
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

// sorted returns a sorted copy: of services, and of each one's destinations.
func (t Table) sorted() Table {
	t = t.Clone()
	slices.SortFunc(t, func(a, b Entry) int { return a.Key.Compare(b.Key) })
	for _, e := range t {
		slices.SortFunc(e.Destinations, func(a, b Destination) int { return a.Address.Compare(b.Address) })
	}
	return t
}
