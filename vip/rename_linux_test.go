package vip_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vip"
)

func TestKernelRenamedInterface(t *testing.T) {
	h := netlab.New(t).Host("h", "192.0.2.1/24", "2001:db8::1/64")
	m, stop := manage(t, h)
	s := set(t, m, vip.SetConfig{
		Addresses: addresses("eth0", "192.0.2.100/24", "2001:db8::100/128"),
		Routes:    []vip.Route{{Destination: netip.MustParsePrefix("10.0.0.0/8"), Hop: vip.Hop{Interface: "eth0"}}},
	})
	if err := s.Acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	state := func() string {
		return h.Run("ip", "-o", "addr") + h.Run("ip", "route", "show", "10.0.0.0/8")
	}
	clear := func() bool {
		return !strings.Contains(state(), "::100/") && !strings.Contains(state(), ".100/") && !strings.Contains(state(), "10.0.0.0/8")
	}
	if clear() {
		t.Fatalf("nothing is held:\n%s", state())
	}
	h.IP("link set eth0 name uplink0")
	netlab.Eventually(t, 5*time.Second, "the renamed interface to be clear", clear)
	h.IP("link set uplink0 name eth0")
	netlab.Eventually(t, 5*time.Second, "the addresses to be back", func() bool { return h.HasAddress("192.0.2.100") && h.HasAddress("2001:db8::100") })
	h.IP("link set eth0 name uplink0")
	stop()
	if !clear() {
		t.Errorf("left:\n%s", state())
	}
}
