package vrrp

import (
	"net/netip"
	"time"
)

// Machine is one virtual router's protocol without I/O: the state machine of
// RFC 9568 section 6.4, with its timers and its trackers. It is told what
// happened and when, and answers with what must be done; it reads no clock and
// starts nothing. A Machine is not safe for concurrent use.
//
// Time must not run backwards between calls.
type Machine struct {
	clock clock
	m     machine
}

// NewMachine returns a machine in state Init that does nothing until it has been
// given InputLink and InputStart.
func NewMachine(p Params) (*Machine, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	m := &Machine{}
	m.m.init(0, p)
	return m, nil
}

// Handle applies in at time now and appends what it asks for to out. Only
// InputTick fires timers, so that an advertisement that has arrived can be
// handed in before a timer that is due. Input.ID is ignored.
func (m *Machine) Handle(now time.Time, in Input, out []Output) []Output {
	s := step{now: m.clock.ns(now), time: now, out: out}
	m.m.handle(&s, &in, &m.clock)
	return s.out
}

// Deadline returns when the machine next wants InputTick; the zero time if no
// timer runs.
func (m *Machine) Deadline() time.Time { return m.clock.time(m.m.deadline()) }

// Status returns the machine's state.
func (m *Machine) Status() Status { return m.m.status(&m.clock) }

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
	Pending      bool          // a transition waits for its owner
}

// machine is a Machine without a clock of its own, in nanoseconds.
type machine struct {
	p      Params
	id     ID
	state  State
	reason Reason
	since  int64

	running  bool
	linkUp   bool
	linkWhy  Reason // why not
	priority uint8  // effective
	source   netip.Addr
	tracks   []TrackStatus

	timer    int64         // master: next advertisement; backup: when to take over
	interval time.Duration // Active_Adver_Interval
	heard    int64         // when the last advertisement was received
	cause    Reason        // why timer will have fired, in Backup
	peer     netip.Addr    // whose advertisement is the cause
	answered int64         // when a losing advertisement was last answered

	gen     uint32 // of the newest wish
	waiting bool   // event waits for the owner's answer, until ownerBy
	event   Output
	ownerBy int64
}

// step is one call of handle.
type step struct {
	now  int64
	time time.Time
	out  []Output
}

func (m *machine) init(id ID, p Params) {
	*m = machine{
		p: p, id: id, linkWhy: ReasonLinkDown, interval: p.Interval,
		timer: never, ownerBy: never, answered: -int64(answerGap),
		tracks: make([]TrackStatus, len(p.Trackers)),
	}
	m.priority = effective(p.Priority, p.Trackers, m.tracks)
}

func (m *machine) deadline() int64 { return min(m.timer, m.ownerBy) }

func (m *machine) handle(s *step, in *Input, c *clock) {
	switch in.Kind {
	case InputTick:
		m.tick(s)
	case InputStart:
		m.running = true
		m.settle(s)
	case InputStop:
		m.stop(s)
	case InputLink:
		m.linkUp, m.linkWhy, m.source = in.Up, in.Reason, in.Source
		setDefault(&m.linkWhy, ReasonLinkDown)
		m.settle(s)
	case InputAdvert:
		at := s.now
		if !in.At.IsZero() {
			// Not older than what is known to be older: a clock that was set
			// must not make a live master's advertisement look stale.
			at = min(at, max(c.ns(in.At), m.since, m.heard))
		}
		m.heard = at
		switch m.state {
		case Backup:
			m.backupHears(in, at)
		case Master:
			m.masterHears(s, in, at)
		}
	case InputTrack:
		m.tracks[in.Tracker] = in.Track
		m.reweigh()
		m.settle(s)
	case InputPriority:
		if in.Priority != 0 && in.Priority != OwnerPriority && m.p.Priority != OwnerPriority {
			m.p.Priority = in.Priority
			m.reweigh()
		}
	case InputOwner:
		if m.waiting && in.Gen == m.gen {
			m.deliver(s, in.Err)
		}
	}
}

// tick fires the timers that are due.
func (m *machine) tick(s *step) {
	if m.ownerBy <= s.now {
		m.deliver(s, ErrOwnerTimeout)
	}
	if m.timer > s.now {
		return
	}
	switch m.state {
	case Backup:
		m.takeOver(s, m.cause, m.peer)
	case Master:
		m.advertise(s, m.priority)
		// Deadlines are absolute, so that lateness does not add up; but after a
		// stall one advertisement is due, not all that were missed.
		m.timer += int64(m.p.Interval)
		if m.timer <= s.now {
			m.timer = s.now + int64(m.p.Interval)
		}
	}
}

// takeOver makes the machine master. The advertisement goes first: it makes the
// old master drop the addresses before ours are announced.
func (m *machine) takeOver(s *step, why Reason, peer netip.Addr) {
	m.interval = m.p.Interval
	m.advertise(s, m.priority)
	m.timer = s.now + int64(m.p.Interval)
	m.become(s, Master, why, peer)
}

// settle moves the machine into or out of Fault after something changed that
// its fitness depends on.
func (m *machine) settle(s *step) {
	if !m.running {
		return
	}
	why := m.unfit()
	idle := m.state == Init || m.state == Fault
	switch {
	case why == 0 && idle && !m.undecided():
		m.enter(s)
	case why != 0 && m.state == Fault:
		m.reason = why // another one than before, perhaps
	case why != 0:
		if m.state == Master && m.linkUp {
			m.advertise(s, 0) // the backup then waits only for its skew time
		}
		m.timer = never
		m.become(s, Fault, why, netip.Addr{})
	}
}

// unfit returns why the machine cannot take part, or 0.
func (m *machine) unfit() Reason {
	if !m.linkUp {
		return m.linkWhy
	}
	for i, t := range m.p.Trackers {
		if t.fault(m.tracks[i]) {
			return ReasonTracker
		}
	}
	return 0
}

// undecided reports whether a tracker that could forbid to take part has not
// reported yet.
func (m *machine) undecided() bool {
	for i, t := range m.p.Trackers {
		if t.Weight == 0 && m.tracks[i] == TrackUnknown {
			return true
		}
	}
	return false
}

// enter is the Startup event of RFC 9568 section 6.4.1.
func (m *machine) enter(s *step) {
	if m.p.Priority == OwnerPriority {
		m.takeOver(s, ReasonOwner, netip.Addr{})
		return
	}
	why := ReasonRecovered
	if m.state == Init {
		why = ReasonStartup
	}
	m.interval = m.p.Interval
	m.await(s.now, ReasonNoResponse, netip.Addr{})
	m.become(s, Backup, why, netip.Addr{})
}

// stop is the Shutdown event of RFC 9568 sections 6.4.2 and 6.4.3.
func (m *machine) stop(s *step) {
	m.running = false
	if m.state == Init {
		return
	}
	if m.state == Master {
		m.advertise(s, 0)
	}
	m.timer = never
	m.become(s, Init, ReasonShutdown, netip.Addr{})
}

// await starts the down timer of a backup.
func (m *machine) await(from int64, cause Reason, peer netip.Addr) {
	m.timer = from + int64(m.downInterval())
	m.cause, m.peer = cause, peer
}

// reweigh recomputes the effective priority. A backup's running timer moves by
// the difference of the skew times, as keepalived does, so that the new
// priority counts at once.
func (m *machine) reweigh() {
	before := m.skewTime()
	m.priority = effective(m.p.Priority, m.p.Trackers, m.tracks)
	if m.state == Backup {
		m.timer += int64(m.skewTime() - before)
	}
}

func (m *machine) skewTime() time.Duration {
	return skewTime(m.p.Version, m.priority, m.interval)
}

func (m *machine) downInterval() time.Duration {
	return downInterval(m.p.Version, m.priority, m.interval, m.p.DownAdverts)
}

func (m *machine) status(c *clock) Status {
	st := Status{
		State: m.state, Reason: m.reason, Configured: m.p.Priority, Priority: m.priority,
		Interval: m.interval, SkewTime: m.skewTime(), DownInterval: m.downInterval(), Pending: m.waiting,
	}
	if m.reason != 0 {
		st.Since = c.time(m.since)
	}
	return st
}
