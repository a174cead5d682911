package vrrp

import (
	"strings"
	"testing"
	"time"
)

func (r *rig) update(edit func(*Params)) {
	r.t.Helper()
	p := r.m.m.p
	edit(&p)
	out, err := r.m.Update(r.now, p, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, o := range out {
		if o.Kind != OutputPriority {
			r.log = append(r.log, r.describe(o))
		}
	}
}

// A backup's wait ends when it would have ended with the new parameters from
// the start.
func TestUpdateBackup(t *testing.T) {
	v2 := func(p *Params) { p.Version = V2 }
	for _, tt := range []struct {
		name  string
		start func(*Params)
		edit  func(*Params)
		want  time.Duration
	}{
		{"priority", nil, func(p *Params) { p.Priority = 200 }, 3218750 * time.Microsecond},
		{"down adverts", nil, func(p *Params) { p.DownAdverts = 5 }, 5609375 * time.Microsecond},
		{"interval", nil, func(p *Params) { p.Interval = 500 * time.Millisecond }, 1804687500},
		{"version 2 interval", v2, func(p *Params) { p.Interval = 2 * time.Second }, 6609375 * time.Microsecond},
		{"weight", nil, func(p *Params) { p.Trackers = []Tracker{{Name: "x", Weight: 100, Initial: TrackUp}} }, 3218750 * time.Microsecond},
		{"nothing", nil, func(*Params) {}, 3609375 * time.Microsecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, tt.start).up()
			r.sleep(100 * time.Millisecond)
			r.log = nil
			r.update(tt.edit)
			r.want()
			if got := r.m.Deadline().Sub(r.start); got != tt.want {
				t.Errorf("takes over after %v, want %v", got, tt.want)
			}
		})
	}
}

// What was learned of a master stays: our own interval is none of its business.
func TestUpdateKeepsLearnedInterval(t *testing.T) {
	r := newRig(t, nil).up()
	r.hear(200, upper)
	r.update(func(p *Params) { p.Interval = 100 * time.Millisecond })
	if got := r.m.Status().Interval; got != time.Second {
		t.Errorf("interval %v, want the master's", got)
	}
	r.hear(0, upper) // the wait is the skew time now
	r.update(func(p *Params) { p.DownAdverts = 10 })
	if got := r.m.Deadline().Sub(r.now); got != 609375*time.Microsecond {
		t.Errorf("takes over after %v, want the skew time", got)
	}
}

// TM-12, and no state changes.
func TestUpdateMaster(t *testing.T) {
	r := master(t, nil)
	r.sleep(500 * time.Millisecond)
	r.update(func(p *Params) { p.Priority = 50 })
	r.sleep(600 * time.Millisecond)
	r.want("4.609375s advertise 50")
	r.update(func(p *Params) { p.Interval = 200 * time.Millisecond })
	r.sleep(400 * time.Millisecond)
	r.want("4.709375s advertise 50", "4.909375s advertise 50", "5.109375s advertise 50")
	r.update(func(p *Params) { p.Trackers = []Tracker{{Name: "x"}} }) // undecided: no reason to leave
	r.want()
	r.do(Input{Kind: InputTrack, Tracker: "x", Track: TrackDown})
	r.log = nil
	r.update(func(p *Params) { p.Trackers = nil })
	r.want("5.109375s FAULT->BACKUP (recovered)")
}

func TestUpdateMakesOwner(t *testing.T) {
	r := newRig(t, nil).up()
	r.log = nil
	r.update(func(p *Params) { p.Priority = 255 })
	r.want("0s advertise 255", "0s acquire", "0s BACKUP->MASTER (address owner)")
}

func TestUpdateStopsPreemptDelay(t *testing.T) {
	r := newRig(t, func(p *Params) { p.PreemptDelay = 2 * time.Second }).up()
	r.hear(90, upper)
	r.update(func(p *Params) { p.NoPreempt = true })
	r.log = nil
	r.sleep(3 * time.Second)
	r.want()
}

// Without a delay, the backup's patience ends when it would have anyway; an
// update of something else leaves the delay alone.
func TestUpdateOfPreemptDelay(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*Params)
		at   string
	}{
		{"none any more", func(p *Params) { p.PreemptDelay = 0 }, "3.609375s "},
		{"something else", func(p *Params) { p.QuietYield = true }, "2s "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, func(p *Params) { p.PreemptDelay = 2 * time.Second }).up()
			r.hear(90, upper)
			r.update(tt.edit)
			r.log = nil
			for range 36 {
				r.sleep(100 * time.Millisecond)
				r.hear(90, upper)
				if len(r.log) > 0 {
					break
				}
			}
			r.sleep(9375 * time.Microsecond)
			if len(r.log) < 3 || r.log[2] != tt.at+"BACKUP->MASTER (preemption)" {
				t.Errorf("%q, want it at %s", r.log, tt.at)
			}
		})
	}
}

// Trackers keep their states by name, wherever they are in the list.
func TestUpdateKeepsTrackers(t *testing.T) {
	r := newRig(t, func(p *Params) { p.Trackers = []Tracker{{Name: "a", Weight: -10}, {Name: "b", Weight: -20}} }).up()
	r.do(Input{Kind: InputTrack, Tracker: "b", Track: TrackDown})
	r.update(func(p *Params) {
		p.Trackers = []Tracker{{Name: "b", Weight: -30}, {Name: "c", Weight: 5, Initial: TrackUp}}
	})
	if got := r.m.Status().Priority; got != 75 {
		t.Errorf("priority %d, want 100-30+5", got)
	}
	r.do(Input{Kind: InputTrack, Tracker: "a", Track: TrackDown}) // gone
	if got := r.m.Status().Priority; got != 75 {
		t.Errorf("priority %d after a report of a tracker that is gone", got)
	}
}

func TestUpdateRefuses(t *testing.T) {
	r := newRig(t, nil).up()
	for _, edit := range []func(*Params){
		func(p *Params) { p.Priority = 0 },
		func(p *Params) { p.Group = 1 },
		func(p *Params) { p.PreemptDelay = maxPreemptDelay + 1 },
		func(p *Params) { p.StartDelay = -1 },
		func(p *Params) { p.Trackers = []Tracker{{Name: "x"}, {Name: "x"}} },
	} {
		p := r.m.m.p
		edit(&p)
		if out, err := r.m.Update(r.now, p, nil); err == nil || len(out) > 0 {
			t.Errorf("%+v was accepted", p)
		}
	}
}

// A backup that was about to preempt does not, once it is told not to.
func TestUpdateStopsPreemption(t *testing.T) {
	r := newRig(t, nil).up()
	for range 3 { // the master's priority is lower: a takeover is under way
		r.sleep(time.Second)
		r.hear(50, lower)
	}
	r.sleep(500 * time.Millisecond)
	r.update(func(p *Params) { p.NoPreempt = true })
	r.sleep(500 * time.Millisecond) // it would have been at 3.609 s
	r.hear(50, lower)
	r.sleep(time.Second)
	if st := r.m.Status(); st.State != Backup {
		t.Errorf("%v (%v)", st.State, st.Reason)
	}
}

// A master that may preempt need not probe.
func TestUpdateStopsProbing(t *testing.T) {
	r := master(t, func(p *Params) { p.NoPreempt = true })
	if !r.m.Status().Probing {
		t.Fatal("it does not probe")
	}
	r.log = nil
	r.update(func(p *Params) { p.NoPreempt = false })
	r.sleep(time.Second)
	if got := strings.Join(r.log, "\n"); !strings.Contains(got, "advertise 100") || r.m.Status().Probing {
		t.Errorf("probing %v:\n%s", r.m.Status().Probing, got)
	}
}
