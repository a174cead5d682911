package vip_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vip"
)

// A reload of nftables.service begins with `flush ruleset`; others may remove less.
func TestKernelFilterIsPutBack(t *testing.T) {
	h := netlab.New(t, netlab.NFT).Host("h", "192.0.2.1/24")
	m, stop := manage(t, h)
	if err := m.Filter(vip.Filter{Silent: []string{"vrrp.51"}, Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.100")}}); err != nil {
		t.Fatal(err)
	}
	before := filtered(t, h)
	for _, what := range []string{"flush ruleset", "flush table inet vrrpkit", "flush chain inet vrrpkit vrrpkit-in", "delete table inet vrrpkit", "flush ruleset"} {
		h.Run("nft", strings.Fields(what)...)
		netlab.Eventually(t, 5*time.Second, "the filter to be back after "+what, func() bool { return filtered(t, h) == before })
	}
	stop()
	if after := filtered(t, h); after != "" {
		t.Errorf("left:\n%s", after)
	}
}

// Two managers in one network namespace: neither takes what the other has made for
// a leftover, until that has ended.
func TestKernelTwoOwners(t *testing.T) {
	lab := netlab.New(t, netlab.NFT, "sysctl")
	h := lab.Host("h", "192.0.2.1/24")
	h.IP("link add eth7 type veth peer name eth8")
	h.IP("link set eth7 up")
	before := machine(t, h)
	first, stop := manage(t, h)
	theirs := vip.Filter{Silent: []string{"vrrp.51"}}
	if err := first.Filter(theirs); err != nil {
		t.Fatal(err)
	}
	if err := set(t, first, vip.SetConfig{VMACs: []vip.VMAC{labVMAC}}).Acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	held, rules := machine(t, h), filtered(t, h)

	second, stopSecond := manage(t, h)
	other := labVMAC
	other.Parent = "eth7"
	devices := set(t, second, vip.SetConfig{VMACs: []vip.VMAC{other}})
	for _, tt := range []struct {
		what string
		err  error
		want string
	}{
		{"empty filter", second.Filter(vip.Filter{}), ""},
		{"filter", second.Filter(vip.Filter{Silent: []string{"eth9"}}), "is running: choose another name"},
		{"clean up", second.CleanUp(t.Context(), other), ""},
		{"acquire", devices.Acquire(t.Context()), "which is running: give this one another name"},
		{"release", devices.Release(t.Context()), ""},
	} {
		if (tt.err == nil) != (tt.want == "") || tt.err != nil && !strings.Contains(tt.err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.what, tt.err)
		}
	}
	if got := machine(t, h); got != held {
		t.Errorf("the second one has changed:\n%s", differences(held, got))
	}
	if got := filtered(t, h); got != rules {
		t.Errorf("packet filter:\n%swas:\n%s", got, rules)
	}
	if err := second.Filter(vip.Filter{Table: "second", Silent: []string{"eth9"}}); err != nil {
		t.Error(err)
	}
	stop()
	if err := devices.Acquire(t.Context()); err != nil {
		t.Errorf("once the first one has ended: %v", err)
	}
	stopSecond()
	if got := machine(t, h) + filtered(t, h); got != before {
		t.Errorf("left:\n%s", differences(before, got))
	}
}
