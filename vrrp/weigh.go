package vrrp

import "time"

// effective returns the configured priority and what the trackers of the
// machine, or of its whole group, add: clamped to 1..254, because 0 and 255 have
// meanings of their own; an address owner's priority never changes.
func (m *machine) effective() uint8 {
	if m.p.Priority == OwnerPriority {
		return OwnerPriority
	}
	sum := int(m.p.Priority)
	if m.group != nil {
		sum += m.group.sum
	} else {
		for i := range m.tracks {
			sum += m.tracks[i].Contribution
		}
	}
	return uint8(min(max(sum, 1), 254))
}

// reweigh recomputes the effective priority. A backup's running timer moves by
// the difference of the skew times, as keepalived does, so that the new
// priority counts at once.
func (m *machine) reweigh(s *step) {
	was, before := m.priority, m.skewTime()
	if m.priority = m.effective(); m.priority == was {
		return
	}
	m.shift(m.skewTime() - before)
	m.put(s, Output{Kind: OutputPriority, Was: was, Priority: m.priority})
}

// reweighAll does so for the whole group, if there is one.
func (m *machine) reweighAll(s *step) {
	if m.group == nil {
		m.reweigh(s)
		return
	}
	m.group.weigh(s)
}

// shift moves a backup's running timer.
func (m *machine) shift(by time.Duration) {
	if m.state == Backup {
		m.timer += int64(by)
	}
}
