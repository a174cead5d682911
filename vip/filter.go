package vip

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
)

// DefaultFilterTable is the name of the nftables table that a Filter without
// one uses, in the family inet.
const DefaultFilterTable = "vrrpkit"

// Filter is what a Manager has the packet filter drop, in a table of its own:
// nftables on Linux.
type Filter struct {
	// Table is the name of the table, in the family inet. Empty:
	// DefaultFilterTable. It must not be one that others use.
	Table string

	// Priority orders the chains among those of other tables (nftables_priority).
	Priority int32

	// Counters counts what is dropped (nftables_counters).
	Counters bool

	// Addresses take no packets, and none leave from them, as a router that
	// does not own its virtual addresses should do (RFC 9568 section 6.1,
	// Accept_Mode; no_accept). ARP and neighbour discovery go on. Link-local
	// addresses have the name of their interface as the zone.
	Addresses []netip.Addr

	// Silent are interfaces through which no membership reports of multicast
	// groups and no router solicitations leave. A virtual MAC interface must be
	// one of them: a backup's would have switches send its master's traffic to
	// it.
	Silent []string
}

// Validate returns all that is wrong with the filter, joined, or nil.
func (f Filter) Validate() error {
	var errs []error
	for _, a := range f.Addresses {
		switch {
		case !a.IsValid() || a.Is4In6():
			errs = append(errs, fmt.Errorf("vip: filter: %v is no address", a))
		case a.IsLinkLocalUnicast() && a.Is6() && a.Zone() == "":
			errs = append(errs, fmt.Errorf("vip: filter: %v needs an interface", a))
		}
	}
	for _, name := range f.Silent {
		if name == "" || len(name) > MaxInterface {
			errs = append(errs, fmt.Errorf("vip: filter: %q is no interface name", name))
		}
	}
	return errors.Join(errs...)
}

// table returns the name of the table in the kernel.
func (f Filter) table() string { return cmp.Or(f.Table, DefaultFilterTable) }

// empty reports whether nothing is dropped.
func (f Filter) empty() bool { return len(f.Addresses) == 0 && len(f.Silent) == 0 }

// Filter puts f into force instead of what was before, in one step, until Run
// ends. What a predecessor that was killed left in the table goes with it; one
// with an empty Filter does just that. A table that belongs to a process which is
// running stays, and is an error where f is not empty. What somebody else removes
// of the filter is put back, and told by a *FilterError in the Trouble of the Sets
// it is about.
func (m *Manager) Filter(f Filter) error {
	if err := f.Validate(); err != nil {
		return err
	}
	m.filtering.Lock()
	defer m.filtering.Unlock()
	m.mu.Lock()
	before := m.filter
	m.mu.Unlock()
	if before != nil && before.table() != f.table() {
		if err := m.kernel.Filter(Filter{Table: before.Table}); err != nil {
			return err
		}
	}
	var noted error
	if !f.empty() {
		noted = m.state.noteTable(f.table())
	}
	if err := m.kernel.Filter(f); err != nil {
		return errors.Join(noted, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.filter = nil
	if !f.empty() {
		m.filter = &f
	}
	return noted
}

// unfilter ends what Filter began.
func (m *Manager) unfilter() error {
	m.mu.Lock()
	f := m.filter
	m.mu.Unlock()
	if f == nil {
		return nil
	}
	return m.Filter(Filter{Table: f.Table})
}
