package vip

import (
	"errors"
	"time"
)

// claim is an object that a Set holds, wants to hold, or could not get rid of. Only
// the Set whose turn it is changes the state, under the manager's mutex. A Set that
// acquires an object again, or takes it from another Set, makes a new claim: pointers
// tell them apart.
type claim struct {
	set     *Set
	object  Object
	state   claimState
	index   int     // of the interface that may carry the object; 0: none does, or it is on none
	former  bool    // it is going from an interface that had the name before, and stands in nobody's way
	failure failure // where the state is claimFailed or claimGoing
}

// place is the key of the claim.
func (c *claim) place() place {
	p := c.object.place()
	if c.former {
		p.index = c.index
	}
	return p
}

type claimState uint8

const (
	claimPending claimState = iota // on its way to the kernel
	claimHeld
	claimFailed
	claimGoing // released; it stays until the kernel has removed it
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
		claims[i] = m.enter(s, o)
	}
	return claims
}

// enter makes a claim in place of the one that there may be. Called with the
// manager's mutex.
func (m *Manager) enter(s *Set, o Object) *claim {
	c := &claim{set: s, object: o}
	p := o.place()
	if before := m.claims[p]; before != nil {
		c.index = before.index
	}
	m.claims[p] = c
	return c
}

// moved records on which interface the object of a claim is now. One that it was
// on before is to be cleared still. Called with the manager's mutex.
func (m *Manager) moved(c *claim, index int, now time.Time) {
	if c.index != 0 && c.index != index {
		old := &claim{set: c.set, object: c.object, state: claimGoing, former: true, index: c.index, failure: failure{retry: now}}
		m.claims[old.place()] = old
		m.look = earliest(m.look, now)
	}
	c.index = index
}

// settle records what the kernel said to changes that add claims.
func (m *Manager) settle(claims []*claim, changes []Change, errs []error) {
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
			m.moved(c, changes[i].Index, now)
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
