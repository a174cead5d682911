package vrrp

import (
	"net/netip"
	"testing"
	"time"
)

// PRE-01 to PRE-04.
func TestPreemptDelay(t *testing.T) {
	delayed := func(p *Params) { p.PreemptDelay = 5 * time.Second }
	steady := func(r *rig, n int, priority uint8, from netip.Addr) {
		for range n {
			r.hear(priority, from)
			r.sleep(time.Second)
		}
	}
	t.Run("PRE-02 at once when it is over", func(t *testing.T) {
		r := newRig(t, delayed).up()
		r.sleep(time.Second)
		r.log = nil
		steady(r, 6, 90, upper)
		r.want("6s advertise 100", "6s acquire", "6s BACKUP->MASTER (preemption)",
			"6s advertise 100", "6s answered", "6s announce", "7s announce again", "7s advertise 100")
	})
	t.Run("PRE-03 cancelled by a better one", func(t *testing.T) {
		r := newRig(t, delayed).up()
		steady(r, 4, 90, upper)
		steady(r, 1, 100, lower)
		steady(r, 4, 90, upper)
		r.want("0s INIT->BACKUP (startup)")
	})
	t.Run("PRE-03 cancelled by priority 0", func(t *testing.T) {
		r := newRig(t, delayed).up()
		r.hear(90, upper)
		r.sleep(time.Second)
		r.hear(0, upper)
		r.sleep(600 * time.Millisecond)
		r.want("0s INIT->BACKUP (startup)")
		r.sleep(10 * time.Millisecond)
		r.want("1.609375s advertise 100", "1.609375s acquire", "1.609375s BACKUP->MASTER (master left)")
	})
	t.Run("PRE-03 cancelled by priority 0 shortly before its end", func(t *testing.T) {
		r := newRig(t, delayed).up()
		steady(r, 4, 90, upper)
		r.hear(90, upper)
		r.sleep(800 * time.Millisecond)
		r.hear(0, upper)
		r.log = nil
		r.sleep(609375 * time.Microsecond)
		r.want("5.409375s advertise 100", "5.409375s acquire", "5.409375s BACKUP->MASTER (master left)")
	})
	t.Run("PRE-04 silence does not wait", func(t *testing.T) {
		r := newRig(t, delayed).up()
		r.hear(90, upper)
		r.log = nil
		r.sleep(3609375 * time.Microsecond)
		r.want("3.609375s advertise 100", "3.609375s acquire", "3.609375s BACKUP->MASTER (no response)")
	})
}

func TestStartDelay(t *testing.T) {
	r := newRig(t, func(p *Params) { p.StartDelay = 10 * time.Second }).up()
	r.hear(200, upper)
	r.sleep(10 * time.Second)
	r.want("10s INIT->BACKUP (startup)")
	r.sleep(3609375 * time.Microsecond)
	r.want("13.609375s advertise 100", "13.609375s acquire", "13.609375s BACKUP->MASTER (no response)")
	r.do(Input{Kind: InputStop}, Input{Kind: InputStart})
	r.do(Input{Kind: InputStop}) // during the delay
	r.sleep(time.Minute)
	r.want("13.609375s advertise 0", "13.609375s release", "13.609375s MASTER->INIT (shutdown)")
}

// P5: with NoPreempt, only a master that has become worse is replaced.
func TestPreemptDegraded(t *testing.T) {
	for _, tt := range []struct {
		name     string
		degraded bool
		adverts  []uint8 // one a second
		takeOver bool
	}{
		{"off", false, []uint8{150, 90, 90, 90, 90, 90, 90}, false},
		{"degraded below ours", true, []uint8{150, 90, 90, 90, 90, 90, 90}, true},
		{"never better", true, []uint8{90, 90, 90, 90, 90, 90, 90}, false},
		{"degraded, still better", true, []uint8{150, 120, 120, 120, 120, 120}, false},
		{"better than it was at first", true, []uint8{90, 150, 95, 95, 95, 95, 95}, true},
		{"recovered in time", true, []uint8{150, 90, 90, 150, 150, 150, 150}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, func(p *Params) { p.NoPreempt, p.PreemptDegraded = true, tt.degraded }).up()
			for _, priority := range tt.adverts {
				r.hear(priority, upper)
				r.sleep(time.Second)
			}
			if got := r.m.Status().State == Master; got != tt.takeOver {
				t.Errorf("master: %v, want %v", got, tt.takeOver)
			}
		})
	}
	t.Run("another master that becomes worse", func(t *testing.T) {
		r := newRig(t, func(p *Params) { p.NoPreempt, p.PreemptDegraded = true, true }).up()
		r.hear(150, upper)
		r.hear(90, lower)
		for range 4 {
			r.hear(80, lower)
			r.sleep(time.Second)
		}
		if r.m.Status().State != Master {
			t.Error("left the role to a degraded master")
		}
	})
	t.Run("what was degraded before we became better", func(t *testing.T) {
		r := newRig(t, func(p *Params) { p.NoPreempt, p.PreemptDegraded = true, true }).up()
		r.hear(150, upper)
		r.hear(120, upper)
		r.do(Input{Kind: InputPriority, Priority: 130})
		for range 4 {
			r.hear(120, upper)
			r.sleep(time.Second)
		}
		if r.m.Status().State != Master {
			t.Error("left the role to a degraded master")
		}
	})
	t.Run("another master", func(t *testing.T) {
		r := newRig(t, func(p *Params) { p.NoPreempt, p.PreemptDegraded = true, true }).up()
		r.hear(150, upper)
		for range 8 {
			r.hear(90, lower)
			r.sleep(time.Second)
		}
		if r.m.Status().State != Backup {
			t.Error("took over from a master that has never been better")
		}
	})
}

func TestDeafOwner(t *testing.T) {
	r := newRig(t, func(p *Params) { p.Priority, p.DeafOwner = 255, true }).up()
	r.log = nil
	r.hear(255, upper)
	r.hear(90, upper)
	r.hear(0, upper)
	r.want()
	r = newRig(t, func(p *Params) { p.Priority = 255 }).up() // EL-06
	r.log = nil
	r.hear(255, upper)
	r.want("0s advertise 255", "0s release", "0s MASTER->BACKUP (higher address)")
}

func TestQuietYield(t *testing.T) {
	r := master(t, func(p *Params) { p.QuietYield = true })
	r.hear(200, upper)
	r.want("3.609375s release", "3.609375s MASTER->BACKUP (higher priority)")
}

// R1: a losing advertisement, a foreign claim: announced at once and a second
// later, however many signs there are meanwhile.
func TestContest(t *testing.T) {
	r := master(t, nil)
	r.do(Input{Kind: InputContest})
	r.sleep(500 * time.Millisecond)
	r.hear(50, upper)
	r.sleep(time.Second)
	r.want(
		"3.609375s announce",
		"4.109375s advertise 100", "4.109375s answered", "4.109375s announce",
		"4.609375s announce again", "4.609375s advertise 100",
	)
	r.do(Input{Kind: InputContest})
	r.hear(200, upper)
	r.do(Input{Kind: InputContest}) // none of ours any more
	r.sleep(2 * time.Second)
	r.want("5.109375s announce", "5.109375s advertise 100", "5.109375s release", "5.109375s MASTER->BACKUP (higher priority)")
}

func TestOwnerAsksToYield(t *testing.T) {
	r := master(t, nil)
	r.do(Input{Kind: InputYield}, Input{Kind: InputYield})
	r.sleep(3700 * time.Millisecond) // nobody takes it
	r.want("3.609375s advertise 0", "3.609375s release", "3.609375s MASTER->BACKUP (asked to yield)",
		"7.21875s advertise 100", "7.21875s acquire", "7.21875s BACKUP->MASTER (no response)")
}

// A backup whose host did not run listens again before it believes the master
// dead: once, because a host that is always late has to take over some time.
func TestBackupAfterStall(t *testing.T) {
	const down = 3609375 * time.Microsecond
	t.Run("late timer", func(t *testing.T) {
		r := newRig(t, nil).up()
		r.log = nil
		r.now = r.m.Deadline().Add(time.Second)
		r.do(Input{Kind: InputTick})
		r.want("4.609375s stalled 1s")
		r.now = r.m.Deadline().Add(time.Second)
		r.do(Input{Kind: InputTick})
		r.want("9.21875s advertise 100", "9.21875s acquire", "9.21875s BACKUP->MASTER (no response)")
	})
	t.Run("hardly late", func(t *testing.T) {
		r := newRig(t, nil).up()
		r.log = nil
		r.now = r.m.Deadline().Add(time.Second - 1)
		r.do(Input{Kind: InputTick})
		if r.m.Status().State != Master {
			t.Error("not master")
		}
	})
	t.Run("the host noticed", func(t *testing.T) {
		r := newRig(t, nil).up()
		r.hear(200, upper)
		r.log = nil
		r.sleep(3 * time.Second)
		r.do(Input{Kind: InputStall, Late: 999 * time.Millisecond})
		r.want()
		r.do(Input{Kind: InputStall, Late: 2 * time.Second})
		r.want("3s stalled 2s")
		r.sleep(down - 1)
		r.want()
		r.sleep(1)
		r.want("6.609375s advertise 100", "6.609375s acquire", "6.609375s BACKUP->MASTER (no response)")
	})
	t.Run("the socket has kept what came", func(t *testing.T) {
		r := newRig(t, nil).up()
		r.log = nil
		r.sleep(3 * time.Second)
		r.do(Input{Kind: InputAdvert, Priority: 200, Source: upper, Interval: time.Second, At: r.now.Add(-500 * time.Millisecond)})
		r.do(Input{Kind: InputStall, Late: 2 * time.Second})
		r.want()
	})
	t.Run("again after something was heard", func(t *testing.T) {
		r := newRig(t, nil).up()
		for range 2 {
			r.sleep(2 * time.Second)
			r.do(Input{Kind: InputStall, Late: 2 * time.Second})
			r.hear(200, upper)
		}
		r.want("0s INIT->BACKUP (startup)", "2s stalled 2s", "4s stalled 2s")
	})
}

// timer_expired_backup: a master that does not preempt, and was late for so long
// that another router is master by now, leaves it the role without a word.
func TestStallYield(t *testing.T) {
	const limit = 3*time.Second + 56*time.Second/256 // of priority 200, since the last advertisement
	expect := func(name string, late time.Duration, hears bool, edit func(*Params), want ...string) {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(p *Params) {
				p.NoPreempt, p.StallYield = true, 200
				if edit != nil {
					edit(p)
				}
			}).up()
			r.hear(90, lower)
			r.sleep(4 * time.Second) // master since 3.609375s
			r.log = nil
			r.now = r.start.Add(3609375*time.Microsecond + late)
			if hears {
				r.hear(50, upper)
			} else {
				r.do(Input{Kind: InputTick})
			}
			r.want(want...)
		})
	}
	expect("late", limit, false, nil, "6.828125s stalled 2.21875s", "6.828125s release", "6.828125s MASTER->BACKUP (stalled)")
	expect("heard before the timer", limit, true, nil, "6.828125s stalled 2.21875s", "6.828125s release", "6.828125s MASTER->BACKUP (stalled)")
	expect("hardly late", limit-1, true, nil, "6.828124999s advertise 100", "6.828124999s answered", "6.828124999s announce")
	expect("it preempts", limit, true, func(p *Params) { p.NoPreempt = false }, "6.828125s advertise 100", "6.828125s answered", "6.828125s announce")
	expect("not asked for", limit, true, func(p *Params) { p.StallYield = 0 }, "6.828125s advertise 100", "6.828125s answered", "6.828125s announce")
	expect("a slower rival", limit, true, func(p *Params) { p.StallYield = 199 }, "6.828125s advertise 100", "6.828125s answered", "6.828125s announce")
	expect("the slowest rival", 3*time.Second+255*time.Second/256, false, func(p *Params) { p.StallYield = 1 },
		"7.60546875s stalled 2.99609375s", "7.60546875s release", "7.60546875s MASTER->BACKUP (stalled)")
	t.Run("owner", func(t *testing.T) {
		r := newRig(t, func(p *Params) { p.NoPreempt, p.StallYield, p.Priority = true, 200, 255 }).up()
		r.now = r.now.Add(time.Minute)
		r.do(Input{Kind: InputTick})
		if r.m.Status().State != Master {
			t.Error("the owner gives its addresses away")
		}
	})
	t.Run("whoever was there is heard, or replaced", func(t *testing.T) {
		r := newRig(t, func(p *Params) { p.NoPreempt, p.StallYield = true, 254 }).up()
		r.hear(90, lower)
		r.sleep(4 * time.Second)
		r.now = r.start.Add(10 * time.Second)
		r.hear(50, upper)
		r.log = nil
		r.sleep(3609375*time.Microsecond - 1)
		r.want()
		r.sleep(1)
		r.want("13.609375s advertise 100", "13.609375s acquire", "13.609375s BACKUP->MASTER (no response)")
	})
}

// As tells what a tracker would count for, without its having reported.
func TestTrackerAs(t *testing.T) {
	tr := Tracker{Name: "chk", Weight: -20}
	if s := tr.As(TrackDown, 7); s.Contribution != -20 || s.Fault || s.Value != 0 || s.Status != TrackDown || s.Tracker != tr {
		t.Errorf("down: %+v", s)
	}
	if s := tr.As(TrackValue, 7); s.Contribution != -140 || s.Value != 7 {
		t.Errorf("a number: %+v", s)
	}
}
