package report

import (
	"net/netip"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

// To end a drain makes a backup master only where it would win.
func TestExplainDrain(t *testing.T) {
	drained := func(base, other uint8, state vrrp.State) vrrp.Snapshot {
		s := vrrp.Snapshot{
			Name: "VI_1", LinkUp: true, At: now, Source: netip.MustParseAddr("192.0.2.1"),
			Status:   vrrp.Status{State: state, Priority: 1, Configured: base, Since: now},
			Trackers: []vrrp.TrackerState{{Tracker: vrrp.Tracker{Name: "drain", Weight: -253}, Contribution: -253}},
		}
		if other > 0 {
			s.Peer = vrrp.Peer{Addr: netip.MustParseAddr("192.0.2.2"), Priority: other, Interval: time.Second, At: now}
		}
		return s
	}
	noPreempt := drained(150, 100, vrrp.Backup)
	noPreempt.NoPreempt = true
	for name, tt := range map[string]struct {
		s           vrrp.Snapshot
		why, change string
	}{
		"alone": {drained(150, 0, vrrp.Master),
			"VI_1 is MASTER: no other router advertises; its priority is 1 = 150 -253 (drain). It is drained, but nobody takes over: it stays master until another router takes part.",
			"To change that: another router has to advertise a priority above 1, or 1 from an address above 192.0.2.1. To end the drain, which leaves it master: keepalived-lite undrain VI_1."},
		"the better one": {drained(150, 100, vrrp.Backup),
			"VI_1 is BACKUP: 192.0.2.2 is master with priority 100, ours is 1 = 150 -253 (drain). It is drained.",
			"To change that: keepalived-lite undrain VI_1."},
		"the worse one": {drained(150, 200, vrrp.Backup),
			"VI_1 is BACKUP: 192.0.2.2 is master with priority 200, ours is 1 = 150 -253 (drain). It is drained as well.",
			"To change that: 192.0.2.2 has to leave or be silent for 0s: no priority that could be configured here is enough. To end the drain: keepalived-lite undrain VI_1."},
		"nopreempt": {noPreempt,
			"VI_1 is BACKUP: 192.0.2.2 is master with priority 100, ours is 1 = 150 -253 (drain). It is drained as well.",
			"To change that: 192.0.2.2 has to leave or be silent for 0s; nopreempt keeps it from taking over by priority. To end the drain: keepalived-lite undrain VI_1."},
	} {
		t.Run(name, func(t *testing.T) {
			i := instance(tt.s)
			if i.Why != tt.why {
				t.Errorf("why: %s\nwant %s", i.Why, tt.why)
			}
			if i.Change != tt.change {
				t.Errorf("change: %s\nwant %s", i.Change, tt.change)
			}
		})
	}
}
