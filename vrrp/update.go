package vrrp

import "net/netip"

// update changes the parameters of a machine; its group, if it has one, has been
// changed already. A backup's timer moves with the length of its wait, so that
// it ends when it would have ended with the new parameters from the start.
func (m *machine) update(s *step, p Params) {
	old := m.p
	skew, wait := m.skewTime(), m.downInterval()
	m.p = p
	m.tracks = withStates(p.Trackers, m.tracks)
	if m.state != Backup || !m.learned || p.Version == V2 {
		m.interval = p.Interval
	}
	if m.group != nil {
		m.group.sum = m.group.contribution()
	}
	was := m.priority
	if m.priority = m.effective(); m.priority != was {
		m.put(s, Output{Kind: OutputPriority, Was: was, Priority: m.priority})
	}
	if m.cause == ReasonPriorityZero {
		m.shift(m.skewTime() - skew)
	} else {
		m.shift(m.downInterval() - wait)
	}
	m.timer = max(m.timer, s.now) // a wait that has become shorter is over, not late
	switch {
	case p.NoPreempt && !p.PreemptDegraded || p.PreemptDelay == 0:
		m.preemptAt = never
	case m.preemptAt != never:
		m.preemptAt += int64(p.PreemptDelay - old.PreemptDelay)
	}
	if patient := p.NoPreempt && p.Priority != OwnerPriority; !patient {
		m.unproven = false
	} else if m.state == Backup && m.cause == ReasonPreempt && !m.wants {
		m.await(m.heard, ReasonNoResponse, m.peer) // as if the master had been accepted
	}
	switch {
	case m.state == Master && p.Interval != old.Interval:
		// At once: the next one might be due after the others' patience.
		m.advertise(s, m.claim(s))
		m.timer = s.now + int64(p.Interval)
	case m.state == Backup && p.Priority == OwnerPriority && old.Priority != OwnerPriority && m.group == nil:
		m.takeOver(s, ReasonOwner, netip.Addr{})
	}
	m.reweighAll(s)
	m.settle(s)
}
