package vrrp

import (
	"testing"
	"time"
)

// V3-RX-10: what is learned has a minimum, if one is set.
func TestMinInterval(t *testing.T) {
	for _, tt := range []struct{ least, advertised, want time.Duration }{
		{0, 10 * time.Millisecond, 10 * time.Millisecond},
		{200 * time.Millisecond, 10 * time.Millisecond, 200 * time.Millisecond},
		{200 * time.Millisecond, 200 * time.Millisecond, 200 * time.Millisecond},
		{200 * time.Millisecond, 2 * time.Second, 2 * time.Second},
	} {
		r := newRig(t, func(p *Params) { p.MinInterval = tt.least }).up()
		r.do(Input{Kind: InputAdvert, Priority: 200, Source: upper, Interval: tt.advertised})
		if got := r.m.Status().Interval; got != tt.want {
			t.Errorf("at least %v: learned %v, want %v", tt.least, got, tt.want)
		}
	}
}

// R3: a rival that does not preempt either, and came because its port forwarded
// nothing yet, is answered once with more than it has.
func TestHoldRole(t *testing.T) {
	hold := func(t *testing.T) *rig {
		r := newRig(t, func(p *Params) { p.NoPreempt, p.HoldRole = true, true }).up()
		r.hear(200, upper)
		r.hear(0, upper)
		r.sleep(2 * time.Second)
		r.log = nil
		return r
	}
	yields := func(why string) []string {
		return []string{"2s advertise 100", "2s release", "2s MASTER->BACKUP (" + why + ")"}
	}
	held := []string{"2s advertise 254", "2s answered", "2s announce"}
	t.Run("it steps back", func(t *testing.T) {
		r := hold(t)
		r.hear(200, upper)
		r.sleep(500*time.Millisecond - 1)
		r.hear(200, upper) // its last word
		r.sleep(700 * time.Millisecond)
		r.want(append(held, "2.609375s advertise 100", "3s announce again")...)
	})
	t.Run("it stays", func(t *testing.T) {
		r := hold(t)
		r.hear(200, upper)
		r.sleep(500 * time.Millisecond)
		r.hear(200, upper)
		r.want(append(held, "2.5s advertise 100", "2.5s release", "2.5s MASTER->BACKUP (higher priority)")...)
	})
	t.Run("it answers alike, from a greater address", func(t *testing.T) {
		r := hold(t)
		r.hear(200, lower)
		r.hear(254, upper)
		r.want(append(held, "2s advertise 100", "2s release", "2s MASTER->BACKUP (higher address)")...)
	})
	t.Run("it answers alike, from a lower address", func(t *testing.T) {
		r := hold(t)
		r.hear(200, lower)
		r.hear(254, lower)
		r.want(held...)
		r.sleep(500 * time.Millisecond)
		r.hear(254, lower)
		r.want("2.5s advertise 100", "2.5s release", "2.5s MASTER->BACKUP (higher priority)")
	})
	t.Run("an address owner", func(t *testing.T) {
		r := hold(t)
		r.hear(200, lower)
		r.hear(255, lower)
		r.want(append(held, "2s advertise 100", "2s release", "2s MASTER->BACKUP (higher priority)")...)
	})
	t.Run("it has the greater address", func(t *testing.T) {
		r := hold(t)
		r.hear(100, upper)
		r.want(held...)
	})
	t.Run("again in another time as master", func(t *testing.T) {
		r := hold(t)
		r.hear(200, upper)
		r.sleep(500 * time.Millisecond)
		r.hear(200, upper)
		r.hear(0, upper)
		r.sleep(time.Second)
		r.log = nil
		r.hear(200, upper)
		r.want("3.5s advertise 254", "3.5s answered", "3.5s announce")
	})
	t.Run("a priority that cannot be beaten", func(t *testing.T) {
		r := hold(t)
		r.hear(254, upper)
		r.want(yields("higher priority")...)
	})
	t.Run("nobody has been heard before", func(t *testing.T) {
		r := newRig(t, func(p *Params) { p.NoPreempt, p.HoldRole = true, true }).up()
		r.sleep(4 * time.Second)
		r.log = nil
		r.hear(200, upper)
		r.want("4s release", "4s MASTER->BACKUP (higher priority)")
	})
	for _, tt := range []struct {
		name    string
		late    time.Duration
		answers bool
	}{{"hardly late", time.Second - 1, true}, {"late", time.Second, false}} {
		t.Run(tt.name, func(t *testing.T) {
			r := hold(t)
			r.now = r.m.Deadline().Add(tt.late)
			r.hear(200, upper)
			if got := r.m.Status().State == Master; got != tt.answers {
				t.Errorf("master: %v, want %v", got, tt.answers)
			}
		})
	}
	for _, tt := range []struct {
		name    string
		late    time.Duration // once
		since   time.Duration
		answers bool
	}{
		{"just been late", 2 * time.Second, 3609375*time.Microsecond - 1, false},
		{"late some time ago", 2 * time.Second, 3609375 * time.Microsecond, true},
		{"just been hardly late", 2*time.Second - 1, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := hold(t)
			r.now = r.m.Deadline().Add(tt.late)
			r.do(Input{Kind: InputTick})
			r.sleep(tt.since)
			r.hear(200, upper)
			if got := r.m.Status().State == Master; got != tt.answers {
				t.Errorf("master: %v, want %v", got, tt.answers)
			}
		})
	}
	for name, edit := range map[string]func(*Params){
		"not asked for": func(p *Params) { p.HoldRole = false },
		"it preempts":   func(p *Params) { p.NoPreempt = false },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(p *Params) { p.NoPreempt, p.HoldRole = true, true; edit(p) }).up()
			r.hear(200, upper)
			r.hear(0, upper)
			r.sleep(2 * time.Second)
			r.log = nil
			r.hear(200, upper)
			r.want(yields("higher priority")...)
		})
	}
}

// R3: a router that does not preempt, and whose port may forward nothing yet,
// claims nothing against another master.
func TestProbe(t *testing.T) {
	polite := func(p *Params) { p.NoPreempt = true }
	claimed := func(t *testing.T) *rig {
		r := newRig(t, polite).up()
		r.log = nil
		r.sleep(4 * time.Second)
		r.want("3.609375s advertise 1", "3.609375s acquire", "3.609375s BACKUP->MASTER (no response)")
		return r
	}
	t.Run("nobody there", func(t *testing.T) {
		r := claimed(t)
		if !r.m.Status().Probing {
			t.Error("not probing")
		}
		r.sleep(28 * time.Second)
		r.log = nil
		r.sleep(2 * time.Second) // every port forwards by now
		r.want("32.609375s advertise 1", "33.609375s advertise 100")
		if r.m.Status().Probing {
			t.Error("still probing")
		}
	})
	t.Run("another master", func(t *testing.T) {
		r := claimed(t)
		r.hear(90, lower)
		r.want("4s release", "4s MASTER->BACKUP (other master found)")
	})
	t.Run("another prober: the election decides", func(t *testing.T) {
		r := claimed(t)
		r.hear(1, lower)
		r.want("4s advertise 100", "4s answered", "4s announce")
	})
	t.Run("another prober, who is not answered otherwise", func(t *testing.T) {
		r := newRig(t, func(p *Params) { p.NoPreempt, p.AnswerLosing = true, false }).up()
		r.sleep(4 * time.Second)
		r.log = nil
		r.hear(1, lower)
		r.hear(1, lower) // the true priority is known by now
		r.want("4s advertise 100", "4s answered", "4s announce")
	})
	t.Run("priority 0", func(t *testing.T) {
		r := claimed(t)
		r.hear(0, lower)
		r.want("4s advertise 100")
	})
	t.Run("heard before", func(t *testing.T) {
		r := newRig(t, polite).up()
		r.hear(90, lower)
		r.log = nil
		r.sleep(4 * time.Second)
		r.want("3.609375s advertise 100", "3.609375s acquire", "3.609375s BACKUP->MASTER (no response)")
		r.hear(90, lower) // is not the first one: no reason to step back
		if r.m.Status().State != Master {
			t.Error("stepped back")
		}
	})
	t.Run("again after link-up", func(t *testing.T) {
		r := newRig(t, polite).up()
		r.hear(90, lower)
		r.do(Input{Kind: InputLink, Reason: ReasonLinkDown}, Input{Kind: InputLink, Up: true, Source: us})
		r.log = nil
		r.sleep(4 * time.Second)
		r.want("3.609375s advertise 1", "3.609375s acquire", "3.609375s BACKUP->MASTER (no response)")
	})
}
