package vip

import (
	"slices"
	"time"
)

// deletion returns the change that removes what is claimed, from the interface
// that it was added to.
func (c *claim) deletion() Change { return Change{Op: Delete, Object: c.object, Index: c.index} }

// unclaim gives up the Set's claims and returns them, the last object first.
func (s *Set) unclaim() (list []*claim) {
	m := s.manager
	m.mu.Lock()
	defer m.mu.Unlock()
	m.changed = time.Now()
	for _, o := range s.objects {
		if c := m.claims[o.place()]; c != nil && c.set == s {
			c.state = claimGoing
			list = append(list, c)
		}
	}
	slices.Reverse(list)
	return list
}

// remove has the kernel remove claims that are going, and forgets those that
// have gone. The others it tries again later: a backup that keeps an address is
// as bad as two masters.
func (m *Manager) remove(claims []*claim) error {
	changes := make([]Change, len(claims))
	for i, c := range claims {
		changes[i] = c.deletion()
	}
	errs := m.commits.apply(changes)
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, c := range claims {
		p := c.place()
		switch {
		case m.claims[p] != c: // somebody has claimed it meanwhile
		case errs == nil || errs[i] == nil:
			delete(m.claims, p)
		default:
			c.failure = c.failure.again(errs[i], link{}, now)
			m.look = earliest(m.look, c.failure.retry)
		}
	}
	return failures(changes, errs)
}

// removeAgain removes those of claims that are still going. It reports false
// where this is not the time for it.
func (s *Set) removeAgain(claims []*claim) bool {
	if !s.tryBegin() {
		return false
	}
	defer s.end()
	m := s.manager
	m.mu.Lock()
	claims = slices.DeleteFunc(claims, func(c *claim) bool { return m.claims[c.place()] != c })
	m.mu.Unlock()
	if err := m.remove(claims); err != nil {
		m.log.Warn("what the set no longer holds is still there", "set", s.name, "err", err)
		return true
	}
	for _, c := range claims {
		m.log.Info(kind(c.object)+" removed at last", "set", s.name, kind(c.object), c.object.String())
	}
	return true
}
