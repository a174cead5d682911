package vrrp

import (
	"testing"
	"time"
)

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
