package vip

import "time"

// alarm says when Run's loop has something to do next. A thousand Sets that are
// acquired at once would otherwise wake it a thousand times, to look through as
// many. It is a pure value; the manager's mutex guards it.
type alarm struct {
	asleep bool
	at     time.Time // when the loop, asleep, wakes; zero: never
	sooner time.Time // the earliest that was asked for while it was awake
}

// rise is called when the loop begins to look through what there is.
func (a *alarm) rise() { *a = alarm{} }

// sleep is called when it has nothing to do before next (the zero time: at all),
// and returns until when it may sleep.
func (a *alarm) sleep(next time.Time) time.Time {
	next = earliest(next, a.sooner)
	*a = alarm{asleep: true, at: next}
	return next
}

// want asks for the loop at a time; the zero time: never. It reports whether the
// loop must be woken.
func (a *alarm) want(at time.Time) (wake bool) {
	switch {
	case at.IsZero():
		return false
	case !a.asleep:
		a.sooner = earliest(a.sooner, at)
		return false
	case !a.at.IsZero() && !at.Before(a.at):
		return false
	}
	a.at = at
	return true
}

// rouse has Run look at the given time, the zero time: for the Sets' sake it need
// not, and when the guard wants to.
func (m *Manager) rouse(at time.Time) {
	m.mu.Lock()
	must := m.alarm.want(earliest(at, m.look))
	m.mu.Unlock()
	if must {
		wake(m.wake)
	}
}
