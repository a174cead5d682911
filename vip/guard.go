package vip

import (
	"errors"
	"time"
)

const (
	// guardPause is the least time between two looks at the kernel's
	// addresses. It limits how often a removed address is put back.
	guardPause = 10 * time.Millisecond

	// guardRetry is when the guard comes back to what it could not do because
	// others were busy.
	guardRetry = 100 * time.Millisecond
)

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
// be added or removed.
func (m *Manager) guard() {
	now := time.Now()
	asked, seen, err := m.seen()
	if err != nil {
		// Nobody will tell of changes: the kernel must be asked, by the clock.
		m.lookBy(now.Add(retryMin))
		all, e := m.kernel.Interfaces()
		if err = errors.Join(err, e); e != nil {
			m.complain(err)
			return
		}
		seen = all
	}
	found := m.sift(asked, seen, now)
	m.expel(duplicates(seen, found.held), ErrDuplicate)
	m.expel(found.stray, ErrNoInterface)
	m.follow(seen, found.held)
	lost, e := m.lost(seen, found.held)
	if e != nil {
		m.lookBy(now.Add(guardRetry))
	}
	m.complain(errors.Join(err, e))
	m.bySet(append(lost, found.ripe...), (*Set).restore)
	m.bySet(found.going, (*Set).removeAgain)
	m.guardFilter(now)
}

// bySet has the Sets do something about claims of theirs, and comes back where
// that reports false: others are busy.
func (m *Manager) bySet(claims []*claim, do func(*Set, []*claim) bool) {
	sets := make(map[*Set][]*claim)
	for _, c := range claims {
		sets[c.set] = append(sets[c.set], c)
	}
	for s, list := range sets {
		if !do(s, list) {
			m.lookBy(time.Now().Add(guardRetry))
		}
	}
}

// seen returns the names of the interfaces that there are claims on, and those of
// them that there are. Asking for them costs little, so that changes on others do.
func (m *Manager) seen() (names map[string]bool, list []Interface, err error) {
	names = make(map[string]bool)
	m.mu.Lock()
	m.look = time.Time{}
	for _, c := range m.claims {
		names[c.object.device()] = true
		names[carrier(c.object)] = true
	}
	m.mu.Unlock()
	delete(names, "")
	list = make([]Interface, 0, len(names))
	for name := range names {
		switch i, err := m.kernel.Seen(name); {
		case err == nil:
			list = append(list, i)
		case !errors.Is(err, ErrNoInterface):
			return names, nil, err
		}
	}
	return names, list, nil
}

// sifted is what the guard has to do with claims.
type sifted struct {
	held  map[place]*claim // should be found in the kernel
	ripe  []*claim         // failed, and are to be tried again now
	going []*claim         // so are those that could not be removed
	stray []*claim         // are on an interface that has lost its name, or has gone
}

// sift returns the claims that there is something to do with. One that came after
// asking is on its interface, although that was not seen.
func (m *Manager) sift(asked map[string]bool, seen []Interface, now time.Time) sifted {
	links := map[string]link{"": m.anyLink()}
	for _, i := range seen {
		links[i.Name] = linkOf(i)
	}
	found := sifted{held: make(map[place]*claim)}
	m.mu.Lock()
	defer m.mu.Unlock()
	for p, c := range m.claims {
		l, exists := links[c.object.device()]
		switch {
		case c.state == claimPending:
			m.look = earliest(m.look, now.Add(guardRetry))
		case c.state == claimGoing:
			if due(c.failure.retry, now) {
				found.going = append(found.going, c)
			} else {
				m.look = earliest(m.look, c.failure.retry)
			}
		case c.index != 0 && asked[carrier(c.object)] && links[carrier(c.object)].index != c.index:
			found.stray = append(found.stray, c)
		case c.state == claimHeld:
			found.held[p] = c
		case !exists:
		case c.failure.ripe(l, now):
			found.ripe = append(found.ripe, c)
		default:
			m.look = earliest(m.look, c.failure.retry)
		}
	}
	return found
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
