package vip_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/vrrpkit/vrrpkit/internal/umllab"
	"github.com/vrrpkit/vrrpkit/vip"
)

// What only the guest's kernel has: routes into a VRF, by its table, and tunnels
// by MPLS and ILA; a rule for all VRFs.
func TestKernelVRF(t *testing.T) {
	if umllab.Run(t, "vrf", "dummy", "mpls_router", "mpls_iptunnel", "ila") {
		return
	}
	ip := func(args string) string {
		t.Helper()
		out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput()
		if err != nil {
			t.Fatalf("ip %s: %v: %s", args, err, out)
		}
		return string(out)
	}
	for _, args := range []string{
		"link add d0 type dummy", "link add d1 type dummy", "link add red type vrf table 10", "link set d1 master red",
		"link set red up", "link set d0 up", "link set d1 up", "addr add 192.0.2.1/24 dev d0", "addr add 198.51.100.1/24 dev d1",
		"-6 addr add 2001:db8::1/64 dev d0 nodad",
	} {
		ip(args)
	}
	show := func() string {
		return ip("-4 route show table all") + ip("-6 route show table all") + ip("rule")
	}
	before := show()

	m, err := vip.NewManager(vip.Config{})
	if err != nil {
		t.Fatal(err)
	}
	red := route("203.0.113.0/24", "198.51.100.254", "d1")
	red.VRF = "red"
	mpls := route("203.0.114.0/24", "192.0.2.254", "d0")
	mpls.Table, mpls.TTLPropagate = 11, vip.SwitchOff
	mpls.Encap = vip.Encap{Type: vip.EncapMPLS, Labels: "100/200"}
	ila := route("2001:db8:1:0:2000::1/128", "2001:db8::fe", "d0")
	ila.Table = 11 // the type of the identifier, its upper bits, must be one that may be translated
	ila.Encap = vip.Encap{Type: vip.EncapILA, Locator: 0x20010db800020000}
	wrong := route("203.0.115.0/24", "", "d1")
	wrong.VRF = "d1"
	s := set(t, m, vip.SetConfig{
		Addresses: addresses("d1", "198.51.100.100/24"),
		Routes:    []vip.Route{red, mpls, ila, wrong},
		Rules:     []vip.Rule{{Priority: 999, Action: vip.RuleL3MDev}},
	})
	err = s.Acquire(t.Context())
	if err == nil || !strings.Contains(err.Error(), "interface is no VRF: d1") || strings.Count(err.Error(), "\n") > 0 {
		t.Errorf("error: %v", err)
	}
	got := show()
	for _, want := range []string{
		"203.0.113.0/24 via 198.51.100.254 dev d1 table 10 proto keepalived",
		"203.0.114.0/24  encap mpls  100/200 via 192.0.2.254 dev d0 table 11 proto keepalived",
		"encap ila  2001:db8:2:0",
		"999:	from all lookup [l3mdev-table] proto keepalived",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q in\n%s", want, got)
		}
	}
	if err := s.Release(t.Context()); err != nil {
		t.Error(err)
	}
	if after := show(); after != before {
		t.Errorf("left:\n%s\nwas:\n%s", after, before)
	}
}
