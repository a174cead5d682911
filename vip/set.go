package vip

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"
)

// Set is a group of objects that are taken and given back together. Its
// methods may be called by several goroutines; Acquire, Release and Announce
// wait for one another.
type Set struct {
	manager  *Manager
	trouble  chan error
	fresh    atomic.Int64 // until when Renew vouches, since manager.epoch; 0: nobody does
	lifetime atomic.Int64 // that of the lease, for Renew

	// Written by who has the turn and the manager's mutex, read with either.
	name      string
	addresses []Address
	objects   []Object // VMACs, addresses, routes, rules
	extra     []string // ExtraInterfaces

	turn      chan struct{} // a token: who has it may use what is below
	acquired  bool          // and not released since
	announcer announcer
	strikes   strikes
	lease     lease          // its deadline is read with the manager's mutex
	announced []Announcement // what is held, by the announcer's indexes
}

// Addresses returns the addresses of the Set with their interfaces filled in.
// The slice must not be changed.
func (s *Set) Addresses() []Address {
	s.manager.mu.Lock()
	defer s.manager.mu.Unlock()
	return s.addresses
}

// Objects returns all that the Set holds or would hold: addresses, routes and
// rules, in the order in which they are added. The slice must not be changed.
func (s *Set) Objects() []Object {
	s.manager.mu.Lock()
	defer s.manager.mu.Unlock()
	return s.objects
}

// Acquire adds addresses, routes and rules and makes the first announcements;
// when it returns nil the addresses answer and the neighbours have been told.
// What is there already is taken over. Later announcements are made by the
// manager's Run. Where some objects fail, the others are held and announced
// all the same, and the error names the failures; what could not be added, for
// want of an interface say, Run tries again when the interface changes, and
// after a second, two, four, and so on up to a minute.
//
// An object that another Set of the manager holds changes hands without being
// removed: that Set's Release leaves it alone. Of ctx only an end before the
// work has begun is noticed; the work is short and never blocks.
func (s *Set) Acquire(ctx context.Context) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	defer s.end()
	claims := s.claim()
	if claims == nil {
		return ErrStopped
	}
	s.acquired = true
	now := time.Now()
	if s.lease.lifetime > 0 {
		s.affirm(now, now.Add(s.lease.lifetime))
	}
	changes := make([]Change, len(s.objects))
	for i, o := range s.objects {
		changes[i] = s.addition(o)
	}
	errs, told, announceErr := s.add(claims, changes)
	s.awaitVMACs(claims)
	s.hold(claims)
	s.lease.begin(now, len(s.addresses))

	now = time.Now()
	s.announcer.acquired(now)
	if told {
		s.announcer.told(now)
	} else {
		_, announceErr = s.announce(now)
	}
	if len(changes) == 0 {
		return announceErr
	}
	s.manager.log.Debug("setting VIPs.", "set", s.name, "objects", len(changes), "announced", len(s.announced))
	return errors.Join(failures(changes, errs), announceErr)
}

// Release removes rules, routes and addresses and ends the announcements. What
// is gone already is no error, nor is a Set that holds nothing. What the kernel
// refuses to remove is named by the error, and Run tries again, after a second,
// two, four, and so on up to a minute.
func (s *Set) Release(ctx context.Context) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	defer s.end()
	s.acquired = false
	s.hold(nil)
	s.announcer.stop()
	s.lease.begin(time.Time{}, 0)
	claims := s.unclaim()
	s.manager.log.Debug("removing VIPs.", "set", s.name, "objects", len(claims))
	return s.manager.remove(claims)
}

// Announce announces the addresses again, because somebody else has claimed
// them (LowerPrioRepeat and LowerPrioDelay of the Schedule). A Set that holds
// nothing announces nothing.
func (s *Set) Announce(ctx context.Context) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	defer s.end()
	now := time.Now()
	s.announcer.contested(now)
	_, err := s.announce(now)
	return err
}

// begin takes the Set's turn.
func (s *Set) begin(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-s.turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tryBegin takes the Set's turn if it is free.
func (s *Set) tryBegin() bool {
	select {
	case <-s.turn:
		return true
	default:
		return false
	}
}

// end notes when the Set wants to announce and to renew, gives the turn back, and
// only then has Run look: it passes over a Set whose turn is taken.
func (s *Set) end() {
	announce, renew := s.announcer.deadline(), s.lease.at
	s.manager.setDue(s, announce)
	s.manager.setLease(s)
	s.turn <- struct{}{}
	s.manager.rouse(earliest(announce, renew))
}

// addition returns the change that adds an object of the Set. Routes and rules
// have no lifetime.
func (s *Set) addition(o Object) Change {
	c := Change{Op: Add, Object: o}
	if _, ok := o.(Address); ok {
		c.Lifetime = s.lease.lifetime
	}
	return c
}

// hold has the Set announce those of claims that the kernel has taken.
func (s *Set) hold(claims []*claim) {
	before := s.announced
	s.announced = s.announcements(claims)
	s.announcer.resize(len(s.announced), s.extras())
	s.withdraw(before, s.announced)
}

// extras returns the first address on each extra interface.
func (s *Set) extras() (list []int) {
	for _, dev := range s.extra {
		if i := slices.IndexFunc(s.announced, func(a Announcement) bool { return a.Interface == dev }); i >= 0 {
			list = append(list, i)
		}
	}
	return list
}

// slot returns when an announcement may be made, by its index.
func (s *Set) slot(i int, now time.Time) (at time.Time, limited bool) {
	m := s.manager
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.pacer.slot(s.announced[i], now)
}

// announce makes the announcements that are due and returns their number.
func (s *Set) announce(now time.Time) (int, error) {
	var buf [stepFrames]int
	indexes := s.announcer.next(now, buf[:0])
	if len(indexes) == 0 {
		return 0, nil
	}
	list := make([]Announcement, len(indexes))
	for i, at := range indexes {
		list[i] = s.announced[at]
	}
	return len(list), s.manager.tell(list)
}

// continueAnnouncing is announce for Run. It leaves a Set alone that is being
// worked on: whoever does that will tell Run what is left to do.
func (s *Set) continueAnnouncing(now time.Time) (sent int, next time.Time) {
	if !s.tryBegin() {
		return 0, time.Time{}
	}
	defer s.end()
	if !s.vouched(now) && s.lease.lifetime > 0 {
		return 0, s.announcer.skip(now) // others may have the addresses by now
	}
	sent, err := s.announce(now)
	s.logAnnouncement(err)
	return sent, s.announcer.deadline()
}
