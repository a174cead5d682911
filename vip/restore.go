package vip

import "time"

// fewFrames is how many addresses that were put back are announced at once; more
// are left to the schedule.
const fewFrames = 10

// restore adds the objects of claims, as far as they are still the Set's. It
// reports false where this is not the time for it.
func (s *Set) restore(list []*claim) bool {
	now := time.Now()
	gone := make(map[*claim]bool, len(list))
	for _, c := range list {
		gone[c] = true
	}
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
	m.settle(claims, changes, errs)
	s.hold(all)
	lapsed := s.lease.over(now)
	age := now.Sub(s.lease.renewed)
	s.lease.renewed = now

	var again []Announcement
	var removed []Object
	for i, c := range claims {
		switch {
		case c.state == claimFailed:
			if text := c.failure.text(); text != before[i].failure.text() {
				m.log.Warn("cannot add "+kind(c.object), "set", s.name, kind(c.object), c.object.String(), "err", text)
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
	s.logAnnouncement(err)
	return true
}
