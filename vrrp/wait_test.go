package vrrp_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

// A preempt delay that becomes shorter ends sooner, as Explain promises; and a wait
// that becomes shorter is over, not taken for a stall.
func TestUpdateShortensWaits(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		a, c := b.host("192.0.2.1"), b.host("192.0.2.2")
		a.add(t, 100, nil)
		time.Sleep(10 * time.Second)
		r := c.add(t, 200, func(c *vrrp.Config) { c.PreemptDelay = 900 * time.Second })
		time.Sleep(10 * time.Second)
		cfg := r.Config()
		cfg.PreemptDelay = 5 * time.Second
		if err := r.Update(cfg); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		wantState(t, r, vrrp.Master)
	})
	inBubble(t, func(t *testing.T, b *bench) {
		r := b.host("192.0.2.1").add(t, 100, func(c *vrrp.Config) { c.Interval = 10 * time.Second })
		time.Sleep(20 * time.Second)
		cfg := r.Config()
		cfg.Interval = time.Second
		if err := r.Update(cfg); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		wantState(t, r, vrrp.Master)
		if n := r.Snapshot().Counters.Stalls; n > 0 {
			t.Errorf("%d stalls", n)
		}
	})
}

// RFC 9568 section 4.2: two hosts own an address each, and back up the other's.
func TestLoadSharing(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		a, c := b.host("192.0.2.1"), b.host("192.0.2.2")
		want := map[*vrrp.Router]vrrp.State{}
		for vrid, ip := range map[uint8]string{1: "192.0.2.1/24", 2: "192.0.2.2/24"} {
			for h, owned := range map[*testHost]uint8{a: 1, c: 2} {
				priority, state := uint8(100), vrrp.Backup
				if owned == vrid {
					priority, state = 255, vrrp.Master
				}
				want[h.add(t, priority, func(c *vrrp.Config) { c.VRID, c.Addresses = vrid, prefixes(ip) })] = state
			}
		}
		time.Sleep(10 * time.Second)
		for r, state := range want {
			wantState(t, r, state)
		}
	})
}

// What a router that leaves makes possible for another one happens at once.
func TestLeavingFreesOthers(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		h := b.host("192.0.2.1")
		first := h.add(t, 100, func(c *vrrp.Config) { c.VRID, c.Addresses = 1, prefixes("192.0.2.1/24") })
		second := h.add(t, 100, func(c *vrrp.Config) { c.VRID, c.Addresses = 2, prefixes("192.0.2.50/24") })
		time.Sleep(time.Second)
		wantState(t, second, vrrp.Fault) // its only address is virtual
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		wantState(t, second, vrrp.Master)
	})
}

// An owner's lease is renewed although the only peer is the router itself.
func TestRenewedWithoutPeers(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		j := &journal{}
		r := b.host("192.0.2.1").add(t, 100, func(c *vrrp.Config) { c.Owner, c.Peers = j, []netip.Addr{netip.MustParseAddr("192.0.2.1")} })
		time.Sleep(10 * time.Second)
		wantState(t, r, vrrp.Master)
		if n := r.Snapshot().Counters.AdvertsSent; j.renews == 0 || n > 0 {
			t.Errorf("renewed %d times, %d advertisements sent", j.renews, n)
		}
	})
}
