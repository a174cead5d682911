package vrrp_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

// A router leaves its running host as it would leave with it, and another one
// may take its place.
func TestRouterClose(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		j := &journal{}
		h := b.host("192.0.2.1")
		j.tap(b, h.port)
		r := h.add(t, 100, func(c *vrrp.Config) { c.Owner = j })
		other := h.add(t, 100, func(c *vrrp.Config) { c.VRID, c.Addresses = 52, prefixes("192.0.2.101/24") })
		time.Sleep(4 * time.Second)
		j.take()
		events := r.Events()
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		e, ok := <-events
		if _, more := <-events; !ok || more || e.To != vrrp.Init || e.Reason != vrrp.ReasonRemoved {
			t.Errorf("event %v, more %v", e, more)
		}
		if lines := j.take(); len(lines) != 2 || lines[0] != "advert 0" || lines[1] != "release" {
			t.Errorf("on leaving: %v", lines)
		}
		wantState(t, other, vrrp.Master)
		again := h.add(t, 200, nil)
		time.Sleep(4 * time.Second)
		wantState(t, again, vrrp.Master)
		if st := r.Snapshot(); st.State != vrrp.Init {
			t.Errorf("the closed router is %v", st.State)
		}
	})
}

// A late answer of the owner of a router that has left reaches nobody.
func TestRouterCloseWithoutItsOwner(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		d := &deaf{free: make(chan struct{})}
		h := b.host("192.0.2.1")
		r := h.add(t, 255, func(c *vrrp.Config) { c.Owner = d })
		time.Sleep(2 * time.Second)
		if err := r.Close(); err == nil {
			t.Error("Close does not tell that the owner is stuck")
		}
		again := h.add(t, 255, func(c *vrrp.Config) { c.Owner = &journal{block: make(chan struct{})} })
		synctest.Wait()
		close(d.free)
		synctest.Wait()
		if s := again.Snapshot(); s.State != vrrp.Master || !s.Pending {
			t.Errorf("%v, pending %v: the answer of another router's owner was taken", s.State, s.Pending)
		}
	})
}

func TestRouterCloseBeforeRun(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		h := vrrp.NewHost(vrrp.HostConfig{Network: b.seg.Attach("192.0.2.1")})
		cfg := vrrp.Config{Interface: "eth0", VRID: 51, Addresses: prefixes("192.0.2.100/24")}
		r, err := h.Add(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if _, err := h.Add(cfg); err != nil {
			t.Error(err)
		}
		h.Close()
	})
}

func TestRouterUpdate(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		j := &journal{}
		a, c := b.host("192.0.2.1"), b.host("192.0.2.2")
		ra := a.add(t, 200, func(c *vrrp.Config) { c.Owner = j })
		rc := c.add(t, 100, nil)
		time.Sleep(4 * time.Second)
		j.take()
		cfg := ra.Config()
		cfg.Name, cfg.Addresses, cfg.Interval = "other", prefixes("192.0.2.200/24"), 200*time.Millisecond
		cfg.Trackers = []vrrp.Tracker{{Name: "chk", Weight: -150}}
		if err := ra.Update(cfg); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		wantState(t, ra, vrrp.Master)
		wantState(t, rc, vrrp.Backup)
		if s := rc.Snapshot(); s.Interval != 200*time.Millisecond {
			t.Errorf("the backup learned %v", s.Interval)
		}
		if lines := j.take(); len(lines) > 0 {
			t.Errorf("the owner was asked to %v", lines)
		}
		if ra.Name() != "other" || ra.Snapshot().Seq != 2 {
			t.Errorf("name %s, %d events", ra.Name(), ra.Snapshot().Seq)
		}
		chk, err := ra.Track(cfg.Trackers[0].Name)
		if err != nil {
			t.Fatal(err)
		}
		chk.Set(vrrp.TrackDown)
		time.Sleep(2 * time.Second)
		wantState(t, rc, vrrp.Master)
		chk.SetValue(0) // -150 times nothing
		time.Sleep(4 * time.Second)
		wantState(t, ra, vrrp.Master)
	})
}

func TestRouterUpdateRefuses(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		h, elsewhere := b.host("192.0.2.1"), b.host("192.0.2.2")
		r := h.add(t, 100, nil)
		stranger, err := elsewhere.AddGroup(vrrp.GroupConfig{Name: "G"})
		if err != nil {
			t.Fatal(err)
		}
		before := r.Config()
		for _, edit := range []func(*vrrp.Config){
			func(c *vrrp.Config) { c.VRID = 52 },
			func(c *vrrp.Config) { c.Interface = "eth1" },
			func(c *vrrp.Config) { c.Owner = &journal{} },
			func(c *vrrp.Config) { c.Priority = 200; c.Interval = time.Millisecond },
			func(c *vrrp.Config) { c.Sync = stranger },
		} {
			cfg := r.Config()
			edit(&cfg)
			if err := r.Update(cfg); err == nil {
				t.Errorf("%+v was accepted", cfg)
			}
		}
		if now := r.Config(); now.Priority != before.Priority || now.VRID != before.VRID {
			t.Errorf("configuration is now %+v", now)
		}
		r.Close()
		if err := r.Update(before); err == nil {
			t.Error("a router that has left was updated")
		}
	})
}

// Two prepared updates: neither counts before it is committed.
func TestRouterPrepare(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		r := b.host("192.0.2.1").add(t, 100, nil)
		cfg := r.Config()
		cfg.Priority = 50
		commit, err := r.Prepare(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if p := r.Snapshot().Priority; p != 100 {
			t.Errorf("priority %d before the commit", p)
		}
		commit()
		if p := r.Snapshot().Priority; p != 50 {
			t.Errorf("priority %d after the commit", p)
		}
	})
}

// Two routers of one host in a group, against another host: the group's event
// comes behind its members', and one cut cable takes both.
func TestSyncGroup(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		var routers [2][2]*vrrp.Router
		var groups [2]*vrrp.Group
		hosts := []*testHost{b.idle("192.0.2.1"), b.idle("192.0.2.2")}
		for i, h := range hosts {
			g, err := h.AddGroup(vrrp.GroupConfig{Name: "VG"})
			if err != nil {
				t.Fatal(err)
			}
			groups[i] = g
			for n, vip := range []string{"192.0.2.100/24", "192.0.2.101/24"} {
				routers[i][n] = h.add(t, uint8(200-100*i), func(c *vrrp.Config) {
					c.VRID, c.Addresses, c.Sync = uint8(51+n), prefixes(vip), g
				})
			}
		}
		events := groups[0].Events()
		for _, h := range hosts {
			h.run(t)
		}
		time.Sleep(5 * time.Second)
		chk, err := routers[0][1].SetTracker(vrrp.Tracker{Name: "chk"})
		if err != nil {
			t.Fatal(err)
		}
		chk.Set(vrrp.TrackDown)
		time.Sleep(2 * time.Second)
		wantText(t, hosts[0].events.Transitions(),
			"eth0/51 INIT->BACKUP: startup", "eth0/52 INIT->BACKUP: startup", "VG INIT->BACKUP: startup",
			"eth0/51 BACKUP->MASTER: no response", "eth0/52 BACKUP->MASTER: no response", "VG BACKUP->MASTER: no response",
			"eth0/51 MASTER->FAULT: sync group", "eth0/52 MASTER->FAULT: tracker failed", "VG MASTER->FAULT: sync group",
		)
		for n := range 2 {
			wantState(t, routers[1][n], vrrp.Master)
		}
		if groups[1].State() != vrrp.Master || groups[0].State() != vrrp.Fault {
			t.Errorf("groups %v and %v", groups[0].State(), groups[1].State())
		}
		for seq := uint64(1); seq <= 3; seq++ {
			if e := <-events; e.Seq != seq || e.Group != groups[0] || e.Router != nil {
				t.Errorf("event %+v", e)
			}
		}
		if err := groups[0].Close(); err == nil {
			t.Error("a group with members was closed")
		}
		for _, r := range routers[0] {
			r.Close()
		}
		if e := <-events; e.To != vrrp.Init {
			t.Errorf("event %+v, want INIT", e)
		}
		if err := groups[0].Close(); err != nil {
			t.Error(err)
		}
		if _, more := <-events; more {
			t.Error("the channel of a closed group is open")
		}
	})
}

func TestGroupTrack(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		h := b.host("192.0.2.1")
		g, err := h.AddGroup(vrrp.GroupConfig{Name: "VG", Trackers: []vrrp.Tracker{{Name: "chk", Weight: -30}}})
		if err != nil {
			t.Fatal(err)
		}
		r := h.add(t, 100, func(c *vrrp.Config) { c.Sync = g })
		chk, err := g.SetTracker(vrrp.Tracker{Name: "chk", Weight: -40})
		if err != nil {
			t.Fatal(err)
		}
		chk.Set(vrrp.TrackDown)
		if p := r.Snapshot().Priority; p != 60 {
			t.Errorf("priority %d, want 60", p)
		}
		if err := g.Update(vrrp.GroupConfig{Name: "VG"}); err != nil {
			t.Error(err)
		}
		if s := r.Snapshot(); s.Priority != 100 || s.Group != "VG" {
			t.Errorf("priority %d, want 100; group %q", s.Priority, s.Group)
		}
		if err := g.Update(vrrp.GroupConfig{Trackers: []vrrp.Tracker{{Name: "x", Weight: 300}}}); err == nil {
			t.Error("a weight of 300 was accepted")
		}
	})
}

// rival and tired are what an owner may say.
type rival struct{ error }

func (rival) Contested() bool { return true }

type tired struct{ error }

func (tired) Yield() bool { return true }

func TestTroubleIsActedOn(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		o := &stubborn{release: func(context.Context) error { return nil }, trouble: make(chan error)}
		r := b.host("192.0.2.1").add(t, 100, func(c *vrrp.Config) { c.Owner = o })
		time.Sleep(4 * time.Second)
		o.take()
		o.trouble <- rival{errors.New("192.0.2.100 is claimed by 02:00:00:00:00:09")}
		time.Sleep(1500 * time.Millisecond)
		if got := o.take(); len(got) != 2 || got[0] != "announce" || got[1] != "announce" {
			t.Errorf("after a foreign claim: %v, want two announcements", got)
		}
		if n := r.Snapshot().Counters.Contested; n != 1 {
			t.Errorf("contested %d times", n)
		}
		o.trouble <- tired{errors.New("taken away too often")}
		wantState(t, r, vrrp.Backup)
		if s := r.Snapshot(); s.Reason != vrrp.ReasonAsked || s.Counters.PriorityZeroSent != 1 {
			t.Errorf("reason %v, %d times priority 0", s.Reason, s.Counters.PriorityZeroSent)
		}
	})
}
