package vip

import "time"

const (
	// stepFrames is how many announcements go out without a pause: twenty
	// addresses five times. stepPause is the pause after as many.
	stepFrames = 100
	stepPause  = time.Millisecond
)

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
