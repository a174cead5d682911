package vrrp_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

// What a router to come needs is there before another one with its VRID leaves,
// and nothing happens until it is added.
func TestReserve(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		h := b.host("192.0.2.1")
		old := h.add(t, 100, nil)
		time.Sleep(5 * time.Second)
		p, err := h.Reserve(old.Config())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Add(); err == nil || !strings.Contains(err.Error(), "has VRID 51 on eth0 already") {
			t.Errorf("while the other one is there: %v", err)
		}
		before := old.Snapshot().Counters.AdvertsSent
		time.Sleep(10 * time.Second)
		if n := old.Snapshot().Counters.AdvertsSent - before; n != 10 {
			t.Errorf("%d advertisements in ten seconds", n)
		}
		if err := old.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := p.Add()
		if err != nil {
			t.Fatal(err)
		}
		p.Close()
		p.Close()
		time.Sleep(5 * time.Second)
		wantState(t, r, vrrp.Master)
		if _, err := p.Add(); err == nil {
			t.Error("a closed reservation is used")
		}
	})
}

// A reservation that is given up leaves nothing behind: the interface's socket
// is closed with it.
func TestReserveGivenUp(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		n := &badNetwork{Port: b.seg.Attach("192.0.2.1")}
		h := vrrp.NewHost(vrrp.HostConfig{Network: n})
		cfg := vrrp.Config{Interface: "eth0", VRID: 51, Addresses: prefixes("192.0.2.100/24")}
		for range 3 {
			p, err := h.Reserve(cfg)
			if err != nil {
				t.Fatal(err)
			}
			q, err := h.Reserve(cfg)
			if err != nil {
				t.Fatal(err)
			}
			p.Close()
			if _, err := q.Add(); err != nil {
				t.Errorf("the other reservation's socket is gone: %v", err)
			}
			q.Close()
			cfg.VRID++
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
}

// A group can be called otherwise while its members go on.
func TestGroupIsRenamed(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		h := b.host("192.0.2.1")
		g, err := h.AddGroup(vrrp.GroupConfig{Name: "old"})
		if err != nil {
			t.Fatal(err)
		}
		r := h.add(t, 100, func(c *vrrp.Config) { c.Sync = g })
		time.Sleep(5 * time.Second)
		events := g.Events()
		if err := g.Update(vrrp.GroupConfig{Name: "new"}); err != nil {
			t.Fatal(err)
		}
		if name := r.Snapshot().Group; name != "new" {
			t.Errorf("the member says %s", name)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if e := <-events; e.Name() != "new" || e.To != vrrp.Init || e.Reason != vrrp.ReasonRemoved {
			t.Errorf("event %v of %s, %v", e.To, e.Name(), e.Reason)
		}
	})
}
