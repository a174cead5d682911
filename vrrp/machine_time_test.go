package vrrp

import (
	"strings"
	"testing"
	"time"
)

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
