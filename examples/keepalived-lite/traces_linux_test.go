package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

const tracesConf = `
static_ipaddress {
    10.4.0.1/24 dev eth1
    2001:db8:40::1/64 dev eth1
}
static_routes {
    10.4.1.0/24 via 192.0.2.254 dev eth0
    2001:db8:41::/48 via 2001:db8::fe dev eth0
}
static_rules {
    from 10.4.0.1 table 1000 priority 90
    from 2001:db8:40::/48 table 1000 priority 91
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 255
    garp_master_delay 0
    virtual_ipaddress {
        192.0.2.100/24
        192.0.2.101/32 dev eth1
    }
    virtual_ipaddress_excluded {
        2001:db8::100
        2001:db8::101/64
    }
    virtual_routes {
        default via 192.0.2.254 dev eth0 src 192.0.2.100 table 1000
        198.51.100.0/24 nexthop via 192.0.2.254 dev eth0 weight 2 nexthop via 192.0.2.253 dev eth0
        2001:db8:1::/48 via 2001:db8::fe dev eth0 mtu 1400
        blackhole 2001:db8:2::/48
    }
    virtual_rules {
        from 192.0.2.100 table 1000 priority 100
        inet6 fwmark 7 table 1000 priority 101
    }
}
`

// otherConf shares nothing with tracesConf.
const otherConf = `
vrrp_instance VI_2 {
    interface eth1
    virtual_router_id 52
    priority 255
    virtual_ipaddress {
        203.0.113.7/24
    }
}
`

// traces returns what ip says of a host's addresses, routes and rules.
func traces(h *netlab.Host) string {
	var all strings.Builder
	for _, args := range []string{"addr", "-4 route show table all", "-6 route show table all", "-4 rule", "-6 rule"} {
		all.WriteString(h.Run("ip", append([]string{"-d"}, strings.Fields(args)...)...))
	}
	return all.String()
}

// After TERM, and after the start that follows a kill, addresses, routes and
// rules are byte for byte what they were, even if the configuration has changed
// in between.
func TestLeavesNoTrace(t *testing.T) {
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	lab := netlab.New(t)
	h := lab.Host("h", "192.0.2.1/24", "2001:db8::1/64")
	h.AddLink("eth1", "other", "203.0.113.1/24")
	// What is somebody else's is like what is ours.
	h.IP("addr add 192.0.2.50/24 dev eth0", "route add 198.51.100.0/25 via 192.0.2.254 proto static",
		"rule add from 192.0.2.100 table 1000 priority 99 protocol static", "route add default via 192.0.2.9 table 1000 metric 5")
	before := traces(h)

	dir := t.TempDir()
	start := func(conf string) *netlab.Proc {
		t.Helper()
		file := filepath.Join(dir, "keepalived.conf")
		if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
			t.Fatal(err)
		}
		return h.Start(path, "-f", file, "-p", filepath.Join(dir, "lite.pid"))
	}
	// rules come last
	holds := func() bool { return strings.Contains(h.Run("ip", "-6", "rule"), "101:") }
	same := func(when string) {
		t.Helper()
		if after := traces(h); after != before {
			t.Errorf("%s:\n%s\nwas:\n%s", when, after, before)
		}
	}

	p := start(tracesConf)
	netlab.Eventually(t, 10*time.Second, "the master's rules", holds)
	if code := p.Stop(); code != 0 {
		t.Errorf("exit status %d", code)
	}
	same("after TERM")

	p = start(tracesConf)
	netlab.Eventually(t, 10*time.Second, "the master's rules", holds)
	p.Kill()
	if !holds() {
		t.Fatal("nothing is left of the killed process")
	}
	p = start(otherConf)
	netlab.Eventually(t, 10*time.Second, "the new master's address", func() bool { return h.HasAddress("203.0.113.7") })
	p.Stop()
	same("after a kill and a start")
	if left, _ := filepath.Glob(filepath.Join(dir, "*.state*")); len(left) > 0 {
		t.Errorf("files: %v", left)
	}
}
