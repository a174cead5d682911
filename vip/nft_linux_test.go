package vip_test

import (
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vip"
)

// filtered returns the whole packet filter of the host.
func filtered(t *testing.T, h *netlab.Host) string {
	t.Helper()
	return h.Run("nft", "list", "ruleset")
}

// answers reports whether an address answers to a ping from h.
func answers(h *netlab.Host, addr string) bool {
	cmd := exec.Command("ip", "netns", "exec", h.Netns(), "ping", "-c", "1", "-W", "1", addr)
	return cmd.Run() == nil
}

// A router that does not accept is found, and silent; and nothing is left of
// that.
func TestKernelFilter(t *testing.T) {
	lab := netlab.New(t, netlab.NFT, "ping")
	h, client := lab.Host("h", "192.0.2.1/24", "2001:db8::1/64"), lab.Host("client", "192.0.2.2/24", "2001:db8::2/64")
	h.Run("nft", "add table inet mine")
	h.Run("nft", "add chain inet mine input { type filter hook input priority 0; }")
	before := filtered(t, h)

	m, stop := manage(t, h)
	s := set(t, m, vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/24", "192.0.2.101/24", "2001:db8::100/64", "fe80::100/64")})
	f := vip.Filter{Counters: true, Silent: []string{"vrrp.51"}, Addresses: []netip.Addr{
		netip.MustParseAddr("192.0.2.100"), netip.MustParseAddr("2001:db8::100"), netip.MustParseAddr("fe80::100%eth0"),
	}}
	if err := m.Filter(f); err != nil {
		t.Fatal(err)
	}
	if err := s.Acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		addr string
		want bool
	}{
		{"192.0.2.1", true}, {"192.0.2.100", false}, {"192.0.2.101", true},
		{"2001:db8::1", true}, {"2001:db8::100", false}, {"fe80::100%eth0", false},
	} {
		if got := answers(client, tt.addr); got != tt.want {
			t.Errorf("%s answers: %v, want %v", tt.addr, got, tt.want)
		}
	}
	neighbours := client.Run("ip", "neigh", "show", "dev", "eth0")
	for _, addr := range []string{"192.0.2.100", "2001:db8::100", "fe80::100"} {
		if !strings.Contains(neighbours, addr+" lladdr 02:00") {
			t.Errorf("the neighbour cannot find %s:\n%s", addr, neighbours)
		}
	}
	ruleset := filtered(t, h)
	for _, want := range []string{"table inet vrrpkit", "192.0.2.100", `oifname "vrrp.51"`, "counter packets"} {
		if !strings.Contains(ruleset, want) {
			t.Errorf("no %q in\n%s", want, ruleset)
		}
	}
	f.Addresses, f.Counters = f.Addresses[:1], false // less than before
	if err := m.Filter(f); err != nil {
		t.Fatal(err)
	}
	if !answers(client, "2001:db8::100") || answers(client, "192.0.2.100") {
		t.Errorf("the new filter is not in force:\n%s", filtered(t, h))
	}
	stop()
	if after := filtered(t, h); after != before {
		t.Errorf("left:\n%swas:\n%s", after, before)
	}
}

// What a killed process filtered is found by its successor, and what others do
// in a table of that name is not touched.
func TestKernelFilterLeftover(t *testing.T) {
	lab := netlab.New(t, netlab.NFT)
	h := lab.Host("h", "192.0.2.1/24")
	before := filtered(t, h)
	k, err := vip.NewKernel(h.NS())
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Filter(vip.Filter{Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.100")}}); err != nil {
		t.Fatal(err)
	}
	if err := k.Close(); err != nil { // as the kernel does for a killed process
		t.Fatal(err)
	}
	if filtered(t, h) == before {
		t.Fatal("nothing is left")
	}
	m, _ := manage(t, h)
	if err := m.Filter(vip.Filter{}); err != nil {
		t.Error(err)
	}
	if after := filtered(t, h); after != before {
		t.Errorf("left:\n%swas:\n%s", after, before)
	}

	h.Run("nft", "add table inet vrrpkit")
	h.Run("nft", "add chain inet vrrpkit mine")
	before = filtered(t, h)
	if err := m.Filter(vip.Filter{Silent: []string{"eth9"}}); err == nil || !strings.Contains(err.Error(), "choose another name") {
		t.Errorf("a table of others: %v", err)
	}
	if err := m.Filter(vip.Filter{}); err != nil {
		t.Error(err)
	}
	if after := filtered(t, h); after != before {
		t.Errorf("left:\n%swas:\n%s", after, before)
	}
}

// A filter that makes no sense is refused; the others end with Run.
func TestFilterIsChecked(t *testing.T) {
	inWorld(t, func(w world) {
		for _, f := range []vip.Filter{
			{Addresses: []netip.Addr{{}}}, {Addresses: []netip.Addr{netip.MustParseAddr("fe80::1")}},
			{Silent: []string{""}}, {Silent: []string{"sixteen-letters-"}},
		} {
			if err := w.m.Filter(f); err == nil {
				w.Errorf("%+v: no error", f)
			}
		}
		f := vip.Filter{Table: "t", Silent: []string{"vrrp.51"}}
		if err := w.m.Filter(f); err != nil || len(w.Filtered("t").Silent) != 1 {
			w.Errorf("%v: %+v", err, w.Filtered("t"))
		}
		w.Cleanup(func() {
			if got := w.Filtered("t"); got.Table != "t" || len(got.Silent) != 0 {
				w.Errorf("after Run: %+v", got)
			}
		})
		time.Sleep(time.Second)
	})
}
