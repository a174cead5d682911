package vip_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/internal/umllab"
	"github.com/vrrpkit/vrrpkit/vip"
)

// What only the guest's kernel has: ipvlans, in each of their modes. They come
// back when somebody removes them, with their addresses; in the end everything
// is as it was, after a crash too; a macvlan beside one is refused.
func TestKernelIPVLAN(t *testing.T) {
	if umllab.Run(t, "ipvlan", "macvlan", "veth", "bridge") {
		return
	}
	lab := netlab.New(t, "sysctl", "ping")
	h, client := lab.Host("h", "192.0.2.1/24", "2001:db8::1/64"), lab.Host("client", "192.0.2.2/24", "2001:db8::2/64")
	before := machine(t, h)
	for _, mode := range []vip.IPVLANMode{vip.IPVLANBridge, vip.IPVLANPrivate, vip.IPVLANVEPA} {
		v := vip.VMAC{Name: "vrrp.51", Parent: "eth0", IPVLAN: mode, IPv6: true, Group: 7}
		m, stop := manage(t, h)
		s := set(t, m, vip.SetConfig{VMACs: []vip.VMAC{v}, Addresses: []vip.Address{
			{Prefix: netip.MustParsePrefix("192.0.2.51/24"), Interface: v.Name},
			{Prefix: netip.MustParsePrefix("2001:db8::51/64"), Interface: v.Name, Preferred: vip.Deprecated},
		}})
		_ = s.Acquire(t.Context()) // a slow guest may need the retries
		there := func() bool { return h.HasAddress("192.0.2.51") && h.HasAddress("2001:db8::51") }
		netlab.Eventually(t, 5*time.Second, "the interface with its addresses", there)
		for _, want := range []string{"ipvlan  mode l2 " + mode.String(), "vrrp.51@eth0: <BROADCAST,MULTICAST,UP,LOWER_UP>", "group 7", "addrgenmode none"} {
			if !strings.Contains(machine(t, h), want) {
				t.Errorf("no %q in\n%s", want, h.Run("ip", "-d", "link"))
			}
		}
		h.IP("link del vrrp.51")
		netlab.Eventually(t, 5*time.Second, "the interface to be back with its addresses", there)
		for _, addr := range []string{"192.0.2.51", "192.0.2.1", "2001:db8::51", "2001:db8::1"} {
			if !answers(client, addr) {
				t.Errorf("%v: %s does not answer", mode, addr)
			}
		}
		stop()
		if after := machine(t, h); after != before {
			t.Errorf("%v: left:\n%s", mode, differences(before, after))
		}
	}

	k, err := vip.NewKernel(h.NS())
	if err != nil {
		t.Fatal(err)
	}
	crashed := vip.VMAC{Name: "vrrp.51", Parent: "eth0", IPVLAN: vip.IPVLANBridge}
	if errs := k.Apply([]vip.Change{{Op: vip.Add, Object: crashed}}); errs != nil {
		t.Fatal(errs)
	}
	other := vip.VMAC{Name: "vrrp.52", Parent: "eth0", MAC: vip.RouterMAC(52, false)}
	if errs := k.Apply([]vip.Change{{Op: vip.Add, Object: other}}); len(errs) != 1 || !strings.Contains(errs[0].Error(), "both macvlans and ipvlans") {
		t.Errorf("a macvlan beside an ipvlan: %v", errs)
	}
	if err := k.Close(); err != nil {
		t.Error(err)
	}
	m, stop := manage(t, h)
	if err := m.CleanUp(t.Context(), crashed); err != nil {
		t.Error(err)
	}
	if after := machine(t, h); after != before {
		t.Errorf("left by CleanUp:\n%s", differences(before, after))
	}
	stop()
}
