package vip

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"
)

// SetUpdate is what a Set is to be from now on.
type SetUpdate struct {
	Set    *Set
	Config SetConfig
}

// Prepare checks new configurations of Sets, and new Paces, and changes nothing.
// commit then makes them, all together; what it returns is what the kernel
// refused, which Run goes on trying.
//
// A Set that is acquired stays so. What both of its configurations have is not
// touched, unless it looks different: the kernel changes that only by removing
// and adding it, one right behind the other. What is new is added before what is
// gone is removed, so that an object may move from one Set to another without
// ever being missed; only routes that are gone go first, because the kernel
// hardly tells some of them from their successors. All addresses of a Set that
// got new ones are announced, as by Acquire.
//
// Between Prepare and commit no other commit may come.
func (m *Manager) Prepare(paces []Pace, updates ...SetUpdate) (commit func() error, err error) {
	errs := []error{validatePaces(paces)}
	list := make([]*update, len(updates))
	for i, u := range updates {
		c, err := m.check(u.Config)
		if err != nil {
			errs = append(errs, fmt.Errorf("vip: set %s: %w", u.Config.Name, err))
		}
		list[i] = &update{set: u.Set, to: c}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return func() error { return m.commit(slices.Clone(paces), list) }, nil
}

// update is the change of one Set.
type update struct {
	set     *Set
	to      content
	claims  []*claim // of what is new
	changes []Change // that add it, and before that remove what looked different
	adds    []int    // indexes of changes, by index of claims
	lasting bool     // the lifetime has changed
}

// commit has the turns of all Sets that change for as long as it takes. Nobody
// who has one turn waits for another but commit itself.
func (m *Manager) commit(paces []Pace, list []*update) error {
	m.updating.Lock()
	defer m.updating.Unlock()
	for _, u := range list {
		<-u.set.turn
	}
	first, last := m.rewrite(paces, list)
	errs := []error{m.remove(first)}
	for _, u := range list {
		errs = append(errs, u.add())
	}
	errs = append(errs, m.remove(last))
	for _, u := range list {
		errs = append(errs, u.finish())
		u.set.end()
	}
	return errors.Join(errs...)
}

// rewrite changes what is claimed, and returns what is to be removed before
// anything is added, and behind all.
func (m *Manager) rewrite(paces []Pace, list []*update) (first, last []*claim) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !reflect.DeepEqual(paces, m.pacer.paces) {
		m.pacer = newPacer(paces)
	}
	m.changed = time.Now()
	was := make(map[place]*claim) // what is held, or was just now
	for _, u := range list {
		s := u.set
		stays := make(map[place]bool, len(u.to.objects))
		for _, o := range u.to.objects {
			stays[o.place()] = true
		}
		for _, o := range s.objects {
			p := o.place()
			if c := m.claims[p]; c != nil && c.set == s && !stays[p] {
				delete(m.claims, p)
				was[p] = c
			}
		}
	}
	for _, u := range list {
		u.claim(was)
	}
	for _, u := range list {
		// In the order of the Sets and their objects, which is not that of a map.
		for _, o := range u.set.objects {
			p := o.place()
			gone, ok := was[p]
			if !ok || m.claims[p] != nil {
				continue
			}
			gone.state = claimGoing
			m.claims[p] = gone
			if _, ok := gone.object.(Route); ok {
				first = append(first, gone)
			} else {
				last = append(last, gone)
			}
		}
	}
	for _, u := range list {
		if u.lasting = u.to.lifetime != u.set.lease.lifetime; u.lasting {
			u.set.lease.phase = m.nextPhase(u.to.lifetime)
		}
		u.set.become(u.to)
	}
	slices.Reverse(first)
	slices.Reverse(last)
	return first, last
}

// claim enters what the Set does not hold yet as its own. Called with the
// manager's mutex.
func (u *update) claim(was map[place]*claim) {
	s, m := u.set, u.set.manager
	if !s.acquired || m.stopped {
		return
	}
	renewed := u.to.lifetime != s.lease.lifetime
	for _, o := range u.to.objects {
		p := o.place()
		held := was[p]
		c := m.claims[p]
		if c != nil {
			held = c
		}
		address, ok := o.(Address)
		same := held != nil && reflect.DeepEqual(held.object, o)
		if c != nil && c.set == s && c.state != claimGoing && same && !(ok && renewed) {
			continue
		}
		if held != nil && !same {
			u.changes = append(u.changes, held.deletion())
		}
		add := Change{Op: Add, Object: o}
		if ok {
			add.Object, add.Lifetime = address, u.to.lifetime
		}
		n := m.enter(s, o)
		if held != nil && same {
			n.index = held.index
		}
		u.claims, u.adds = append(u.claims, n), append(u.adds, len(u.changes))
		u.changes = append(u.changes, add)
	}
}

// add hands what is new to the kernel.
func (u *update) add() error {
	if len(u.changes) == 0 {
		return nil
	}
	m := u.set.manager
	all := m.commits.apply(u.changes)
	var errs []error
	adds := make([]Change, len(u.adds))
	for i, at := range u.adds {
		adds[i] = u.changes[at]
		if all != nil {
			errs = append(errs, all[at])
		}
	}
	m.settle(u.claims, adds, errs)
	u.set.awaitVMACs(u.claims)
	return failures(u.changes, all)
}

// finish has the Set announce and renew what it now holds.
func (u *update) finish() error {
	s, m := u.set, u.set.manager
	if !s.acquired {
		return nil
	}
	var claims []*claim
	m.mu.Lock()
	for _, o := range s.objects {
		if c := m.claims[o.place()]; c != nil && c.set == s {
			claims = append(claims, c)
		}
	}
	m.mu.Unlock()
	before := make(map[Announcement]bool, len(s.announced))
	for _, a := range s.announced {
		a.Reply = false
		before[a] = true
	}
	s.hold(claims)
	now := time.Now()
	if u.lasting || s.lease.n != len(s.addresses) {
		s.lease.begin(now, len(s.addresses))
	}
	if slices.ContainsFunc(s.announced, func(a Announcement) bool { a.Reply = false; return !before[a] }) {
		s.announcer.acquired(now)
	} else {
		s.announcer.reschedule(now)
	}
	m.log.Debug("VIPs changed.", "set", s.name, "added", len(u.claims), "announced", len(s.announced))
	_, err := s.announce(now)
	return err
}
