package vip

import (
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// ErrDuplicate means that another machine has the address.
var ErrDuplicate = errors.New("another machine has the address (duplicate address detection failed)")

// DuplicateError tells that another machine has an address of a Set. It has been
// removed, and will be tried again.
type DuplicateError struct{ Address Address }

// Error implements error.
func (e *DuplicateError) Error() string { return fmt.Sprintf("vip: %v: %v", e.Address, ErrDuplicate) }

// Contested tells a vrrp.Router that somebody else claims the address.
func (e *DuplicateError) Contested() bool { return true }

// Unwrap returns ErrDuplicate.
func (e *DuplicateError) Unwrap() error { return ErrDuplicate }

// expel removes held addresses that turned out to be duplicates, and leaves
// held without them. They count as refused by the kernel, and are tried again
// like all that are.
func (m *Manager) expel(seen []Interface, held map[place]*claim) {
	found := make(map[*Set][]*claim)
	for _, i := range seen {
		for _, a := range i.Duplicates {
			p := Address{Interface: i.Name, Prefix: netip.PrefixFrom(a, a.BitLen())}.place()
			if c := held[p]; c != nil {
				found[c.set] = append(found[c.set], c)
				delete(held, p)
			}
		}
	}
	for s, claims := range found {
		if !s.expel(claims) {
			m.lookBy(time.Now().Add(guardRetry))
		}
	}
}

// expel reports false where this is not the time for it.
func (s *Set) expel(claims []*claim) bool {
	if !s.tryBegin() {
		return false
	}
	defer s.end()
	m := s.manager
	var changes []Change
	var gone []*claim
	var errs []error
	var rest []*claim
	m.mu.Lock()
	for _, o := range s.objects {
		if c := m.claims[o.place()]; c != nil && c.set == s {
			rest = append(rest, c)
		}
	}
	for _, c := range claims {
		if m.claims[c.object.place()] == c && c.state == claimHeld {
			gone = append(gone, c)
			changes = append(changes, Change{Op: Delete, Object: c.object})
			errs = append(errs, ErrDuplicate)
		}
	}
	m.mu.Unlock()
	if len(gone) == 0 {
		return true
	}
	if err := failures(changes, m.commits.apply(changes)); err != nil {
		m.log.Warn("cannot remove a duplicate address", "set", s.name, "err", err)
	}
	m.settle(gone, errs)
	s.hold(rest)
	for _, c := range gone {
		m.log.Warn("another machine has the address", "set", s.name, "address", c.object.String())
		s.complain(&DuplicateError{c.object.(Address)})
	}
	return true
}
