package vrrp

import "net/netip"

// backupHears is RFC 9568 section 6.4.2: a valid advertisement in Backup. at is
// when it was received, so that a late look at it does not delay a takeover.
func (m *machine) backupHears(in *Input, at int64) {
	switch {
	case in.Priority == 0:
		// The master leaves. Keeping what is left of a shorter wait stops a
		// stream of these from delaying the takeover for ever.
		m.timer = min(m.timer, at+int64(m.skewTime()))
		m.cause, m.peer = ReasonPriorityZero, in.Source
	case in.Priority < m.priority && (!m.p.NoPreempt || m.p.Priority == OwnerPriority):
		// Discarded: the timer runs on, and then we preempt.
		m.cause, m.peer = ReasonPreempt, in.Source
	default:
		m.learn(in)
		m.await(at, ReasonNoResponse, in.Source)
	}
}

// masterHears is RFC 9568 section 6.4.3: a valid advertisement in Master.
func (m *machine) masterHears(s *step, in *Input, at int64) {
	if in.Priority == 0 {
		if m.mayAnswer(s) {
			m.advertise(s, m.priority)
			m.timer = s.now + int64(m.p.Interval)
		}
		return
	}
	switch tie := in.Source.Compare(m.source); {
	case in.Priority > m.priority:
		m.yield(s, in, at, ReasonHigherPriority)
	case in.Priority == m.priority && tie > 0:
		m.yield(s, in, at, ReasonHigherAddress)
	case in.Priority == m.priority && tie == 0:
		// Somebody uses our own address; there is no telling who should win.
	default:
		m.defend(s)
	}
}

// yield gives the role to a better router.
func (m *machine) yield(s *step, in *Input, at int64, why Reason) {
	m.learn(in)
	m.await(at, ReasonNoResponse, in.Source)
	m.become(s, Backup, why, in.Source)
}

// defend answers a losing advertisement. The sender has announced the addresses
// as its own, so they are announced again too. The regular advertisement keeps
// its time: whoever loses must not be able to postpone it.
func (m *machine) defend(s *step) {
	if !m.mayAnswer(s) {
		return
	}
	if m.p.AnswerLosing {
		m.advertise(s, m.priority)
		m.put(s, Output{Kind: OutputAnswered})
	}
	m.put(s, Output{Kind: OutputAnnounce})
}

// mayAnswer limits answers, so that a flood of advertisements does not make
// another one of them.
func (m *machine) mayAnswer(s *step) bool {
	if s.now-m.answered < int64(answerGap) {
		return false
	}
	m.answered = s.now
	return true
}

// learn adopts the master's interval: version 3 only, version 2 demands that
// they are equal.
func (m *machine) learn(in *Input) {
	if m.p.Version == V3 {
		m.interval = in.Interval
	}
}

// become changes the state. The event of a transition in which addresses move
// waits until the owner has moved them.
func (m *machine) become(s *step, to State, why Reason, peer netip.Addr) {
	if m.waiting {
		m.deliver(s, nil) // overtaken, but delivered all the same, and in order
	}
	from := m.state
	m.state, m.reason, m.since = to, why, s.now
	m.event = Output{Kind: OutputEvent, From: from, To: to, Reason: why, Priority: m.priority, Peer: peer, At: s.time}
	if from != Master && to != Master {
		m.put(s, m.event)
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
}

func (m *machine) advertise(s *step, priority uint8) {
	m.put(s, Output{Kind: OutputAdvertise, Priority: priority})
}

func (m *machine) put(s *step, o Output) {
	o.ID = m.id
	s.out = append(s.out, o)
}
