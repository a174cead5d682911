package vrrp

// A router that does not preempt must not take the role from a live master only
// because it could not hear it: a port that forwards nothing yet, as while a
// spanning tree settles, sounds like a master that died. So as long as such a
// router has heard nobody since its start or link-up, it sends a probe shortly
// before each advertisement: one that loses against every master. A master that
// hears it answers at once, as RFC 9568 section 6.4.3 demands and keepalived
// does, and goes on undisturbed. Backups ignore the probe.

// probe sends one.
func (m *machine) probe(s *step) {
	m.probeAt = never
	m.advertise(s, probePriority)
	m.timer = max(m.timer, s.now+m.probeLead())
}

// planProbe sets the next one of a master, until every port forwards.
func (m *machine) planProbe(s *step) {
	if m.unproven && s.now-m.since >= int64(probeTime) {
		m.unproven = false
	}
	if m.unproven {
		m.probeAt = m.timer - m.probeLead()
	}
}

// probeLead is how long before an advertisement the probe goes out.
func (m *machine) probeLead() int64 { return int64(min(probeLead, m.interval/4)) }
