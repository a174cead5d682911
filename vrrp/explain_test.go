package vrrp_test

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

// What Explain says in each situation; the priority that it advises flips it.
func TestExplain(t *testing.T) {
	check := vrrp.Tracker{Name: "chk_haproxy", Weight: 60, Initial: vrrp.TrackDown}
	for _, tt := range []struct {
		name  string
		other uint8 // priority of 192.0.2.2; 0: there is none
		edit  func(*vrrp.Config)
		do    func(*testing.T, *bench, *testHost, *vrrp.Router)
		want  [2]string
		rule  vrrp.Rule
	}{
		{name: "listening", do: func(*testing.T, *bench, *testHost, *vrrp.Router) {}, rule: vrrp.RuleListening,
			want: [2]string{"VI_1 is BACKUP: it listens for a master, and takes over in 3.609s.", "To change that: nothing needs to be done."}},
		{name: "alone", rule: vrrp.RuleSilence,
			want: [2]string{"VI_1 is MASTER: no other router advertises; its priority is 100.",
				"To change that: another router has to advertise a priority above 100, or 100 from an address above 192.0.2.1."}},
		{name: "better master", other: 150, rule: vrrp.RuleHigherPriority,
			want: [2]string{"VI_1 is BACKUP: 192.0.2.2 is master with priority 150, ours is 100.",
				"To change that: raise the priority by 51 to 151, or 192.0.2.2 has to leave or be silent for 3.609s."}},
		{name: "tracker down", other: 150, rule: vrrp.RuleHigherPriority,
			edit: func(c *vrrp.Config) { c.Trackers = []vrrp.Tracker{check, {Name: "eth1", Weight: -20}} },
			do: func(t *testing.T, b *bench, h *testHost, r *vrrp.Router) {
				tr, err := r.SetTracker(vrrp.Tracker{Name: "eth1", Weight: -20})
				if err != nil {
					t.Fatal(err)
				}
				tr.Set(vrrp.TrackDown)
				time.Sleep(10 * time.Second)
			},
			want: [2]string{"VI_1 is BACKUP: 192.0.2.2 is master with priority 150, ours is 80 = 100 -20 (eth1).",
				"To change that: raise the priority by 71 to 171, or 192.0.2.2 has to leave or be silent for 3.688s."}},
		{name: "tracker that would do", other: 150, rule: vrrp.RuleHigherPriority,
			edit: func(c *vrrp.Config) { c.Trackers = []vrrp.Tracker{check} },
			want: [2]string{"VI_1 is BACKUP: 192.0.2.2 is master with priority 150, ours is 100.",
				"To change that: tracker chk_haproxy has to recover, which adds 60, or 192.0.2.2 has to leave or be silent for 3.609s."}},
		{name: "equal", other: 100, rule: vrrp.RuleEqualPriority,
			want: [2]string{"VI_1 is BACKUP: 192.0.2.2 is master with the same priority 100, which a backup does not contest.",
				"To change that: raise the priority by 1 to 101, or 192.0.2.2 has to leave or be silent for 3.609s."}},
		{name: "owner", other: 255, rule: vrrp.RuleHigherPriority,
			want: [2]string{"VI_1 is BACKUP: 192.0.2.2 is master with priority 255, ours is 100.",
				"To change that: 192.0.2.2 has to leave or be silent for 3.609s: no priority that could be configured here is enough."}},
		{name: "far away", other: 250, rule: vrrp.RuleHigherPriority,
			edit: func(c *vrrp.Config) {
				c.Priority, c.Trackers = 200, []vrrp.Tracker{{Name: "chk", Weight: -150, Initial: vrrp.TrackDown}}
			},
			do: func(t *testing.T, _ *bench, _ *testHost, r *vrrp.Router) {
				tr, err := r.SetTracker(vrrp.Tracker{Name: "eth1", Weight: -50})
				if err != nil {
					t.Fatal(err)
				}
				tr.Set(vrrp.TrackDown)
				time.Sleep(10 * time.Second)
			},
			want: [2]string{"VI_1 is BACKUP: 192.0.2.2 is master with priority 250, ours is 1 = 200 -150 (chk) -50 (eth1).",
				"To change that: 192.0.2.2 has to leave or be silent for 3.996s: no priority that could be configured here is enough."}},
		{name: "the better one is gone", other: 150, rule: vrrp.RuleSilence,
			do: func(_ *testing.T, b *bench, h *testHost, _ *vrrp.Router) {
				time.Sleep(5 * time.Second)
				b.seg.Cut(h.port)
				time.Sleep(3400 * time.Millisecond)
			},
			want: [2]string{"VI_1 is MASTER: no other router advertises; its priority is 100.",
				"To change that: another router has to advertise a priority above 100, or 100 from an address above 192.0.2.1."}},
		{name: "nopreempt alone", rule: vrrp.RuleSilence, edit: func(c *vrrp.Config) { c.NoPreempt = true },
			want: [2]string{"VI_1 is MASTER: it has heard no other router; as it does not preempt, it advertises priority 1 until it hears one, or for 30s.",
				"To change that: another router has to advertise a priority above 1."}},
		{name: "group", rule: vrrp.RuleGroup,
			edit: func(c *vrrp.Config) { c.VRID, c.Addresses = 52, prefixes("192.0.2.101/24") },
			do: func(t *testing.T, b *bench, h *testHost, r *vrrp.Router) {
				b.host("192.0.2.2").add(t, 200, nil)
				g, err := h.AddGroup(vrrp.GroupConfig{Name: "VG"})
				if err == nil && g.Name() != "VG" {
					t.Errorf("the group is called %q", g.Name())
				}
				if err != nil {
					t.Fatal(err)
				}
				h.add(t, 100, func(c *vrrp.Config) { c.Sync = g })
				cfg := r.Config()
				cfg.Sync = g
				if err := r.Update(cfg); err != nil {
					t.Fatal(err)
				}
				time.Sleep(10 * time.Second)
			},
			want: [2]string{"VI_1 is BACKUP: sync group VG waits for its other members.", "To change that: all of them have to be ready to take over."}},
		{name: "nopreempt", other: 50, edit: func(c *vrrp.Config) { c.NoPreempt = true }, rule: vrrp.RuleNoPreempt,
			want: [2]string{"VI_1 is BACKUP: 192.0.2.2 is master with the lower priority 50, and nopreempt leaves it the role.",
				"To change that: remove nopreempt, or 192.0.2.2 has to leave or be silent for 3.609s."}},
		{name: "taking over", other: 50, do: func(*testing.T, *bench, *testHost, *vrrp.Router) { time.Sleep(time.Second) }, rule: vrrp.RuleTakingOver,
			want: [2]string{"VI_1 is BACKUP: 192.0.2.2 is master with the lower priority 50, and ours, 100, takes over in 2.609s.",
				"To change that: nothing needs to be done; a priority above 100 there would prevent it."}},
		{name: "preempt delay", other: 50, edit: func(c *vrrp.Config) { c.PreemptDelay = 30 * time.Second }, rule: vrrp.RulePreemptDelay,
			want: [2]string{"VI_1 is BACKUP: 192.0.2.2 is master with the lower priority 50, and the preempt delay runs for another 21s.",
				"To change that: wait, or shorten preempt_delay."}},
		{name: "unplugged", other: 150, rule: vrrp.RuleFault,
			do: func(_ *testing.T, _ *bench, h *testHost, _ *vrrp.Router) {
				h.port.SetUp(false)
				time.Sleep(time.Second)
			},
			want: [2]string{"VI_1 is FAULT: no carrier.",
				"To change that: repair that; it then listens for 3.609s before it can be master."}},
		{name: "tracker fault", rule: vrrp.RuleFault, edit: func(c *vrrp.Config) { c.Trackers = []vrrp.Tracker{{Name: "chk", Initial: vrrp.TrackDown}} },
			want: [2]string{"VI_1 is FAULT: chk failed, with weight 0.",
				"To change that: chk has to recover; the router then listens for 3.609s."}},
		{name: "no report", rule: vrrp.RuleNoReport, edit: func(c *vrrp.Config) { c.Trackers = []vrrp.Tracker{{Name: "chk"}} },
			want: [2]string{"VI_1 is INIT: tracker chk has not reported yet.", "To change that: its first report."}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bench) {
				h, two := b.host("192.0.2.1"), b.host("192.0.2.2")
				if tt.other > 0 {
					two.add(t, tt.other, nil)
					time.Sleep(4805 * time.Millisecond)
				}
				r := h.add(t, 100, func(c *vrrp.Config) {
					if c.Name = "VI_1"; tt.edit != nil {
						tt.edit(c)
					}
				})
				if tt.do == nil {
					time.Sleep(10 * time.Second)
				} else {
					tt.do(t, b, h, r)
				}
				synctest.Wait()
				e := r.Snapshot().Explain()
				if got := [2]string{e.Why, e.Flip}; got != tt.want || e.Rule != tt.rule {
					t.Errorf("%v:\n%s\nwant %v:\n%s\n%s", e.Rule, e, tt.rule, tt.want[0], tt.want[1])
				}
			})
		})
	}
}

// MGT-07: a router remembers every other one that it has heard.
func TestPeersAreRemembered(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		r := b.host("192.0.2.1").add(t, 50, nil)
		b.host("192.0.2.2").add(t, 100, nil)
		time.Sleep(5 * time.Second)
		b.host("192.0.2.3").add(t, 150, nil)
		time.Sleep(10 * time.Second)
		s := r.Snapshot()
		want := []string{"192.0.2.3", "192.0.2.2"}
		for i, p := range s.Peers {
			if i >= len(want) || p.Addr != netip.MustParseAddr(want[i]) || p.Priority != uint8(150-50*i) {
				t.Errorf("peers %+v", s.Peers)
			}
		}
		if len(s.Peers) != 2 || s.Peer != s.Peers[0] {
			t.Errorf("peers %+v, last %+v", s.Peers, s.Peer)
		}
	})
}
