package vrrp

import (
	"errors"
	"net/netip"
	"time"
)

// Machine is one virtual router's protocol without I/O: the state machine of
// RFC 9568 section 6.4, with its timers and its trackers. It is told what
// happened and when, and answers with what must be done; it reads no clock and
// starts nothing. A Machine is not safe for concurrent use. Its driver says
// InputLink at first and whenever that changes, InputStart once, InputTick when
// [Machine.Deadline] has come, and InputAdvert for what has arrived, which goes
// before the tick.
//
// Time must not run backwards between calls.
type Machine struct {
	clock clock
	m     machine
}

// NewMachine returns a machine in state Init that does nothing until it has been
// given InputLink and InputStart.
func NewMachine(p Params) (*Machine, error) {
	if err := validateAlone(p); err != nil {
		return nil, err
	}
	m := &Machine{}
	m.m.init(ID{}, p)
	return m, nil
}

func validateAlone(p Params) error {
	if p.Group != 0 {
		return errors.New("a machine alone has no group: use a Set")
	}
	return p.Validate()
}

// Handle applies in at time now and appends what it asks for to out. Only
// InputTick fires timers, so that an advertisement that has arrived can be
// handed in before a timer that is due. Input.ID is ignored.
func (m *Machine) Handle(now time.Time, in Input, out []Output) []Output {
	s := step{now: m.clock.ns(now), time: now, out: out}
	m.m.handle(&s, &in, &m.clock)
	return s.out
}

// Update changes the machine's parameters at time now, without a change of its
// state where the protocol allows it, and appends what that asks for to out.
// Trackers keep their states by name. On error nothing has changed.
func (m *Machine) Update(now time.Time, p Params, out []Output) ([]Output, error) {
	if err := validateAlone(p); err != nil {
		return out, err
	}
	s := step{now: m.clock.ns(now), time: now, out: out}
	m.m.update(&s, p)
	return s.out, nil
}

// Deadline returns when the machine next wants InputTick; the zero time if no
// timer runs.
func (m *Machine) Deadline() time.Time { return m.clock.time(m.m.deadline()) }

// Status returns the machine's state.
func (m *Machine) Status() Status { return m.m.status(&m.clock) }

// machine is a Machine without a clock of its own, in nanoseconds.
type machine struct {
	p      Params
	id     ID
	state  State
	reason Reason
	since  int64

	running  bool
	stopped  bool // by InputStop; before the first InputStart it is neither
	linkUp   bool
	linkWhy  Reason // why not
	priority uint8  // effective
	source   netip.Addr
	tracks   []TrackerState

	timer    int64         // master: next advertisement; backup: when to take over
	startAt  int64         // when the start delay ends
	interval time.Duration // Active_Adver_Interval
	learned  bool          // interval is that of a master
	heard    int64         // when the last advertisement was received
	cause    Reason        // why timer will have fired, in Backup
	peer     netip.Addr    // whose advertisement is the cause
	answered int64         // when a losing advertisement was last answered

	preemptAt int64      // when the preempt delay ends
	better    netip.Addr // a master, for PreemptDegraded
	best      uint8      // the most it has advertised

	againAt    int64 // when to announce again after a contest
	heldAt     int64 // when a better advertisement was answered, see hold
	holdAt     int64 // and not before
	relistened bool  // once since the last advertisement
	unproven   bool  // nothing has been heard since the start or link-up, see claim

	seen  seen // by the Set
	group *group
	wants bool // to be master, as soon as the whole group does

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
		startAt: never, ownerBy: never, answered: -int64(answerGap),
		tracks: withStates(p.Trackers, nil),
	}
	m.rest()
	m.priority = m.effective()
}

// rest stops the timers of a state, before another one is entered.
func (m *machine) rest() {
	m.timer, m.preemptAt, m.againAt, m.heldAt = never, never, never, never
	m.holdAt = 0
	m.wants, m.relistened = false, false
}

func (m *machine) deadline() int64 {
	return min(m.timer, m.ownerBy, m.startAt, m.preemptAt, m.againAt)
}

func (m *machine) handle(s *step, in *Input, c *clock) {
	switch in.Kind {
	case InputTick:
		m.tick(s)
	case InputStart:
		m.start(s)
	case InputStop:
		m.stop(s, in.Reason)
	case InputLink:
		m.linkUp, m.linkWhy, m.source = in.Up, in.Reason, in.Source
		setDefault(&m.linkWhy, ReasonLinkDown)
		m.settle(s)
	case InputAdvert:
		m.hear(s, in, c)
	case InputTrack:
		if t := findTracker(m.tracks, in.Tracker); t != nil && t.report(in.Track, in.Value) {
			m.reweighAll(s)
			m.settle(s)
		}
	case InputPriority:
		if in.Priority != 0 && in.Priority != OwnerPriority && m.p.Priority != OwnerPriority {
			m.p.Priority = in.Priority
			m.reweigh(s)
		}
	case InputOwner:
		if m.waiting && in.Gen == m.gen {
			m.deliver(s, in.Err)
		}
	case InputContest:
		m.contest(s, netip.Addr{}, 0)
	case InputYield:
		m.resign(s)
	case InputStall:
		if m.state == Backup && in.Late >= m.interval && s.now-m.heard >= int64(m.interval) {
			m.relisten(s, in.Late)
		}
	}
}

// tick fires the timers that are due.
func (m *machine) tick(s *step) {
	if m.ownerBy <= s.now {
		m.deliver(s, ErrOwnerTimeout)
	}
	if m.startAt <= s.now {
		m.startAt = never
		m.settle(s)
	}
	if m.againAt <= s.now {
		m.againAt = never
		m.put(s, Output{Kind: OutputAnnounce})
	}
	switch {
	case m.state == Backup && m.preemptAt <= s.now:
		m.expire(s, ReasonPreempt, m.peer)
	case m.timer > s.now:
	case m.state == Backup:
		if late := time.Duration(s.now - m.timer); late >= m.interval && m.relisten(s, late) {
			return
		}
		m.expire(s, m.cause, m.peer)
	case m.state == Master:
		m.keepUp(s)
	}
}

// keepUp sends the regular advertisement of a master.
func (m *machine) keepUp(s *step) {
	late := s.now - m.timer
	if m.replaced(s.now) {
		m.stepAside(s)
		return
	}
	m.advertise(s, m.claim(s))
	// Deadlines are absolute, so that lateness does not add up; but after a
	// stall one advertisement is due, not all that were missed.
	m.timer += int64(m.p.Interval)
	if m.timer <= s.now {
		m.timer = s.now + int64(m.p.Interval)
	}
	if patience := time.Duration(max(m.p.DownAdverts-1, 1)) * m.p.Interval; late >= int64(patience) {
		// Somebody may have taken over meanwhile, and have left without our
		// knowing, or be master by right and about to say so.
		m.holdAt = s.now + int64(m.downInterval())
		m.put(s, Output{Kind: OutputStalled, Late: time.Duration(late)})
		m.contest(s, netip.Addr{}, time.Duration(late))
	}
}

// takeOver makes the machine master. The advertisement goes first: it makes the
// old master drop the addresses before ours are announced.
func (m *machine) takeOver(s *step, why Reason, peer netip.Addr) {
	m.rest()
	m.interval, m.learned = m.p.Interval, false
	m.advertise(s, m.claim(s))
	m.timer = s.now + int64(m.p.Interval)
	m.become(s, Master, why, peer)
}

// await starts the down timer of a backup.
func (m *machine) await(from int64, cause Reason, peer netip.Addr) {
	m.timer = from + int64(m.downInterval())
	m.cause, m.peer = cause, peer
}

func (m *machine) skewTime() time.Duration {
	return skewTime(m.p.Version, m.priority, m.interval)
}

func (m *machine) downInterval() time.Duration {
	return downInterval(m.p.Version, m.priority, m.interval, m.p.DownAdverts)
}
