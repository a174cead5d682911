package main_test

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vip"
)

// In strict mode, beside keepalived in it: the higher priority is master at once,
// whatever preempt_delay says; adverts come from the virtual MAC address in spite
// of vmac_xmit_base; the address is found, by ARP, and takes no packets, unless it
// is the node's own; the role moves, and the packet filter is as it was in the
// end.
func TestStrict(t *testing.T) {
	var report report
	t.Cleanup(func() { report.log(t) })
	for _, tt := range []struct {
		name, a, b string
		owner      bool
		instance   string
	}{
		{"v2", lite, keepalived, false, "preempt_delay 2"},
		{"v2 owner", lite, keepalived, true, ""},
		{"v3", lite, keepalived, false, "use_vmac\n    vmac_xmit_base"},
		{"v3", keepalived, lite, false, "use_vmac\n    vmac_xmit_base"},
	} {
		t.Run(tt.name+" "+tt.a+"+"+tt.b, func(t *testing.T) {
			t.Parallel()
			f := flavour{name: "strict", version: 2, interval: time.Second, garpDelay: time.Second, vips: []string{"192.0.2.100/24"}}
			if tt.name == "v3" {
				f = v3()
			}
			f.instance = "strict_mode\n    " + tt.instance
			s := newScene(t, &report, f, tt.a, tt.b)
			netlab.Require(t, netlab.NFT, "arping", "ping")
			if tt.owner {
				s.a.priority = 255
			}
			found := func(n *side) func() bool {
				mac := n.Run("sh", "-c", "ip -o link show eth0 | grep -o 'ether [0-9a-f:]*' | cut -c 7-")
				if tt.name == "v3" {
					mac = vip.RouterMAC(51, false).String()
				}
				return func() bool {
					return n.holds() && strings.Contains(strings.ToLower(s.client.Run("sh", "-c", "arping -c 1 -w 1 -I eth0 "+s.vip()+" || true")), strings.TrimSpace(mac))
				}
			}
			s.start(s.b)
			netlab.Eventually(t, 15*time.Second, "b to be master", found(s.b))
			s.start(s.a)
			netlab.Eventually(t, 15*time.Second, "a to preempt", found(s.a))
			if s.b.holds() {
				t.Error("both have the address")
			}
			ping := exec.Command("ip", "netns", "exec", s.client.Netns(), "ping", "-c", "3", "-i", "0.2", "-W", "1", s.vip())
			if err := ping.Run(); (err == nil) != tt.owner {
				t.Errorf("ping %s: %v, its own: %v", s.vip(), err, tt.owner)
			}
			s.stop(s.a)
			netlab.Eventually(t, 10*time.Second, "b to take over", found(s.b))
			s.stop(s.b)
			s.wireIsClean()
			if tt.name == "v3" {
				s.macsAreVirtual()
			}
			for _, n := range []*side{s.a, s.b} {
				if rules := n.Run("nft", "list", "ruleset"); n.impl == lite && rules != "" {
					t.Errorf("%s: left\n%s", n.Name, rules)
				}
			}
		})
	}
}
