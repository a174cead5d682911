package vrrp

import "time"

// Status is what a machine shows of itself.
type Status struct {
	State        State
	Since        time.Time     // when State was entered; zero before the first transition
	Reason       Reason        // why it was entered
	Configured   uint8         // the configured priority
	Priority     uint8         // the effective priority: configured and trackers
	Interval     time.Duration // of the master: learned, or our own
	SkewTime     time.Duration // RFC 9568 Skew_Time
	DownInterval time.Duration // RFC 9568 Active_Down_Interval
	TakeOverAt   time.Time     // Backup: when the machine takes over if nothing changes
	PreemptAt    time.Time     // Backup: when the preempt delay ends, if it runs
	Pending      bool          // a transition waits for its owner
	Ready        bool          // Backup: it would take over, and waits for the others of its group
	Probing      bool          // nothing proves yet that the network carries what we send
}

func (m *machine) status(c *clock) Status {
	st := Status{
		State: m.state, Reason: m.reason, Configured: m.p.Priority, Priority: m.priority,
		Interval: m.interval, SkewTime: m.skewTime(), DownInterval: m.downInterval(), Pending: m.waiting, Ready: m.wants,
		PreemptAt: c.time(m.preemptAt), Probing: m.unproven,
	}
	if m.state == Backup {
		st.TakeOverAt = c.time(m.timer)
	}
	if m.reason != 0 {
		st.Since = c.time(m.since)
	}
	return st
}
