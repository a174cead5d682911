package vip

import "time"

// claim is an address that a Set holds or wants to hold. Only the Set whose
// turn it is changes the state, under the manager's mutex. A Set that acquires an address again, or
// takes it from another Set, makes a new claim: pointers tell them apart.
type claim struct {
	set     *Set
	address Address
	state   claimState
}

type claimState uint8

const (
	claimPending claimState = iota // on its way to the kernel
	claimHeld
	claimFailed
)

func (c *claim) announcement() Announcement {
	return Announcement{c.address.Interface, c.address.Prefix.Addr()}
}

// claim enters the Set's addresses as its own, or returns nil when the manager
// has stopped.
func (s *Set) claim() []*claim {
	m := s.manager
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stopped {
		return nil
	}
	claims := make([]*claim, len(s.addresses))
	for i, a := range s.addresses {
		claims[i] = &claim{set: s, address: a}
		m.claims[a.place()] = claims[i]
	}
	return claims
}

// unclaim gives up the Set's claims and returns their addresses.
func (s *Set) unclaim() (list []Address) {
	m := s.manager
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range s.addresses {
		if c := m.claims[a.place()]; c != nil && c.set == s {
			delete(m.claims, a.place())
			list = append(list, a)
		}
	}
	return list
}

// settle records what the kernel said about claims.
func (m *Manager) settle(claims []*claim, errs []error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, c := range claims {
		c.state = claimHeld
		if errs != nil && errs[i] != nil {
			c.state = claimFailed
		}
	}
}

// setDue records when the Set wants to announce again; the zero time: never.
func (m *Manager) setDue(s *Set, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at.IsZero() {
		delete(m.due, s)
	} else {
		m.due[s] = at
	}
}
