package vip_test

import (
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vip"
)

// routing returns what ip(8) says of a host's routes and rules.
func routing(t testing.TB, h *netlab.Host) string {
	t.Helper()
	var all strings.Builder
	for _, args := range []string{"-4 route show table all", "-6 route show table all", "-4 rule", "-6 rule"} {
		out, err := exec.Command("ip", append([]string{"-d", "-n", h.Netns()}, strings.Fields(args)...)...).Output()
		if err != nil {
			t.Fatalf("ip %s: %v: %s", args, err, out)
		}
		for line := range strings.Lines(string(out)) {
			if !strings.Contains(line, "fe80::") && !strings.Contains(line, "ff00::") {
				all.WriteString(strings.Join(strings.Fields(line), " ") + "\n")
			}
		}
	}
	return all.String()
}

func route(destination, via, dev string) vip.Route {
	r := vip.Route{Destination: netip.MustParsePrefix(destination), Hop: vip.Hop{Interface: dev}}
	if via != "" {
		r.Via = netip.MustParseAddr(via)
	}
	return r
}

func TestKernelRouting(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h", "192.0.2.1/24", "2001:db8::1/64")
	h.IP("addr add 198.18.0.9/32 dev lo", "route add 198.51.100.0/24 via 192.0.2.2 proto static", "rule add priority 99 from 198.18.0.9 lookup 7")
	before := routing(t, h)
	m, stop := manage(t, h)

	source := route("203.0.113.0/24", "192.0.2.254", "eth0")
	source.Source = netip.MustParseAddr("192.0.2.100")
	six := route("2001:db8:1::/48", "2001:db8::fe", "eth0")
	six.Metric = 7
	own := route("0.0.0.0/0", "192.0.2.254", "")
	own.Table = 1000
	s := set(t, m, vip.SetConfig{
		Interface: "eth0",
		Addresses: addresses("eth0", "192.0.2.100/32", "2001:db8::100/128"),
		Routes:    []vip.Route{source, six, own, {Destination: netip.MustParsePrefix("2001:db8:2::/48"), Type: vip.RouteBlackhole}},
		Rules: []vip.Rule{
			{Priority: 100, From: netip.MustParsePrefix("192.0.2.100/32"), Table: 1000},
			{Priority: 101, IPv6: true, Mark: 7, Table: 1000, SuppressPrefixLength: new(uint32(0))},
		},
	})
	var held string
	for range 2 {
		if err := s.Acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
		held = routing(t, h)
		for _, want := range []string{
			"unicast 203.0.113.0/24 via 192.0.2.254 dev eth0 table main proto keepalived scope global src 192.0.2.100",
			"unicast 2001:db8:1::/48 via 2001:db8::fe dev eth0 table main proto keepalived scope global metric 7 pref medium",
			"unicast default via 192.0.2.254 dev eth0 table 1000 proto keepalived scope global",
			"blackhole 2001:db8:2::/48 dev lo table main proto keepalived scope global metric 1024 pref medium",
			"100: from 192.0.2.100 lookup 1000 proto keepalived",
			"101: from all fwmark 0x7 lookup 1000 suppress_prefixlength 0 proto keepalived",
		} {
			if strings.Count(held, want+"\n") != 1 {
				t.Errorf("want %q once in\n%s", want, held)
			}
		}
	}

	ip6 := func(args string) {
		t.Helper()
		if out, err := exec.Command("ip", append([]string{"-6", "-n", h.Netns()}, strings.Fields(args)...)...).CombinedOutput(); err != nil {
			t.Fatalf("ip -6 %s: %v: %s", args, err, out)
		}
	}
	back := func(what string) {
		t.Helper()
		netlab.Eventually(t, 2*time.Second, what, func() bool { return routing(t, h) == held })
	}
	h.IP("route del 203.0.113.0/24", "rule del priority 100", "route del 2001:db8:1::/48")
	ip6("rule del priority 101")
	back("routes and rules to come back")
	h.IP("route replace 203.0.113.0/24 via 192.0.2.253 proto static")
	netlab.Eventually(t, time.Second, "the route that another replaced to come back", func() bool {
		return strings.Contains(routing(t, h), "203.0.113.0/24 via 192.0.2.254 dev eth0 table main proto keepalived")
	})
	h.IP("route del 203.0.113.0/24 via 192.0.2.253 proto static")
	back("the foreign route to be gone")

	// With the link IPv4 routes go, without a word from the kernel.
	h.IP("link set eth0 down")
	netlab.Eventually(t, time.Second, "the routes to vanish", func() bool { return !strings.Contains(routing(t, h), "203.0.113.0/24") })
	h.IP("link set eth0 up")
	netlab.Eventually(t, 3*time.Second, "the routes to come back with the link", func() bool {
		now := routing(t, h)
		return strings.Contains(now, "203.0.113.0/24 via 192.0.2.254 dev eth0 table main proto keepalived scope global src 192.0.2.100") &&
			strings.Contains(now, "default via 192.0.2.254 dev eth0 table 1000 proto keepalived")
	})
	h.IP("addr replace 2001:db8::1/64 dev eth0", "route replace 198.51.100.0/24 via 192.0.2.2 proto static")
	stop()
	if after := routing(t, h); after != before {
		t.Errorf("left:\n%s\nwas:\n%s", after, before)
	}
}

// The kernel does not say of what is for everybody that it is: that is no reason
// to think it missing.
func TestKernelRulesForEverybody(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h", "192.0.2.1/24", "2001:db8::1/64")
	m, _ := manage(t, h)
	prefix := netip.MustParsePrefix
	s := set(t, m, vip.SetConfig{
		Routes: []vip.Route{{Destination: prefix("2001:db8:2::/48"), From: prefix("::/0"), Type: vip.RouteBlackhole}},
		Rules: []vip.Rule{
			{Priority: 100, From: prefix("0.0.0.0/0"), Table: 1000},
			{Priority: 101, To: prefix("::/0"), Table: 1000},
			{Priority: 102, From: prefix("192.0.2.100/32"), Table: 1000},
		},
	})
	if err := s.Acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.IP("rule del priority 102")
	select {
	case err := <-s.Trouble():
		if !strings.Contains(err.Error(), "priority 102") {
			t.Errorf("first: %v", err)
		}
	case <-time.After(2 * time.Second):
		t.Fatal("not put back")
	}
	time.Sleep(100 * time.Millisecond)
	select {
	case err := <-s.Trouble():
		t.Errorf("then: %v", err)
	default:
	}
	if err := s.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := routing(t, h); strings.Contains(left, "keepalived") {
		t.Errorf("left:\n%s", left)
	}
}

// Where somebody else has an equal route, ours stands before it, behind it, or is
// not added.
func TestKernelRouteModes(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h", "192.0.2.1/24")
	for _, m := range []struct {
		mode vip.RouteMode
		want string // gateways in the kernel's order; theirs is .2
	}{
		{vip.RoutePrepend, "192.0.2.3 192.0.2.2"},
		{vip.RouteAppend, "192.0.2.2 192.0.2.3"},
		{vip.RouteAdd, "192.0.2.2"},
	} {
		h.IP("route add 198.51.100.0/24 via 192.0.2.2")
		m2, stop := manage(t, h)
		r := route("198.51.100.0/24", "192.0.2.3", "eth0")
		r.Mode = m.mode
		s, err := m2.Add(vip.SetConfig{Routes: []vip.Route{r}})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Acquire(t.Context())
		var gateways []string
		for line := range strings.Lines(routing(t, h)) {
			if fields := strings.Fields(line); len(fields) > 3 && strings.Contains(line, "198.51.100.0/24 via") {
				gateways = append(gateways, fields[slices.Index(fields, "via")+1])
			}
		}
		if got := strings.Join(gateways, " "); got != m.want {
			t.Errorf("mode %d: %s, want %s; Acquire: %v", m.mode, got, m.want, err)
		}
		stop()
		h.IP("route del 198.51.100.0/24 via 192.0.2.2")
	}
}
