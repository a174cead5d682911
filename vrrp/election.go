package vrrp

import (
	"net/netip"
	"time"
)

// hear takes a valid advertisement.
func (m *machine) hear(s *step, in *Input, c *clock) {
	if m.p.DeafOwner && m.p.Priority == OwnerPriority {
		return
	}
	at := s.now
	if !in.At.IsZero() {
		// Not older than what is known to be older: a clock that was set
		// must not make a live master's advertisement look stale.
		at = min(at, max(c.ns(in.At), m.since, m.heard))
	}
	m.heard = at
	m.relistened = false
	probing := m.unproven
	m.unproven = false
	if m.state == Master && m.replaced(s.now) {
		m.stepAside(s)
	}
	switch m.state {
	case Backup:
		m.backupHears(s, in, at)
	case Master:
		m.masterHears(s, in, at, probing)
	}
}

// backupHears is RFC 9568 section 6.4.2: a valid advertisement in Backup. at is
// when it was received, so that a late look at it does not delay a takeover.
func (m *machine) backupHears(s *step, in *Input, at int64) {
	switch {
	case in.Priority == 0:
		// The master leaves. Keeping what is left of a shorter wait stops a
		// stream of these from delaying the takeover for ever.
		m.timer = min(m.timer, at+int64(m.skewTime()))
		m.cause, m.peer = ReasonPriorityZero, in.Source
		m.preemptAt = never
	case in.Priority >= m.priority || !m.preempts(in):
		m.preemptAt = never
		m.accept(s, in, at)
	case m.p.PreemptDelay > 0 && (!m.wants || m.cause != ReasonPreempt):
		m.accept(s, in, at)
		if m.preemptAt == never {
			m.preemptAt = at + int64(m.p.PreemptDelay)
		}
	default:
		// Discarded: the timer runs on, and then we preempt.
		m.cause, m.peer = ReasonPreempt, in.Source
	}
}

// preempts reports whether a backup may take the role from a master of lower
// priority.
func (m *machine) preempts(in *Input) bool {
	if !m.p.NoPreempt || m.p.Priority == OwnerPriority {
		return true
	}
	return m.p.PreemptDegraded && in.Source == m.better && in.Priority < m.best
}

// accept takes an advertisement as proof that the master lives.
func (m *machine) accept(s *step, in *Input, at int64) {
	if in.Source != m.better || in.Priority > m.best {
		m.better, m.best = in.Source, in.Priority
	}
	m.wants = false
	m.learn(in)
	m.await(at, ReasonNoResponse, in.Source)
	if m.group != nil {
		m.group.pull(s, m, in.Source)
	}
}

// masterHears is RFC 9568 section 6.4.3: a valid advertisement in Master.
// probing says that it is the first one since the start or link-up, of a machine
// that does not preempt: whoever sent it has been master all the time.
func (m *machine) masterHears(s *step, in *Input, at int64, probing bool) {
	if in.Priority == 0 {
		if m.mayAnswer(s) {
			m.advertise(s, m.priority)
			m.timer = s.now + int64(m.p.Interval)
		}
		return
	}
	mine, holding := m.priority, m.holding(s.now)
	if holding {
		mine = holdPriority
	}
	tie := in.Source.Compare(m.source)
	better := in.Priority > mine || in.Priority == mine && tie > 0
	switch {
	case holding && !better: // sent before our answer was heard
	case better && !probing && m.hold(s, in):
	case in.Priority > mine:
		m.yield(s, in, at, ReasonHigherPriority, probing)
	case better:
		m.yield(s, in, at, ReasonHigherAddress, probing)
	case probing && in.Priority > probePriority:
		m.yield(s, in, at, ReasonNoPreempt, probing)
	case in.Priority == m.priority && tie == 0:
		// Somebody uses our own address; there is no telling who should win.
	default:
		m.defend(s, in, probing)
	}
}

// yield gives the role to a better router. The last advertisement makes a
// winner announce the addresses again who did not know that there were two.
func (m *machine) yield(s *step, in *Input, at int64, why Reason, quiet bool) {
	if !quiet && !m.p.QuietYield {
		m.advertise(s, m.priority)
	}
	m.rest()
	m.become(s, Backup, why, in.Source)
	m.accept(s, in, at)
}

// resign gives the role up, to whoever takes it.
func (m *machine) resign(s *step) {
	if m.state != Master {
		return
	}
	if m.group != nil {
		m.group.resign(s)
		return
	}
	m.stepDown(s, true, ReasonAsked, netip.Addr{})
}

// stepDown makes a master a backup that knows of no other master.
func (m *machine) stepDown(s *step, tell bool, why Reason, peer netip.Addr) {
	if tell {
		m.advertise(s, 0)
	}
	m.rest()
	m.await(s.now, ReasonNoResponse, netip.Addr{})
	m.become(s, Backup, why, peer)
}

// replaced reports whether a master that does not preempt was late for so long
// that a router of priority StallYield is master by now.
func (m *machine) replaced(now int64) bool {
	if m.p.StallYield == 0 || !m.p.NoPreempt || m.p.Priority == OwnerPriority {
		return false
	}
	last := m.timer - int64(m.p.Interval)
	return now-last >= int64(downInterval(m.p.Version, m.p.StallYield, m.p.Interval, m.p.DownAdverts))
}

// stepAside leaves the role to whoever has taken it.
func (m *machine) stepAside(s *step) {
	m.put(s, Output{Kind: OutputStalled, Late: time.Duration(s.now - m.timer)})
	m.stepDown(s, false, ReasonStalled, netip.Addr{})
	if m.group != nil {
		m.group.pull(s, m, netip.Addr{})
	}
}

// expire is the end of a backup's patience. A member of a group waits until the
// others' has ended too.
func (m *machine) expire(s *step, why Reason, peer netip.Addr) {
	if m.group == nil {
		m.takeOver(s, why, peer)
		return
	}
	m.wants, m.preemptAt = true, never
	m.timer = s.now + int64(m.downInterval())
	m.cause, m.peer = why, peer
	m.group.takeOver(s)
}

// relisten starts a backup's wait again when the host has not run: the silence
// may have been ours. Once, until something is heard: a host that is always
// late has to take over some time.
func (m *machine) relisten(s *step, late time.Duration) bool {
	if m.relistened {
		return false
	}
	m.relistened = true
	m.put(s, Output{Kind: OutputStalled, Late: late})
	m.await(s.now, ReasonNoResponse, m.peer)
	return true
}

// defend answers a losing advertisement. The sender has announced the addresses
// as its own, so they are announced again too. The regular advertisement keeps
// its time: whoever loses must not be able to postpone it. A master that has been
// probing says its true priority now, to another one perhaps.
func (m *machine) defend(s *step, in *Input, probing bool) {
	if !m.mayAnswer(s) {
		return
	}
	if m.p.AnswerLosing || probing {
		m.advertise(s, m.priority)
		m.put(s, Output{Kind: OutputAnswered})
	}
	m.contest(s, in.Source, 0)
}

// contest announces the addresses again, at once and a little later: there has
// been a sign of a rival, or a stall in which one may have come and gone.
func (m *machine) contest(s *step, peer netip.Addr, late time.Duration) {
	if m.state != Master {
		return
	}
	m.put(s, Output{Kind: OutputAnnounce, Peer: peer, Late: late, Contested: true})
	if m.againAt == never {
		m.againAt = s.now + int64(contestGap)
	}
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
		m.interval, m.learned = max(in.Interval, m.p.MinInterval), true
	}
}
