package scan

import (
	"context"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

func TestListen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seg := vrrptest.NewSegment()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for addr, c := range map[string]vrrp.Config{
			"192.0.2.1": {VRID: 51, Priority: 200, Version: vrrp.V2, Password: "secret"},
			"192.0.2.2": {VRID: 51, Priority: 100, Version: vrrp.V2, Password: "secret"}, // a backup, which is silent
			"192.0.2.3": {VRID: 1, Priority: 50},
		} {
			c.Interface, c.Addresses = "eth0", []netip.Prefix{netip.MustParsePrefix("192.0.2.100/24")}
			h := vrrp.NewHost(vrrp.HostConfig{Network: seg.Attach(addr)})
			if _, err := h.Add(c); err != nil {
				t.Fatal(err)
			}
			go h.Run(ctx)
		}
		time.Sleep(10 * time.Second)
		listen, end := context.WithTimeout(ctx, 3500*time.Millisecond)
		defer end()
		got, err := Listen(listen, seg.Attach("192.0.2.9"), vrrp.WatchLinks("eth0"))
		if err != nil {
			t.Fatal(err)
		}
		vip := []netip.Addr{netip.MustParseAddr("192.0.2.100")}
		want := []Sighting{
			{"eth0", 1, netip.MustParseAddr("192.0.2.3"), 3, 50, 1000, "none", vip, 0},
			{"eth0", 51, netip.MustParseAddr("192.0.2.1"), 2, 200, 1000, "PASS", vip, 0},
		}
		for _, s := range got {
			if s.Packets < 3 || s.Packets > 4 {
				t.Errorf("%d packets in 3.5 s", s.Packets)
			}
		}
		if d := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{}), cmpopts.IgnoreFields(Sighting{}, "Packets")); d != "" {
			t.Error(d)
		}
		if vrid := Free(got, 2, 3); vrid != 4 {
			t.Errorf("VRID %d is free", vrid)
		}
		cancel()
		synctest.Wait()
	})
}

func TestNoneFree(t *testing.T) {
	var used []uint8
	for vrid := range 256 {
		used = append(used, uint8(vrid))
	}
	if vrid := Free(nil, used...); vrid != 0 {
		t.Errorf("VRID %d is free", vrid)
	}
}
