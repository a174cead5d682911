package vip

import (
	"errors"
	"fmt"
	"time"
)

const (
	// stepFrames is how many announcements go out without a pause: twenty
	// addresses five times. stepPause is the pause after as many.
	stepFrames = 100
	stepPause  = time.Millisecond
)

// Schedule says how often the addresses of a Set are announced. A round
// announces every address once; a burst is several rounds without a pause.
// The zero Schedule stands for [DefaultSchedule].
type Schedule struct {
	// Repeat is the rounds in the burst on Acquire, at least 1
	// (garp_master_repeat).
	Repeat int

	// Delay is the time from Acquire to a second such burst; 0: there is none
	// (garp_master_delay).
	Delay time.Duration

	// Refresh is the time between bursts of RefreshRepeat rounds for as long
	// as the addresses are held; 0: there are none (garp_master_refresh).
	Refresh time.Duration

	// RefreshRepeat is the rounds in a refresh; 0 counts as 1
	// (garp_master_refresh_repeat).
	RefreshRepeat int

	// LowerPrioRepeat is the rounds in the burst on Announce, when another
	// router has claimed the addresses; 0: there is none
	// (garp_lower_prio_repeat).
	LowerPrioRepeat int

	// LowerPrioDelay is the time from Announce to a second such burst; 0:
	// there is none (garp_lower_prio_delay).
	LowerPrioDelay time.Duration

	// Replies adds to each gratuitous ARP request one in the form of a reply,
	// for neighbours that take only that.
	Replies bool
}

// DefaultSchedule returns keepalived's: five rounds at once and five more after
// five seconds, on Acquire and on Announce, and no refresh.
func DefaultSchedule() Schedule {
	return Schedule{
		Repeat: 5, Delay: 5 * time.Second, RefreshRepeat: 1,
		LowerPrioRepeat: 5, LowerPrioDelay: 5 * time.Second,
	}
}

// Validate returns all that is wrong with the schedule, joined, or nil.
func (s Schedule) Validate() error {
	if s == (Schedule{}) {
		return nil
	}
	var errs []error
	if s.Repeat < 1 {
		errs = append(errs, fmt.Errorf("vip: schedule: Repeat is %d, must be at least 1", s.Repeat))
	}
	for _, f := range []struct {
		name  string
		value int64
	}{
		{"Delay", int64(s.Delay)}, {"Refresh", int64(s.Refresh)}, {"RefreshRepeat", int64(s.RefreshRepeat)},
		{"LowerPrioRepeat", int64(s.LowerPrioRepeat)}, {"LowerPrioDelay", int64(s.LowerPrioDelay)},
	} {
		if f.value < 0 {
			errs = append(errs, fmt.Errorf("vip: schedule: %s is negative", f.name))
		}
	}
	return errors.Join(errs...)
}

// announcer decides which of n addresses is announced when. It is a pure
// value: its owner passes the time, sends, and comes back at deadline.
type announcer struct {
	schedule Schedule
	n        int

	rounds, pos int       // left of the burst under way, and its next address
	resume      time.Time // when the burst under way goes on
	second      time.Time // when the second burst of acquired is due; zero: never
	answer      time.Time // the same of contested, which does not touch the former
	refresh     time.Time // when the next refresh is due; zero: never

	extra       time.Time     // when extras are announced, each extraPeriod; zero: never
	extraPeriod time.Duration // 0: never
	extras      []int         // the first address on each extra interface
	side        []int         // those left to announce

	// slot reserves the time when an address may be announced, and says whether
	// that is limited at all; nil: it is not.
	slot     func(index int, now time.Time) (at time.Time, limited bool)
	reserved time.Time // for the next address; zero: not yet
}

// acquired starts over with the announcements of a new master.
func (a *announcer) acquired(now time.Time) {
	a.stop()
	a.second = a.bursts(now, a.schedule.Repeat, a.schedule.Delay)
	if a.schedule.Refresh > 0 {
		a.refresh = now.Add(a.schedule.Refresh)
	}
	if a.extraPeriod > 0 {
		a.extra = now.Add(a.extraPeriod)
	}
}

// reschedule has what is announced at regular times follow a new schedule.
func (a *announcer) reschedule(now time.Time) {
	follow := func(due *time.Time, period time.Duration) {
		switch {
		case period <= 0:
			*due = time.Time{}
		case due.IsZero() || due.After(now.Add(period)):
			*due = now.Add(period)
		}
	}
	follow(&a.refresh, a.schedule.Refresh)
	follow(&a.extra, a.extraPeriod)
}

// told says, right behind acquired, that the first round of its burst has been
// made already.
func (a *announcer) told(now time.Time) {
	a.rounds = max(a.rounds-1, 0)
	if a.resume = now.Add(stepPause); a.rounds == 0 {
		a.resume = time.Time{}
	}
}

// contested answers somebody else's announcements.
func (a *announcer) contested(now time.Time) {
	a.answer = a.bursts(now, a.schedule.LowerPrioRepeat, a.schedule.LowerPrioDelay)
}

// stop forgets all that is left to announce.
func (a *announcer) stop() {
	*a = announcer{schedule: a.schedule, n: a.n, extras: a.extras, extraPeriod: a.extraPeriod, slot: a.slot}
}

// resize changes the number of addresses, and which are extra.
func (a *announcer) resize(n int, extras []int) {
	if a.n = n; a.pos >= n {
		a.pos = 0
	}
	a.extras, a.side = extras, nil
	if n == 0 {
		a.rounds, a.resume = 0, time.Time{}
	}
}

// bursts starts a burst and returns when a second one is due; the zero time:
// never.
func (a *announcer) bursts(now time.Time, rounds int, delay time.Duration) (second time.Time) {
	if a.burst(now, rounds); rounds == 0 || delay == 0 || a.n == 0 {
		return time.Time{}
	}
	return now.Add(delay)
}

// burst sees to it that every address is announced that many times from now on.
func (a *announcer) burst(now time.Time, rounds int) {
	if rounds == 0 || a.n == 0 {
		return
	}
	if a.pos > 0 {
		rounds++ // the round under way has not all of them
	}
	a.rounds = max(a.rounds, rounds)
	if a.resume.IsZero() {
		a.resume = now
	}
}

// deadline returns when next has something to say; the zero time: never.
func (a *announcer) deadline() time.Time {
	return earliest(a.resume, a.second, a.answer, a.refresh, a.extra)
}

// next appends the indexes of the addresses to announce now to out: at most
// stepFrames, all addresses of a round before any of the next (ANN-06).
func (a *announcer) next(now time.Time, out []int) []int {
	if due(a.second, now) {
		a.second = time.Time{}
		a.burst(now, a.schedule.Repeat)
	}
	if due(a.answer, now) {
		a.answer = time.Time{}
		a.burst(now, a.schedule.LowerPrioRepeat)
	}
	if due(a.refresh, now) {
		a.burst(now, max(a.schedule.RefreshRepeat, 1))
		if a.refresh = a.refresh.Add(a.schedule.Refresh); !a.refresh.After(now) {
			a.refresh = now.Add(a.schedule.Refresh)
		}
	}
	if due(a.extra, now) {
		a.side = a.extras
		if a.extra = a.extra.Add(a.extraPeriod); !a.extra.After(now) {
			a.extra = now.Add(a.extraPeriod)
		}
		if a.resume.IsZero() && len(a.side) > 0 {
			a.resume = now
		}
	}
	if !due(a.resume, now) {
		return out
	}
	for range stepFrames {
		if !a.pending() {
			a.resume = time.Time{}
			return out
		}
		limited := false
		if a.slot != nil {
			if a.reserved.IsZero() {
				a.reserved, limited = a.slot(a.peek(), now)
			}
			if a.reserved.After(now) {
				a.resume = a.reserved
				return out
			}
			a.reserved = time.Time{}
		}
		out = append(out, a.peek())
		a.advance()
		if limited {
			break // others get to reserve their first slot before we do our next
		}
	}
	a.resume = now.Add(stepPause)
	if !a.pending() {
		a.resume = time.Time{}
	}
	return out
}

// pending reports whether a burst is under way.
func (a *announcer) pending() bool { return len(a.side) > 0 || a.rounds > 0 }

// peek returns the address to announce next.
func (a *announcer) peek() int {
	if len(a.side) > 0 {
		return a.side[0]
	}
	return a.pos
}

func (a *announcer) advance() {
	if len(a.side) > 0 {
		a.side = a.side[1:]
		return
	}
	if a.pos++; a.pos == a.n {
		a.pos = 0
		a.rounds--
	}
}

// skip makes no announcement of all that are due, and returns the deadline.
func (a *announcer) skip(now time.Time) time.Time {
	for due(a.deadline(), now) {
		a.next(now, nil)
		a.rounds, a.pos, a.side, a.resume = 0, 0, nil, time.Time{}
	}
	return a.deadline()
}

func due(t, now time.Time) bool { return !t.IsZero() && !t.After(now) }

// earliest returns the earliest time that is not zero.
func earliest(times ...time.Time) (first time.Time) {
	for _, t := range times {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}
