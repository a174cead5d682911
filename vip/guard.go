package vip

import (
	"fmt"
	"time"
)

const (
	// guardPause is the least time between two looks at the kernel's
	// addresses. It limits how often a removed address is put back.
	guardPause = 10 * time.Millisecond

	// guardRetry is when the guard comes back to what it could not do.
	guardRetry = 100 * time.Millisecond

	// troubleBuffer is how many errors wait for the reader of Trouble.
	troubleBuffer = 16
)

// RemovedError tells that someone else removed an address that a Set holds. It
// has been put back.
type RemovedError struct{ Address Address }

func (e *RemovedError) Error() string {
	return fmt.Sprintf("vip: %v was removed by another process and has been put back "+
		"(systemd-networkd: KeepConfiguration=, ManageForeignRoutes=; NetworkManager: unmanaged-devices=)", e.Address)
}

// Trouble delivers a *RemovedError for each address that someone else removed.
// Errors that nobody reads are dropped after the first few. The channel is
// never closed.
func (s *Set) Trouble() <-chan error { return s.trouble }

// kernelChanged has Run look after the addresses.
func (m *Manager) kernelChanged() { m.lookBy(time.Now()) }

func (m *Manager) lookBy(at time.Time) {
	m.mu.Lock()
	m.look = earliest(m.look, at)
	m.mu.Unlock()
	wake(m.wake)
}

// lookAt returns when the guard is to look, which it did last at the given
// time; the zero time: there is no need.
func (m *Manager) lookAt(last time.Time) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at := last.Add(guardPause); !m.look.IsZero() && m.look.Before(at) {
		return at
	}
	return m.look
}

// guard puts back what is held and yet missing, and tries again what could not
// be added.
func (m *Manager) guard() {
	// The claims are noted before the kernel is asked, so that an address added
	// in between is not taken for a removed one.
	m.mu.Lock()
	m.look = time.Time{}
	noted := make(map[place]*claim, len(m.claims))
	want := make([]Address, 0, len(m.claims))
	for p, c := range m.claims {
		if c.state == claimPending {
			m.look = time.Now().Add(guardRetry)
			continue
		}
		noted[p] = c
		want = append(want, c.address)
	}
	m.mu.Unlock()
	if len(want) == 0 {
		return
	}
	interfaces, err := m.kernel.Interfaces()
	if err != nil {
		m.log.Warn("cannot list addresses", "err", err)
		m.lookBy(time.Now().Add(guardRetry))
		return
	}
	gone := make(map[*Set]map[*claim]bool)
	for _, a := range missing(interfaces, want) {
		c := noted[a.place()]
		if gone[c.set] == nil {
			gone[c.set] = make(map[*claim]bool)
		}
		gone[c.set][c] = true
	}
	for s, claims := range gone {
		if !s.restore(claims) {
			m.lookBy(time.Now().Add(guardRetry))
		}
	}
}

// restore adds the addresses of claims, as far as they are still the Set's. It
// reports false where this is not the time for it.
func (s *Set) restore(gone map[*claim]bool) bool {
	now := time.Now()
	if !s.vouched(now) || !s.tryBegin() {
		return false
	}
	defer s.end()
	m := s.manager

	var all, claims []*claim
	var changes []Change
	m.mu.Lock()
	for _, a := range s.addresses {
		if c := m.claims[a.place()]; c != nil && c.set == s {
			all = append(all, c)
			if gone[c] {
				claims = append(claims, c)
				changes = append(changes, Change{Op: Add, Address: a})
			}
		}
	}
	m.mu.Unlock()

	held := make([]bool, len(claims)) // until now
	for i, c := range claims {
		held[i] = c.state == claimHeld
	}
	errs := m.commits.apply(changes)
	m.settle(claims, errs)
	s.hold(all)

	var again []Announcement
	for i, c := range claims {
		switch {
		case errs != nil && errs[i] != nil:
			m.log.Warn("cannot add address", "set", s.name, "address", c.address.String(), "err", errs[i])
		case held[i]:
			m.log.Info("address put back", "set", s.name, "address", c.address.String())
			again = append(again, c.announcement())
			select {
			case s.trouble <- &RemovedError{c.address}:
			default:
			}
		default:
			m.log.Info("address added at last", "set", s.name, "address", c.address.String())
			s.announcer.acquired(now)
		}
	}
	// Nobody else had what was put back: one round reminds the neighbours.
	err := m.kernel.Announce(again)
	if _, e := s.announce(now); err == nil {
		err = e
	}
	if err != nil {
		m.log.Warn("announcement failed", "set", s.name, "err", err)
	}
	return true
}
