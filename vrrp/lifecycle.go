package vrrp

import "net/netip"

// start is the Startup event of RFC 9568 section 6.4.1, unless there is a delay.
func (m *machine) start(s *step) {
	if m.running {
		return
	}
	m.running, m.stopped = true, false
	if m.p.StartDelay > 0 {
		m.startAt = s.now + int64(m.p.StartDelay)
	}
	m.settle(s)
}

// settle moves the machine, and its group, into or out of Fault after something
// changed that its fitness depends on.
func (m *machine) settle(s *step) {
	switch {
	case m.group != nil:
		m.group.settle(s)
	case !m.running:
	case m.unfit() != 0:
		m.fail(s, m.unfit())
	case m.idle() && !m.undecided():
		m.enter(s)
	}
}

// idle reports whether the machine runs in neither Backup nor Master.
func (m *machine) idle() bool { return m.state == Init || m.state == Fault }

// fail enters Fault.
func (m *machine) fail(s *step, why Reason) {
	if m.state == Fault {
		m.reason = why // another one than before, perhaps
		return
	}
	if m.state == Master && m.linkUp {
		m.advertise(s, 0) // the backup then waits only for its skew time
	}
	m.rest()
	m.become(s, Fault, why, netip.Addr{})
}

// unfit returns why the machine cannot take part, or 0.
func (m *machine) unfit() Reason {
	if !m.linkUp {
		return m.linkWhy
	}
	for i := range m.tracks {
		if m.tracks[i].Fault {
			return ReasonTracker
		}
	}
	return 0
}

// undecided reports whether the machine has to wait before it takes part.
func (m *machine) undecided() bool {
	if m.startAt != never {
		return true
	}
	for i := range m.tracks {
		if m.tracks[i].undecided() {
			return true
		}
	}
	return false
}

// enter is the Startup event of RFC 9568 section 6.4.1.
func (m *machine) enter(s *step) {
	m.rest()
	if m.p.Priority == OwnerPriority && (m.group == nil || m.group.owned()) {
		m.takeOver(s, ReasonOwner, netip.Addr{})
		return
	}
	why := ReasonRecovered
	if m.state == Init {
		why = ReasonStartup
	}
	m.interval, m.learned = m.p.Interval, false
	m.better = netip.Addr{}
	m.unproven = m.p.NoPreempt && m.p.Priority != OwnerPriority
	m.await(s.now, ReasonNoResponse, netip.Addr{})
	m.become(s, Backup, why, netip.Addr{})
}

// stop is the Shutdown event of RFC 9568 sections 6.4.2 and 6.4.3.
func (m *machine) stop(s *step, why Reason) {
	setDefault(&why, ReasonShutdown)
	m.running, m.stopped, m.startAt = false, true, never
	if m.state == Master {
		m.advertise(s, 0)
	}
	m.rest()
	if m.state != Init {
		m.become(s, Init, why, netip.Addr{})
	}
	if m.group != nil {
		m.group.left(s, m, why)
	}
}
