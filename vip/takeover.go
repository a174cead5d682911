package vip

import (
	"sync"
	"time"
)

// add hands changes, which add the objects of claims, to the kernel, and settles
// the claims. Of more than a step's worth it announces each step's addresses for
// the first time while the kernel is busy with the next: told says so. Where other
// Sets are being acquired too, it makes one round: theirs come before our others.
// A Pace would slow the kernel down, and such a Set is announced afterwards.
func (s *Set) add(claims []*claim, changes []Change) (errs []error, told bool, announceErr error) {
	m := s.manager
	if len(changes) <= stepFrames || s.announcer.slot != nil {
		c := m.commits.join(changes)
		m.settle(claims, changes, c.errs)
		if told = c.crowd && s.announcer.slot == nil; told {
			announceErr = m.tell(s.announcements(claims))
		}
		return c.errs, told, announceErr
	}
	steps := make(chan []Announcement, len(changes)/stepFrames+1) // room for all: the kernel does not wait
	var wg sync.WaitGroup
	wg.Go(func() { announceErr = s.tellSteps(steps) })
	for from := 0; from < len(changes); from += stepFrames {
		to := min(from+stepFrames, len(changes))
		part := m.commits.apply(changes[from:to])
		m.settle(claims[from:to], changes[from:to], part)
		steps <- s.announcements(claims[from:to])
		if part != nil && errs == nil {
			errs = make([]error, len(changes))
		}
		copy(errs[min(from, len(errs)):], part)
	}
	close(steps)
	wg.Wait()
	return errs, true, announceErr
}

// tellSteps announces each step once, one every stepPause on average, and returns
// the first error. Sleep ends late: a step that was may be followed by the next at
// once, or the lateness of all would add up.
func (s *Set) tellSteps(steps <-chan []Announcement) (first error) {
	next := time.Now()
	for list := range steps {
		if len(list) == 0 {
			continue
		}
		time.Sleep(time.Until(next))
		if err := s.manager.tell(list); first == nil {
			first = err
		}
		if next = next.Add(stepPause); time.Since(next) > 0 {
			next = time.Now()
		}
	}
	return first
}

// announcements returns what there is to announce of those claims that the
// kernel has taken.
func (s *Set) announcements(claims []*claim) []Announcement {
	list := make([]Announcement, 0, len(claims))
	for _, c := range claims {
		if a, ok := c.announcement(); ok && c.state == claimHeld {
			a.Reply = s.announcer.schedule.Replies && a.Addr.Is4()
			list = append(list, a)
		}
	}
	return list
}
