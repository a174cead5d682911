package vrrp

// A router that does not preempt must not take the role from a live master only
// because it could not hear it: a port that forwards nothing yet, as while a
// spanning tree settles, sounds like a master that died. So a master that does
// not preempt, and has heard nobody since its start or link-up, advertises a
// priority that loses against every other master, until it hears somebody or
// every port forwards. A master that hears it answers at once, as RFC 9568
// section 6.4.3 demands and keepalived does, and goes on undisturbed.

// claim returns the priority to advertise.
func (m *machine) claim(s *step) uint8 {
	if m.unproven && m.state == Master && s.now-m.since >= int64(probeTime) {
		m.unproven = false
	}
	if m.unproven {
		return min(m.priority, probePriority)
	}
	return m.priority
}

// The other way round: a rival that does not preempt either, and does not probe,
// comes with a better priority although we have been master all the time. One
// advertisement of the highest priority makes it a backup, which it then stays.
// Whoever takes the role by right returns, and is not refused twice.

// hold answers a better advertisement of a rival once in a mastership, and
// reports whether it did. A master that was late itself may have been replaced by
// right.
func (m *machine) hold(s *step, in *Input) bool {
	may := m.p.HoldRole && m.p.NoPreempt && m.heldAt == never && in.Priority < holdPriority
	if !may || s.now < m.holdAt || s.now-m.timer >= int64(m.p.Interval) {
		return false
	}
	m.heldAt = s.now
	m.advertise(s, holdPriority)
	m.put(s, Output{Kind: OutputAnswered})
	m.contest(s, in.Source, 0)
	return true
}

// holding reports whether the others may not have acted on such an answer yet.
// Of two that answer at once the one with the greater address remains.
func (m *machine) holding(now int64) bool {
	return m.heldAt != never && now-m.heldAt < int64(m.p.Interval)/2
}
