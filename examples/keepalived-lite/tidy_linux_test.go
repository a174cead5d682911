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

// machine is the state of a host's kernel, as far as a daemon changes it.
func machine(h *netlab.Host) []string {
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

// same fails the test where the state of a host differs from what it was before.
func same(t *testing.T, h *netlab.Host, when string, before []string) {
	t.Helper()
	after := machine(h)
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

// When the daemon has gone, by SIGTERM, or after being killed and followed by
// another one, the machine is byte for byte what it was.
func TestTidy(t *testing.T) {
	lab := netlab.New(t, netlab.NFT, "sysctl")
	h := lab.Host("a", "192.0.2.1/24", "2001:db8::1/64")
	h.Run("nft", "add table ip mine")
	before := machine(h)
	run := func() *node {
		n := startLite(t, h, tidyConf)
		netlab.Eventually(t, 5*time.Second, "two masters", func() bool { return strings.Count(n.Log(), "Entering MASTER STATE") == 2 })
		if !h.HasAddress("2001:db8::100") || !h.HasAddress("192.0.2.102") {
			t.Error("an address is missing")
		}
		return n
	}
	n := run()
	if slices.Equal(machine(h), before) {
		t.Fatal("nothing has changed")
	}
	if status := n.Stop(); status != 0 {
		t.Errorf("status %d", status)
	}
	same(t, h, "after SIGTERM", before)

	n = run()
	n.Signal(syscall.SIGKILL)
	n.Wait(2 * time.Second)
	if slices.Equal(machine(h), before) {
		t.Fatal("the killed daemon left nothing")
	}
	n = run()
	n.Stop()
	same(t, h, "after SIGKILL, a successor, and SIGTERM", before)
}

// tidyOtherConf shares nothing with tidyConf but the interface: the virtual one has
// another name, all packets are accepted, addresses, routes and rules are others.
const tidyOtherConf = `
global_defs {
    vrrp_version 3
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 150
    advert_int 0.1
    use_vmac other
    virtual_ipaddress {
        192.0.2.110/24
    }
}
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 53
    priority 150
    advert_int 0.1
    virtual_ipaddress {
        192.0.2.101/32
    }
    virtual_routes {
        203.0.113.0/24 via 192.0.2.9 dev eth0
    }
}
`

// tidyPlainConf needs no virtual interface, filter, route or rule at all.
const tidyPlainConf = `
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    version 3
    priority 150
    advert_int 0.1
    virtual_ipaddress {
        192.0.2.120/24
    }
}
`

// What a killed daemon left is found by one whose configuration has it no more:
// it goes at the start, and at the end the machine is what it was before both.
func TestTidyAfterChange(t *testing.T) {
	for _, tt := range []struct {
		name, conf string
		masters    int
		gone       []string // beside what goes in any case
	}{
		{"other", tidyOtherConf, 2, nil},
		{"plain", tidyPlainConf, 1, []string{"vrrpkit {", "arp_ignore = 1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			lab := netlab.New(t, netlab.NFT, "sysctl")
			h := lab.Host("a", "192.0.2.1/24", "2001:db8::1/64")
			h.Run("nft", "add table ip mine")
			before := machine(h)
			masters := func(n *node, count int) {
				netlab.Eventually(t, 5*time.Second, "masters", func() bool { return strings.Count(n.Log(), "Entering MASTER STATE") == count })
			}
			n := startLite(t, h, tidyConf)
			masters(n, 2)
			n.Signal(syscall.SIGKILL)
			n.Wait(2 * time.Second)
			left := strings.Join(machine(h), "")
			for _, trace := range []string{"vrrp.51@", "192.0.2.100/24", "2001:db8::100/64", "198.51.100.0/24", "192.0.2.100", "vrrpkit {", "net.ipv4.conf.eth0.arp_ignore = 1"} {
				if !strings.Contains(left, trace) {
					t.Errorf("the killed daemon left nothing of %q", trace)
				}
			}
			next := n.again(t, tt.conf)
			masters(next, tt.masters)
			now := strings.Join(machine(h), "")
			gone := []string{"vrrp.51@", "192.0.2.100", "2001:db8::100", "192.0.2.102", "198.51.100.0/24", "from 192.0.2.101"}
			for _, trace := range append(gone, tt.gone...) {
				if strings.Contains(now, trace) {
					t.Errorf("%q is still there while the successor runs", trace)
				}
			}
			if status := next.Stop(); status != 0 {
				t.Errorf("status %d", status)
			}
			same(t, h, "after SIGKILL, a successor with another configuration, and SIGTERM", before)
		})
	}
}
