package vip

import (
	"net/netip"
	"time"
)

// FilterError tells that someone else removed what a Filter has in force for a
// Set: its addresses answered, or its switches saw its virtual MAC address, until
// it was put back.
type FilterError struct{ Table string }

// Error implements error.
func (e *FilterError) Error() string {
	return "vip: packet filter: table inet " + e.Table + " was removed by another process and has been put back " +
		"(a reload of nftables.service begins with flush ruleset)"
}

// guardFilter puts the packet filter back where something of it is missing.
func (m *Manager) guardFilter(now time.Time) {
	m.filtering.Lock()
	defer m.filtering.Unlock()
	m.mu.Lock()
	f := m.filter
	m.mu.Unlock()
	if f == nil {
		return
	}
	if m.unfilters.err != nil && !due(m.unfilters.retry, now) {
		m.lookBy(m.unfilters.retry)
		return
	}
	whole, err := m.kernel.Filtering()
	whole = whole && m.unfilters.err == nil // what could not be put back is still missing
	if err == nil && !whole {
		err = m.kernel.Filter(*f)
	}
	if err != nil {
		if err.Error() != m.unfilters.text() {
			m.log.Error("cannot put the packet filter back", "table", f.table(), "err", err)
		}
		m.unfilters = m.unfilters.again(err, link{}, now)
		m.lookBy(m.unfilters.retry)
		return
	}
	if whole {
		return
	}
	m.unfilters = failure{}
	lost := &FilterError{f.table()}
	m.log.Warn("packet filter put back", "table", lost.Table, "err", lost)
	for _, s := range m.filtered(f) {
		s.complain(lost)
	}
}

// filtered returns the Sets that a filter is about.
func (m *Manager) filtered(f *Filter) (list []*Set) {
	addresses, devices := make(map[netip.Addr]bool), make(map[string]bool)
	for _, a := range f.Addresses {
		addresses[a.WithZone("")] = true
	}
	for _, name := range f.Silent {
		devices[name] = true
	}
	known := make(map[*Set]bool)
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.claims {
		a, ok := c.announcement()
		if ok && !known[c.set] && (addresses[a.Addr] || devices[a.Interface]) {
			known[c.set] = true
			list = append(list, c.set)
		}
	}
	return list
}
