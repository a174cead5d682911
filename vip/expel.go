package vip

import (
	"errors"
	"time"
)

// expel removes what must not stay where it is: addresses that another machine
// has, and what is on an interface that has another name now. They count as
// refused by the kernel, for the reason why, and are tried again like all that
// are.
func (m *Manager) expel(claims []*claim, why error) {
	m.bySet(claims, func(s *Set, list []*claim) bool { return s.expel(list, why) })
}

// expel reports false where this is not the time for it.
func (s *Set) expel(claims []*claim, why error) bool {
	if !s.tryBegin() {
		return false
	}
	defer s.end()
	m := s.manager
	var gone, rest []*claim
	var changes []Change
	m.mu.Lock()
	for _, o := range s.objects {
		if c := m.claims[o.place()]; c != nil && c.set == s {
			rest = append(rest, c)
		}
	}
	for _, c := range claims {
		if m.claims[c.object.place()] == c && c.state != claimGoing {
			gone = append(gone, c)
			changes = append(changes, c.deletion())
		}
	}
	m.mu.Unlock()
	if len(gone) == 0 {
		return true
	}
	errs := m.commits.apply(changes)
	if err := failures(changes, errs); err != nil {
		m.log.Warn("cannot remove what must not stay", "set", s.name, "err", err)
	}
	m.expelled(gone, errs, why)
	s.hold(rest)
	for _, c := range gone {
		if errors.Is(why, ErrDuplicate) {
			m.log.Warn("another machine has the address", "set", s.name, "address", c.object.String())
			s.complain(&DuplicateError{c.object.(Address)})
		} else {
			m.log.Warn("the interface has gone, or has another name now", "set", s.name, kind(c.object), c.object.String())
		}
	}
	return true
}

// expelled records that claims failed, and of those that the kernel has removed
// that they are nowhere.
func (m *Manager) expelled(claims []*claim, errs []error, why error) {
	refusals := make([]error, len(claims))
	m.mu.Lock()
	for i, c := range claims {
		if refusals[i] = why; errs == nil || errs[i] == nil {
			c.index = 0
		}
	}
	m.mu.Unlock()
	m.settle(claims, nil, refusals)
	if errors.Is(why, ErrNoInterface) {
		m.lookBy(time.Now()) // another one may have the name already
	}
}
