package vrrp

import "net/netip"

// become changes the state. The event of a transition in which addresses move
// waits until the owner has moved them.
func (m *machine) become(s *step, to State, why Reason, peer netip.Addr) {
	if m.group != nil {
		m.group.turn(s, m, to, why, peer)
	}
	if m.waiting {
		m.deliver(s, nil) // overtaken, but delivered all the same, and in order
	}
	from := m.state
	m.state, m.reason, m.since = to, why, s.now
	m.event = Output{Kind: OutputEvent, From: from, To: to, Reason: why, Priority: m.priority, Peer: peer, At: s.time}
	if from != Master && to != Master {
		m.put(s, m.event)
		m.report(s)
		return
	}
	kind := OutputRelease
	if to == Master {
		kind = OutputAcquire
	}
	m.gen++
	m.put(s, Output{Kind: kind, Gen: m.gen, Reason: why})
	if m.p.OwnerTimeout == 0 {
		m.put(s, m.event)
		m.report(s)
		return
	}
	m.waiting = true
	m.ownerBy = s.now + int64(m.p.OwnerTimeout)
}

// deliver sends the event that waits for the owner.
func (m *machine) deliver(s *step, err error) {
	m.waiting, m.ownerBy = false, never
	m.event.Err = err
	m.put(s, m.event)
	m.report(s)
}

// report lets the group report, once all members have.
func (m *machine) report(s *step) {
	if m.group != nil {
		m.group.report(s)
	}
}

func (m *machine) advertise(s *step, priority uint8) {
	m.put(s, Output{Kind: OutputAdvertise, Priority: priority})
}

func (m *machine) put(s *step, o Output) {
	o.ID = m.id
	s.out = append(s.out, o)
}
