package main_test

import (
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// tidyConf uses all that is done to the kernel for addresses.
const tidyConf = `
global_defs {
    vrrp_version 3
    vrrp_garp_master_delay 1
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 150
    advert_int 0.1
    use_vmac
    no_accept
    virtual_ipaddress {
        192.0.2.100/24
    }
    virtual_ipaddress_excluded {
        2001:db8::100/64
    }
}
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 52
    priority 150
    advert_int 0.1
    address_lifetime 3
    virtual_ipaddress {
        192.0.2.101/24
        192.0.2.102/24 label eth0:web
    }
    virtual_routes {
        198.51.100.0/24 via 192.0.2.9 dev eth0
    }
    virtual_rules {
        from 192.0.2.101 table 100
    }
}
`

// When the daemon has gone, by SIGTERM, or after being killed and followed by
// another one, the machine is byte for byte what it was.
func TestTidy(t *testing.T) {
	lab := netlab.New(t, netlab.NFT, "sysctl")
	h := lab.Host("a", "192.0.2.1/24", "2001:db8::1/64")
	h.Run("nft", "add table ip mine")
	machine := func() []string {
		text := h.Run("sh", "-c", "ip -d link; ip addr; ip route show table all; ip -6 route show table all; ip rule; ip -6 rule; nft list ruleset; "+
			"sysctl -a 2>/dev/null | grep -E '^net.ipv[46].conf' | sort")
		var lines []string
		for l := range strings.Lines(text) {
			if !strings.Contains(l, "_lft") { // counts down
				lines = append(lines, l)
			}
		}
		return lines
	}
	same := func(when string, before []string) {
		t.Helper()
		after := machine()
		if slices.Equal(before, after) {
			return
		}
		for _, l := range before {
			if !slices.Contains(after, l) {
				t.Errorf("%s: missing: %s", when, l)
			}
		}
		for _, l := range after {
			if !slices.Contains(before, l) {
				t.Errorf("%s: left: %s", when, l)
			}
		}
	}
	before := machine()
	run := func() *node {
		n := startLite(t, h, tidyConf)
		netlab.Eventually(t, 5*time.Second, "two masters", func() bool { return strings.Count(n.Log(), "Entering MASTER STATE") == 2 })
		if !h.HasAddress("2001:db8::100") || !h.HasAddress("192.0.2.102") {
			t.Error("an address is missing")
		}
		return n
	}
	n := run()
	if slices.Equal(machine(), before) {
		t.Fatal("nothing has changed")
	}
	if status := n.Stop(); status != 0 {
		t.Errorf("status %d", status)
	}
	same("after SIGTERM", before)

	n = run()
	n.Signal(syscall.SIGKILL)
	n.Wait(2 * time.Second)
	if slices.Equal(machine(), before) {
		t.Fatal("the killed daemon left nothing")
	}
	n = run()
	n.Stop()
	same("after SIGKILL, a successor, and SIGTERM", before)
}
