package vrrp

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

var (
	us    = netip.MustParseAddr("192.0.2.5")
	lower = netip.MustParseAddr("192.0.2.4")
	upper = netip.MustParseAddr("192.0.2.30") // greater as a number, not as a text
)

// rig drives a machine by hand and writes down what it asks for.
type rig struct {
	t     *testing.T
	m     *Machine
	start time.Time
	now   time.Time
	log   []string
}

func newRig(t *testing.T, edit func(*Params)) *rig {
	t.Helper()
	p := Params{Version: V3, Priority: 100, Interval: time.Second, DownAdverts: 3, AnswerLosing: true}
	if edit != nil {
		edit(&p)
	}
	m, err := NewMachine(p)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Unix(1000, 0)
	return &rig{t: t, m: m, start: start, now: start}
}

// do applies inputs at the current time.
func (r *rig) do(ins ...Input) {
	for _, in := range ins {
		for _, o := range r.m.Handle(r.now, in, nil) {
			if o.Kind != OutputPriority {
				r.log = append(r.log, r.describe(o))
			}
		}
	}
}

func (r *rig) describe(o Output) string {
	text := ""
	switch o.Kind {
	case OutputAdvertise:
		text = fmt.Sprintf("advertise %d", o.Priority)
	case OutputAcquire:
		text = "acquire"
	case OutputRelease:
		text = "release"
	case OutputAnnounce:
		text = "announce"
		if !o.Contested {
			text += " again"
		}
		if o.Late > 0 {
			text += " after " + o.Late.String()
		}
	case OutputAnswered:
		text = "answered"
	case OutputStalled:
		text = "stalled " + o.Late.String()
	case OutputEvent:
		text = fmt.Sprintf("%v->%v (%v)", o.From, o.To, o.Reason)
		if o.Err != nil {
			text += " " + o.Err.Error()
		}
	}
	return fmt.Sprintf("%v %s", r.now.Sub(r.start), text)
}

// up makes the link usable and starts the machine.
func (r *rig) up() *rig {
	r.do(Input{Kind: InputLink, Up: true, Source: us}, Input{Kind: InputStart})
	return r
}

// sleep lets time pass, firing timers as a host would.
func (r *rig) sleep(d time.Duration) {
	end := r.now.Add(d)
	for {
		due := r.m.Deadline()
		if due.IsZero() || due.After(end) {
			break
		}
		r.now = due
		r.do(Input{Kind: InputTick})
	}
	r.now = end
}

func (r *rig) hear(priority uint8, from netip.Addr) {
	r.do(Input{Kind: InputAdvert, Priority: priority, Source: from, Interval: time.Second})
}

// want compares with what has happened since the last call.
func (r *rig) want(lines ...string) {
	r.t.Helper()
	if got, want := strings.Join(r.log, "\n"), strings.Join(lines, "\n"); got != want {
		r.t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	r.log = nil
}

// master returns a rig whose machine has just become master, at 3.609375 s.
func master(t *testing.T, edit func(*Params)) *rig {
	r := newRig(t, edit).up()
	r.sleep(3609375 * time.Microsecond)
	r.log = nil
	return r
}

// FSM-02, FSM-04, FSM-11, FSM-20, TM-08.
func TestStartupAndSilence(t *testing.T) {
	r := newRig(t, nil).up()
	r.sleep(6 * time.Second)
	r.want(
		"0s INIT->BACKUP (startup)",
		"3.609375s advertise 100",
		"3.609375s acquire",
		"3.609375s BACKUP->MASTER (no response)",
		"4.609375s advertise 100",
		"5.609375s advertise 100",
	)
}

// FSM-01, EL-05: the address owner does not wait, whatever NoPreempt says.
func TestAddressOwner(t *testing.T) {
	r := newRig(t, func(p *Params) { p.Priority, p.NoPreempt = 255, true }).up()
	r.want("0s advertise 255", "0s acquire", "0s INIT->MASTER (address owner)")
}

// Every cell of RFC 9568 section 6.4.2 for an advertisement in Backup: FSM-06,
// FSM-08, FSM-09, FSM-10, EL-03. The outcome is when the machine takes over if
// nothing else is heard; the advertisement comes at 1 s.
func TestAdvertInBackup(t *testing.T) {
	const untouched, restarted, skew = 3609375 * time.Microsecond, 4609375 * time.Microsecond, 1609375 * time.Microsecond
	for _, tt := range []struct {
		name      string
		noPreempt bool
		priority  uint8
		from      netip.Addr
		want      time.Duration
		reason    Reason
	}{
		{"priority 0", false, 0, upper, skew, ReasonPriorityZero},
		{"lower", false, 99, upper, untouched, ReasonPreempt},
		{"lower, no preemption", true, 99, upper, restarted, ReasonNoResponse},
		{"equal, lower address", false, 100, lower, restarted, ReasonNoResponse},
		{"equal, greater address", false, 100, upper, restarted, ReasonNoResponse},
		{"higher", false, 101, lower, restarted, ReasonNoResponse},
		{"owner", false, 255, lower, restarted, ReasonNoResponse},
	} {
		for _, v := range []Version{V2, V3} {
			t.Run(fmt.Sprintf("v%d/%s", v, tt.name), func(t *testing.T) {
				r := newRig(t, func(p *Params) { p.Version, p.NoPreempt = v, tt.noPreempt }).up()
				r.sleep(time.Second)
				r.hear(tt.priority, tt.from)
				r.log = nil
				r.sleep(tt.want - time.Second)
				at := tt.want.String()
				r.want(at+" advertise 100", at+" acquire", fmt.Sprintf("%s BACKUP->MASTER (%v)", at, tt.reason))
			})
		}
	}
}

// Every cell of RFC 9568 section 6.4.3 for an advertisement in Master: FSM-12,
// FSM-14, FSM-15, EL-01. The machine became master at 3.609375 s.
func TestAdvertInMaster(t *testing.T) {
	const at, next = "3.709375s ", "4.609375s "
	yields := func(why Reason) []string {
		return []string{at + "advertise 100", at + "release", at + fmt.Sprintf("MASTER->BACKUP (%v)", why)}
	}
	for _, tt := range []struct {
		name     string
		silent   bool // AnswerLosing off: RFC 3768
		priority uint8
		from     netip.Addr
		want     []string
	}{
		{"priority 0", false, 0, upper, []string{at + "advertise 100"}},
		{"lower", false, 99, upper, []string{at + "advertise 100", at + "answered", at + "announce", next + "advertise 100"}},
		{"lower, RFC 3768", true, 99, upper, []string{at + "announce", next + "advertise 100"}},
		{"equal, lower address", false, 100, lower, []string{at + "advertise 100", at + "answered", at + "announce", next + "advertise 100"}},
		{"equal, our address", false, 100, us, []string{next + "advertise 100"}},
		{"equal, greater address", false, 100, upper, yields(ReasonHigherAddress)},
		{"higher", false, 101, lower, yields(ReasonHigherPriority)},
		{"owner", false, 255, lower, yields(ReasonHigherPriority)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := master(t, func(p *Params) { p.AnswerLosing = !tt.silent })
			r.sleep(100 * time.Millisecond)
			r.hear(tt.priority, tt.from)
			r.sleep(900 * time.Millisecond)
			r.want(tt.want...)
		})
	}
}

// EL-01, EL-02: addresses compare as numbers, in both families.
func TestTieIPv6(t *testing.T) {
	for from, want := range map[string]State{"fe80::1": Master, "fe80::f": Backup, "fe80::10:0": Backup} {
		r := newRig(t, nil)
		r.do(Input{Kind: InputLink, Up: true, Source: netip.MustParseAddr("fe80::a")}, Input{Kind: InputStart})
		r.sleep(4 * time.Second)
		r.hear(100, netip.MustParseAddr(from))
		if got := r.m.Status().State; got != want {
			t.Errorf("fe80::a hears %s of equal priority: %v, want %v", from, got, want)
		}
	}
}

// EL-05: an owner that once yielded to another one takes its role back from
// whoever is less, whatever NoPreempt says.
func TestOwnerPreemptsAfterYielding(t *testing.T) {
	r := newRig(t, func(p *Params) { p.Priority, p.NoPreempt = 255, true }).up()
	r.hear(255, upper)
	if got := r.m.Status().State; got != Backup {
		t.Fatalf("EL-06: %v after hearing a second owner with a greater address", got)
	}
	for range 5 {
		r.sleep(time.Second)
		r.hear(100, upper)
	}
	if got := r.m.Status().State; got != Master {
		t.Errorf("%v under a master of priority 100", got)
	}
}

// A flood of priority 0 makes a master answer, but not flood.
func TestFloodOfPriorityZero(t *testing.T) {
	r := master(t, nil)
	for range 1000 {
		r.sleep(100 * time.Microsecond)
		r.hear(0, upper)
	}
	if n := len(r.log); n > 11 {
		t.Errorf("%d advertisements in 100 ms", n)
	}
}

// A losing advertisement is answered if the last answer is 10 ms old.
func TestAnswerGap(t *testing.T) {
	r := master(t, nil)
	r.hear(0, upper)
	r.sleep(10*time.Millisecond - 1)
	r.hear(0, upper)
	r.want("3.609375s advertise 100")
	r.sleep(1)
	r.hear(0, upper)
	r.want("3.619375s advertise 100")
}

func TestLinkDownWithoutAReason(t *testing.T) {
	r := newRig(t, nil)
	r.do(Input{Kind: InputLink}, Input{Kind: InputStart})
	r.sleep(time.Minute)
	r.want("0s INIT->FAULT (link down)")
}

// What holds a router in Fault may change.
func TestAnotherFault(t *testing.T) {
	r := newRig(t, func(p *Params) { p.Trackers = []Tracker{{Name: "x"}} }).up()
	r.do(Input{Kind: InputTrack, Tracker: "x", Track: TrackUp}, Input{Kind: InputLink, Reason: ReasonLinkDown},
		Input{Kind: InputTrack, Tracker: "x", Track: TrackDown}, Input{Kind: InputLink, Up: true, Source: us})
	if st := r.m.Status(); st.State != Fault || st.Reason != ReasonTracker {
		t.Errorf("%v because of %v, want FAULT because of the tracker", st.State, st.Reason)
	}
}

// FSM-05, FSM-18, FSM-19, RX-17.
func TestStop(t *testing.T) {
	r := newRig(t, nil)
	r.do(Input{Kind: InputStop})
	r.want()
	r.up()
	r.do(Input{Kind: InputStop})
	r.hear(200, upper)
	r.sleep(time.Minute)
	r.want("0s INIT->BACKUP (startup)", "0s BACKUP->INIT (shutdown)")

	r = master(t, nil)
	r.do(Input{Kind: InputStop}, Input{Kind: InputStop})
	r.sleep(time.Minute)
	r.want("3.609375s advertise 0", "3.609375s release", "3.609375s MASTER->INIT (shutdown)")
}

// FSM-21: nothing can be sent on a link that is down; back up, the machine waits
// in full.
func TestLinkDownAndBack(t *testing.T) {
	r := master(t, nil)
	r.do(Input{Kind: InputLink, Reason: ReasonLinkDown})
	r.hear(200, upper)
	r.sleep(time.Second)
	r.do(Input{Kind: InputLink, Up: true, Source: us})
	r.sleep(3609375 * time.Microsecond)
	r.want(
		"3.609375s release", "3.609375s MASTER->FAULT (link down)",
		"4.609375s FAULT->BACKUP (recovered)",
		"8.21875s advertise 100", "8.21875s acquire", "8.21875s BACKUP->MASTER (no response)",
	)
}

func TestNoAddressAtStart(t *testing.T) {
	r := newRig(t, nil)
	r.do(Input{Kind: InputLink, Reason: ReasonNoAddress}, Input{Kind: InputStart})
	r.want("0s INIT->FAULT (no source address)")
	r.do(Input{Kind: InputLink, Up: true, Source: us})
	r.want("0s FAULT->BACKUP (recovered)")
}

// FSM-22: with the link up, a fault is said with priority 0.
func TestFailedTracker(t *testing.T) {
	r := newRig(t, func(p *Params) { p.Trackers = []Tracker{{Name: "haproxy"}} }).up()
	r.sleep(time.Hour)
	r.want() // undecided: neither in nor out
	r.do(Input{Kind: InputTrack, Tracker: "haproxy", Track: TrackUp})
	r.sleep(3609375 * time.Microsecond)
	r.log = nil
	r.start = r.now
	r.do(Input{Kind: InputTrack, Tracker: "haproxy", Track: TrackDown})
	r.do(Input{Kind: InputTrack, Tracker: "haproxy", Track: TrackUp})
	r.want("0s advertise 0", "0s release", "0s MASTER->FAULT (tracker failed)", "0s FAULT->BACKUP (recovered)")
}

func TestTrackerFailsBeforeStartIsOver(t *testing.T) {
	r := newRig(t, func(p *Params) { p.Trackers = []Tracker{{Name: "haproxy"}} }).up()
	r.do(Input{Kind: InputTrack, Tracker: "haproxy", Track: TrackDown})
	r.want("0s INIT->FAULT (tracker failed)")
}

// TM-11: a new priority counts at once in Backup and moves the running timer by
// the difference of the skews; a master advertises it next time.
func TestPriorityChanges(t *testing.T) {
	trackers := func(p *Params) { p.Trackers = []Tracker{{Name: "up", Weight: 50}, {Name: "down", Weight: -10}} }
	r := newRig(t, trackers).up()
	if got, want := r.m.Deadline().Sub(r.start), 3609375*time.Microsecond; got != want {
		t.Errorf("priority 100: takes over after %v, want %v", got, want)
	}
	r.do(Input{Kind: InputTrack, Tracker: "up", Track: TrackUp}) // 150
	if got, want := r.m.Deadline().Sub(r.start), 3414062500*time.Nanosecond; got != want {
		t.Errorf("priority 150: takes over after %v, want %v", got, want)
	}
	r.hear(120, upper) // lower than 150: discarded
	r.sleep(3414062500 * time.Nanosecond)
	r.log = nil
	r.do(Input{Kind: InputTrack, Tracker: "down", Track: TrackDown})
	r.do(Input{Kind: InputPriority, Priority: 60})
	r.sleep(time.Second)
	r.want("4.4140625s advertise 100") // 60+50-10
	r.do(Input{Kind: InputTrack, Tracker: "down", Track: TrackUp})
	r.do(Input{Kind: InputPriority, Priority: 254})
	r.sleep(time.Second)
	r.want("5.4140625s advertise 254") // clamped
}

// FSM-07: a stream of priority 0 must not delay the takeover.
func TestRepeatedPriorityZero(t *testing.T) {
	r := newRig(t, nil).up()
	for range 10 {
		r.hear(0, upper)
		r.sleep(100 * time.Millisecond)
	}
	r.want("0s INIT->BACKUP (startup)",
		"609.375ms advertise 100", "609.375ms acquire", "609.375ms BACKUP->MASTER (master left)",
		"700ms advertise 100", "800ms advertise 100", "900ms advertise 100") // FSM-12
}

// FSM-16: losing advertisements neither postpone the regular one nor make us
// flood the network.
func TestFloodOfLosingAdverts(t *testing.T) {
	r := master(t, nil)
	for range 1000 {
		r.sleep(time.Millisecond)
		r.hear(50, upper)
	}
	adverts, regular := 0, false
	for _, line := range r.log {
		if strings.HasSuffix(line, "advertise 100") {
			adverts++
			regular = regular || strings.HasPrefix(line, "4.609375s")
		}
	}
	if adverts > 102 || !regular {
		t.Errorf("%d advertisements in a second, regular one on time: %v", adverts, regular)
	}
}

// TM-04, TM-05, TM-06, TM-09: version 3 learns the master's interval.
func TestIntervalLearning(t *testing.T) {
	fast := Input{Kind: InputAdvert, Priority: 200, Source: upper, Interval: 100 * time.Millisecond}
	r := newRig(t, nil).up()
	r.do(fast)
	if got, want := r.m.Deadline().Sub(r.start), 360937500*time.Nanosecond; got != want {
		t.Errorf("learned 100 ms: takes over after %v, want %v", got, want)
	}
	r.sleep(360937500 * time.Nanosecond)
	r.sleep(time.Second)
	if got, want := r.log[len(r.log)-1], "1.3609375s advertise 100"; got != want {
		t.Errorf("as master: %q, want our own interval: %q", got, want)
	}
	if got := r.m.Status().Interval; got != time.Second {
		t.Errorf("as master, the interval is still %v", got)
	}

	// TM-07: after priority 0, a fraction of what was learned.
	r = newRig(t, nil).up()
	r.do(fast, Input{Kind: InputAdvert, Source: upper, Interval: 5 * time.Second})
	if got, want := r.m.Deadline().Sub(r.start), 60937500*time.Nanosecond; got != want {
		t.Errorf("priority 0 of a master at 100 ms: takes over after %v, want %v", got, want)
	}
	// TM-06: a yielding master learns as well.
	r = master(t, nil)
	r.do(fast)
	if got, want := r.m.Deadline().Sub(r.now), 360937500*time.Nanosecond; got != want {
		t.Errorf("yielded to a master at 100 ms: takes over after %v, want %v", got, want)
	}
	// TM-04: what was learned does not outlive a fault.
	r.do(Input{Kind: InputLink}, Input{Kind: InputLink, Up: true, Source: us})
	if got := r.m.Status().Interval; got != time.Second {
		t.Errorf("after a fault the interval is still %v", got)
	}

	v2 := newRig(t, func(p *Params) { p.Version = V2 }).up()
	v2.do(fast) // cannot happen: the host discards it. It must not matter here.
	if got, want := v2.m.Deadline().Sub(v2.start), 3609375*time.Microsecond; got != want {
		t.Errorf("version 2: takes over after %v, want %v", got, want)
	}
}

// FSM-24: an advertisement that lay in the socket counts from when it was received, and
// beats a timer that would be due.
func TestLateLook(t *testing.T) {
	r := newRig(t, nil).up()
	received := r.now.Add(3600 * time.Millisecond)
	r.now = r.now.Add(3700 * time.Millisecond) // the timer is overdue, but nobody has ticked
	r.do(Input{Kind: InputAdvert, Priority: 200, Source: upper, Interval: time.Second, At: received}, Input{Kind: InputTick})
	r.want("0s INIT->BACKUP (startup)")
	if got, want := r.m.Deadline(), received.Add(3609375*time.Microsecond); !got.Equal(want) {
		t.Errorf("takes over at %v, want %v", got.Sub(r.start), want.Sub(r.start))
	}
}

// TM-10: an advertisement whose time stamp makes no sense, because the clock was
// set, does not end a wait that is hardly begun.
func TestClockStep(t *testing.T) {
	r := newRig(t, func(p *Params) { p.Interval = 100 * time.Millisecond }).up()
	hear := func(age time.Duration) {
		r.do(Input{Kind: InputAdvert, Priority: 200, Source: upper, Interval: 100 * time.Millisecond, At: r.now.Add(-age)}, Input{Kind: InputTick})
	}
	hear(time.Second) // from before we began
	for range 10 {
		r.sleep(100 * time.Millisecond)
		hear(0)
	}
	r.sleep(100 * time.Millisecond)
	hear(time.Second)
	r.want("0s INIT->BACKUP (startup)")
}

// TX-07, TX-08, TM-14: lateness does not add up, and a stall does not end in a burst.
func TestLateMaster(t *testing.T) {
	r := master(t, nil)
	late := func(d time.Duration) {
		r.now = r.m.Deadline().Add(d)
		r.do(Input{Kind: InputTick})
	}
	late(10 * time.Millisecond)
	late(20 * time.Millisecond)
	late(5 * time.Second)
	r.sleep(time.Second)
	r.want(
		"4.619375s advertise 100", "5.629375s advertise 100",
		// R1: somebody may have taken over and have left again.
		"11.609375s advertise 100", "11.609375s stalled 5s", "11.609375s announce after 5s",
		"12.609375s announce again", "12.609375s advertise 100",
	)
}

// R1: a master was late if a backup may have become one meanwhile: one that
// misses one advertisement less than we would.
func TestHowLateAMasterMayBe(t *testing.T) {
	for adverts, patience := range map[int]time.Duration{1: time.Second, 2: time.Second, 3: 2 * time.Second, 5: 4 * time.Second} {
		for _, late := range []time.Duration{patience - 1, patience} {
			r := newRig(t, func(p *Params) { p.DownAdverts = adverts }).up()
			r.sleep(time.Duration(adverts)*time.Second + 609375*time.Microsecond)
			r.log = nil
			r.now = r.m.Deadline().Add(late)
			r.do(Input{Kind: InputTick})
			if stalled := len(r.log) > 1; stalled != (late == patience) {
				t.Errorf("down adverts %d, %v late: %q", adverts, late, r.log)
			}
		}
	}
}

// What a machine shows of itself.
func TestStatus(t *testing.T) {
	r := newRig(t, nil)
	if st := r.m.Status(); st.State != Init || !st.Since.IsZero() || !st.TakeOverAt.IsZero() || st.Priority != 100 {
		t.Errorf("before the start: %+v", st)
	}
	r.now = r.now.Add(time.Hour)
	r.up()
	down := 3609375 * time.Microsecond
	if st := r.m.Status(); st.State != Backup || !st.Since.Equal(r.now) || !st.TakeOverAt.Equal(r.now.Add(down)) ||
		st.DownInterval != down || st.SkewTime != 609375*time.Microsecond || st.Interval != time.Second {
		t.Errorf("as backup: %+v", st)
	}
	r.sleep(down)
	if st := r.m.Status(); st.State != Master || !st.Since.Equal(r.now) || !st.TakeOverAt.IsZero() || st.Reason != ReasonNoResponse {
		t.Errorf("as master: %+v", st)
	}
}

// Events wait for the owner, at most OwnerTimeout, and never change their order.
func TestEventsWaitForTheOwner(t *testing.T) {
	owned := func(p *Params) { p.OwnerTimeout = time.Second }
	t.Run("answer", func(t *testing.T) {
		r := master(t, owned)
		r.sleep(3 * time.Millisecond)
		r.do(Input{Kind: InputOwner, Gen: 1})
		r.do(Input{Kind: InputOwner, Gen: 1})
		r.want("3.612375s BACKUP->MASTER (no response)")
	})
	t.Run("failure", func(t *testing.T) {
		r := master(t, owned)
		r.do(Input{Kind: InputOwner, Gen: 1, Err: errors.New("no such device")})
		r.want("3.609375s BACKUP->MASTER (no response) no such device")
	})
	t.Run("timeout", func(t *testing.T) {
		r := master(t, owned)
		r.sleep(time.Second)
		r.do(Input{Kind: InputOwner, Gen: 1})
		r.want("4.609375s BACKUP->MASTER (no response) "+ErrOwnerTimeout.Error(), "4.609375s advertise 100")
	})
	t.Run("overtaken", func(t *testing.T) {
		r := master(t, owned)
		r.hear(200, upper)
		r.do(Input{Kind: InputOwner, Gen: 1}) // of the acquisition: too late
		r.want("3.609375s advertise 100", "3.609375s BACKUP->MASTER (no response)", "3.609375s release")
		r.do(Input{Kind: InputOwner, Gen: 2})
		r.want("3.609375s MASTER->BACKUP (higher priority)")
	})
}

func TestParamsValidate(t *testing.T) {
	good := Params{Version: V3, Priority: 100, Interval: time.Second, DownAdverts: 3}
	for _, tt := range []struct {
		name string
		edit func(*Params)
		want string // part of the message; empty: valid
	}{
		{"good", func(*Params) {}, ""},
		{"GEN-02 priority 0", func(p *Params) { p.Priority = 0 }, "priority 0"},
		{"GEN-03 short", func(p *Params) { p.Interval = 9 * time.Millisecond }, "centiseconds"},
		{"GEN-03 shortest", func(p *Params) { p.Interval = 10 * time.Millisecond }, ""},
		{"GEN-03 longest", func(p *Params) { p.Interval = 40950 * time.Millisecond }, ""},
		{"GEN-03 long", func(p *Params) { p.Interval = 40960 * time.Millisecond }, "centiseconds"},
		{"GEN-04 sub-second", func(p *Params) { p.Version, p.Interval = V2, 1500*time.Millisecond }, "whole seconds"},
		{"GEN-04 sub-second, shortest", func(p *Params) { p.Version, p.Interval = V2, 0 }, "whole seconds"},
		{"GEN-04 shortest", func(p *Params) { p.Version, p.Interval = V2, time.Second }, ""},
		{"GEN-04 longest", func(p *Params) { p.Version, p.Interval = V2, 255*time.Second }, ""},
		{"GEN-03 broken", func(p *Params) { p.Interval = 15 * time.Millisecond }, "centiseconds"},
		{"GEN-04 long", func(p *Params) { p.Version, p.Interval = V2, 256*time.Second }, "whole seconds"},
		{"version", func(p *Params) { p.Version = 4 }, "version 4"},
		{"down adverts", func(p *Params) { p.DownAdverts = 0 }, "down adverts 0"},
		{"most down adverts", func(p *Params) { p.DownAdverts = 100 }, ""},
		{"too many down adverts", func(p *Params) { p.DownAdverts = 101 }, "down adverts 101: 1 to 100"},
		{"one down advert", func(p *Params) { p.DownAdverts = 1 }, ""},
		{"owner timeout", func(p *Params) { p.OwnerTimeout = -1 }, "negative"},
		{"GEN-02 owner", func(p *Params) { p.Priority = 255 }, ""},
		{"PRE-01 preempt delay", func(p *Params) { p.PreemptDelay = 1000 * time.Second }, ""},
		{"PRE-01 long preempt delay", func(p *Params) { p.PreemptDelay = 1000*time.Second + 1 }, "0 to 16m40s"},
		{"PRE-01 negative preempt delay", func(p *Params) { p.PreemptDelay = -1 }, "preempt delay -1ns"},
		{"stall yield", func(p *Params) { p.StallYield = 254 }, ""},
		{"stall yield of an owner", func(p *Params) { p.StallYield = 255 }, "stall yield 255"},
		{"least interval", func(p *Params) { p.MinInterval = 40950 * time.Millisecond }, ""},
		{"large least interval", func(p *Params) { p.MinInterval = 40951 * time.Millisecond }, "0 to 40.95 s"},
		{"negative least interval", func(p *Params) { p.MinInterval = -1 }, "minimum interval -1ns"},
		{"start delay", func(p *Params) { p.StartDelay = 2 * time.Hour }, ""},
		{"long start delay", func(p *Params) { p.StartDelay = 2*time.Hour + 1 }, "0 to 2h0m0s"},
		{"negative start delay", func(p *Params) { p.StartDelay = -1 }, "start delay -1ns"},
		{"greatest weights", func(p *Params) { p.Trackers = []Tracker{{Name: "x", Weight: 253}, {Name: "y", Weight: -253}} }, ""},
		{"small weight", func(p *Params) { p.Trackers = []Tracker{{Name: "x", Weight: -254}} }, "-253..253"},
		{"initially down", func(p *Params) { p.Trackers = []Tracker{{Name: "x", Initial: TrackDown}} }, ""},
		{"initially a number", func(p *Params) { p.Trackers = []Tracker{{Name: "x", Initial: TrackValue}} }, "initial status value"},
		{"weight", func(p *Params) { p.Trackers = []Tracker{{Name: "x", Weight: 254}} }, "-253..253"},
		{"twice", func(p *Params) { p.Trackers = []Tracker{{Name: "x"}, {Name: "x"}} }, "twice"},
	} {
		p := good
		tt.edit(&p)
		err := p.Validate()
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s: %v", tt.name, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: error %v, want %q in it", tt.name, err, tt.want)
		}
	}
}

func TestNames(t *testing.T) {
	for _, s := range []fmt.Stringer{Fault, ReasonShutdown, TrackDown} {
		if text := s.String(); strings.Contains(text, "(") {
			t.Errorf("the last value has no name: %s", text)
		}
	}
	if got := State(9).String(); got != "State(9)" {
		t.Errorf("unknown state: %s", got)
	}
}
