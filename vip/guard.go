package vip

import (
	"errors"
	"fmt"
	"time"
)

const (
	// guardPause is the least time between two looks at the kernel's
	// addresses. It limits how often a removed address is put back.
	guardPause = 10 * time.Millisecond

	// guardRetry is when the guard comes back to what it could not do because
	// others were busy.
	guardRetry = 100 * time.Millisecond

	// fewFrames is how many addresses that were put back are announced at once;
	// more are left to the schedule.
	fewFrames = 10

	// troubleBuffer is how many errors wait for the reader of Trouble.
	troubleBuffer = 16
)

// RemovedError tells that someone else removed an object that a Set holds. It
// has been put back.
type RemovedError struct{ Object Object }

// Error implements error.
func (e *RemovedError) Error() string {
	return fmt.Sprintf("vip: %s was removed by another process and has been put back "+
		"(systemd-networkd: KeepConfiguration=, ManageForeignRoutes=; NetworkManager: unmanaged-devices=)", describe(e.Object))
}

// complain hands an error to the reader of Trouble, if there is room for it.
func (s *Set) complain(err error) {
	select {
	case s.trouble <- err:
	default:
	}
}

// Trouble delivers a *RemovedError for each object that someone else removed, a
// *LapsedError for each address whose Lifetime has ended, a *DuplicateError for
// each that another machine has, and a *YieldError where it would be better if
// another machine had them. Errors that nobody reads are dropped after the first
// few. The channel is never closed.
func (s *Set) Trouble() <-chan error { return s.trouble }

// kernelChanged has Run look after the addresses. Most changes are those that
// Sets have just made: looking can wait until the kernel has told of all of
// them, and must not compete with the Sets.
func (m *Manager) kernelChanged() {
	m.mu.Lock()
	m.news++
	settled := m.changed.Add(guardPause)
	m.mu.Unlock()
	at := time.Now()
	if settled.After(at) {
		at = settled
	}
	m.lookBy(at)
}

func (m *Manager) lookBy(at time.Time) {
	m.mu.Lock()
	sooner := m.look.IsZero() || at.Before(m.look)
	if sooner {
		m.look = at
	}
	m.mu.Unlock()
	if sooner {
		wake(m.wake)
	}
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
	now := time.Now()
	seen, err := m.seen()
	if err != nil {
		// Nobody will tell of changes: the kernel must be asked, by the clock.
		m.lookBy(now.Add(retryMin))
		all, e := m.kernel.Interfaces()
		seen, err = all, errors.Join(err, e)
	}
	held, ripe := m.sift(seen, now)
	m.expel(seen, held)
	lost, e := m.lost(seen, held)
	if e != nil {
		m.lookBy(now.Add(guardRetry))
	}
	m.complain(errors.Join(err, e))
	again := make(map[*Set]map[*claim]bool)
	for _, c := range append(lost, ripe...) {
		if again[c.set] == nil {
			again[c.set] = make(map[*claim]bool)
		}
		again[c.set][c] = true
	}
	for s, claims := range again {
		if !s.restore(claims) {
			m.lookBy(now.Add(guardRetry))
		}
	}
}

// seen returns those interfaces that there are claims on. Asking for them costs
// little, so that changes on others do.
func (m *Manager) seen() ([]Interface, error) {
	names := make(map[string]bool)
	m.mu.Lock()
	m.look = time.Time{}
	for _, c := range m.claims {
		names[c.object.device()] = true
	}
	m.mu.Unlock()
	delete(names, "")
	list := make([]Interface, 0, len(names))
	for name := range names {
		switch i, err := m.kernel.Seen(name); {
		case err == nil:
			list = append(list, i)
		case !errors.Is(err, ErrNoInterface):
			return nil, err
		}
	}
	return list, nil
}

// sift returns the claims that should be found in the kernel, and the failed
// ones that are to be tried again now.
func (m *Manager) sift(seen []Interface, now time.Time) (held map[place]*claim, ripe []*claim) {
	links := map[string]link{"": m.anyLink()}
	for _, i := range seen {
		links[i.Name] = linkOf(i)
	}
	held = make(map[place]*claim)
	m.mu.Lock()
	defer m.mu.Unlock()
	for p, c := range m.claims {
		l, exists := links[c.object.device()]
		switch {
		case c.state == claimPending:
			m.look = earliest(m.look, now.Add(guardRetry))
		case c.state == claimHeld:
			held[p] = c
		case !exists:
		case c.failure.ripe(l, now):
			ripe = append(ripe, c)
		default:
			m.look = earliest(m.look, c.failure.retry)
		}
	}
	return held, ripe
}

// lost returns those claims whose objects are missing. An address that seems to
// be is looked up in the kernel, which knows of more than it has told so far.
// The claims were noted before, so that what was added meanwhile is not taken
// for removed.
func (m *Manager) lost(seen []Interface, held map[place]*claim) ([]*claim, error) {
	var addresses []Address
	var routing []Object
	var list []*claim
	for _, c := range held {
		switch o := c.object.(type) {
		case Address:
			addresses = append(addresses, o)
		case VMAC:
			if m.vanished(o) {
				list = append(list, c)
			}
		default:
			if guarded(o) {
				routing = append(routing, o)
			}
		}
	}
	var errs []error
	if addresses = missing(seen, addresses); len(addresses) > 0 {
		all, err := m.kernel.Interfaces()
		errs = append(errs, err)
		if err == nil {
			for _, a := range missing(all, addresses) {
				list = append(list, held[a.place()])
			}
		}
	}
	if len(routing) > 0 {
		have, err := m.kernel.Routing()
		errs = append(errs, err)
		if err == nil {
			for _, o := range unrouted(have, routing) {
				list = append(list, held[o.place()])
			}
		}
	}
	return list, errors.Join(errs...)
}

// vanished reports whether a VMAC is missing though its parent is there.
func (m *Manager) vanished(v VMAC) bool {
	_, err := m.kernel.Seen(v.Name)
	if !errors.Is(err, ErrNoInterface) {
		return false
	}
	_, err = m.kernel.Seen(v.Parent)
	return err == nil
}

// anyLink stands for all interfaces together: it differs whenever something in
// the kernel has changed.
func (m *Manager) anyLink() link {
	m.mu.Lock()
	defer m.mu.Unlock()
	return link{index: m.news}
}

// complain logs why the guard cannot look, unless it has just done so.
func (m *Manager) complain(err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	if text != "" && text != m.complaint {
		m.log.Warn("cannot follow the addresses", "err", text)
	}
	m.complaint = text
}

// restore adds the objects of claims, as far as they are still the Set's. It
// reports false where this is not the time for it.
func (s *Set) restore(gone map[*claim]bool) bool {
	now := time.Now()
	if !s.vouched(now) {
		s.disown(gone)
		return false
	}
	if !s.tryBegin() {
		return false
	}
	defer s.end()
	m := s.manager

	var all, claims []*claim
	var changes []Change
	m.mu.Lock()
	for _, o := range s.objects {
		if c := m.claims[o.place()]; c != nil && c.set == s {
			all = append(all, c)
			if gone[c] {
				claims = append(claims, c)
				changes = append(changes, s.addition(o))
			}
		}
	}
	m.mu.Unlock()

	before := make([]claim, len(claims))
	for i, c := range claims {
		before[i] = *c
	}
	errs := m.commits.apply(changes)
	m.settle(claims, errs)
	s.hold(all)
	lapsed := s.lease.over(now)
	age := now.Sub(s.lease.renewed)
	s.lease.renewed = now

	var again []Announcement
	var removed []Object
	for i, c := range claims {
		switch {
		case c.state == claimFailed:
			if c.failure.text != before[i].failure.text {
				m.log.Warn("cannot add "+kind(c.object), "set", s.name, kind(c.object), c.object.String(), "err", c.failure.text)
			}
		case before[i].state == claimHeld:
			m.log.Info(kind(c.object)+" put back", "set", s.name, kind(c.object), c.object.String())
			if a, ok := c.announcement(); ok {
				again = append(again, a)
			}
			if !lapsed {
				s.complain(&RemovedError{c.object})
				removed = append(removed, c.object)
			} else if a, ok := c.object.(Address); ok {
				s.complain(&LapsedError{a, age})
			}
		default:
			m.log.Info(kind(c.object)+" added at last", "set", s.name, kind(c.object), c.object.String())
			if _, ok := c.announcement(); ok {
				s.announcer.acquired(now)
			}
		}
	}
	if len(removed) > 0 && s.strikes.add(now) {
		s.complain(&YieldError{removed[0], s.strikes.limit})
	}
	// Nobody else had what was put back: one round reminds the neighbours.
	var err error
	if len(again) <= fewFrames {
		err = m.tell(again)
	} else {
		s.announcer.burst(now, 1)
	}
	if _, e := s.announce(now); err == nil {
		err = e
	}
	if err != nil {
		m.log.Warn("announcement failed", "set", s.name, "err", err)
	}
	return true
}
