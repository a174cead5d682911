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
