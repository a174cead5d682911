package vip

import (
	"errors"
	"time"
)

// claim is an object that a Set holds or wants to hold. Only the Set whose
// turn it is changes the state, under the manager's mutex. A Set that acquires
// an object again, or takes it from another Set, makes a new claim: pointers
// tell them apart.
type claim struct {
	set     *Set
	object  Object
	state   claimState
	failure failure // where the state is claimFailed
}

type claimState uint8

const (
	claimPending claimState = iota // on its way to the kernel
	claimHeld
	claimFailed
)

// announcement returns what there is to announce. ok is false for what is no
// address.
func (c *claim) announcement() (a Announcement, ok bool) {
	address, ok := c.object.(Address)
	if !ok {
		return a, false
	}
	return Announcement{Interface: address.Interface, Addr: address.Prefix.Addr()}, true
}

// claim enters the Set's objects as its own, or returns nil when the manager
// has stopped.
func (s *Set) claim() []*claim {
	m := s.manager
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stopped {
		return nil
	}
	m.changed = time.Now()
	claims := make([]*claim, len(s.objects))
	for i, o := range s.objects {
		claims[i] = &claim{set: s, object: o}
		m.claims[o.place()] = claims[i]
	}
	return claims
}

// unclaim gives up the Set's claims and returns their objects.
func (s *Set) unclaim() (list []Object) {
	m := s.manager
	m.mu.Lock()
	defer m.mu.Unlock()
	m.changed = time.Now()
	for _, o := range s.objects {
		p := o.place()
		if c := m.claims[p]; c != nil && c.set == s {
			delete(m.claims, p)
			list = append(list, o)
		}
	}
	return list
}

// settle records what the kernel said about claims.
func (m *Manager) settle(claims []*claim, errs []error) {
	var links map[string]link
	if errs != nil {
		links = m.linksOf(claims)
	}
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, c := range claims {
		if errs == nil || errs[i] == nil {
			c.state, c.failure = claimHeld, c.failure.held()
			continue
		}
		c.state = claimFailed
		l := links[c.object.device()]
		if errors.Is(errs[i], ErrNoInterface) {
			l = link{} // even if it has come meanwhile
		}
		c.failure = c.failure.again(errs[i], l, now)
		m.look = earliest(m.look, c.failure.retry)
	}
}

// linksOf returns the interfaces of claims, as far as they exist.
func (m *Manager) linksOf(claims []*claim) map[string]link {
	links := map[string]link{"": m.anyLink()}
	for _, c := range claims {
		name := c.object.device()
		if _, ok := links[name]; ok {
			continue
		}
		if i, err := m.kernel.Seen(name); err == nil {
			links[name] = linkOf(i)
		}
	}
	return links
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
