package compose

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vip"
)

// labAddresses, labRoutes and labRules have each option of the tables of
// addresses, routes and rules, as far as the kernel of a lab has it: VRF,
// MPLS routing and ILA it has not.
var (
	labAddresses = []string{
		"10.1.0.1",
		"10.1.1.1/24",
		"10.1.2.1/24 dev eth1",
		"10.1.3.1/24 label eth0:web",
		"10.1.4.1/24 scope link",
		"10.1.5.1/24 scope 100",
		"10.1.6.1/24 brd 10.1.6.255",
		"10.1.7.1/24 brd +",
		"10.1.8.1/24 broadcast -",
		"10.1.9.1 peer 10.1.9.2",
		"10.1.10.1/24 home",
		"10.1.11.1/24 mngtmpaddr",
		"10.1.12.1/24 noprefixroute",
		"10.1.14.1/24 no_track",
		"10.1.15.1/24 preferred_lft 1000",
	}
	labAddresses6 = []string{
		"2001:db8:1::1",
		"2001:db8:2::1/64",
		"2001:db8:3::1/64 dev eth1",
		"2001:db8:4::1/64 home",
		"2001:db8:5::1/64 -nodad",
		"2001:db8:6::1/64 mngtmpaddr",
		"2001:db8:7::1/64 noprefixroute",
		"2001:db8:8::1/64 preferred_lft 0",
		"2001:db8:9::1 preferred_lft forever",
		"2001:db8:a::1 peer 2001:db8:a::2",
		"239.1.2.3/32 autojoin",
		"2001:db8:b::1/64 preferred_lft 1000",
	}
	labRoutes = []string{
		"10.2.0.0/24 via 192.0.2.254",
		"10.2.1.0/24 dev eth1",
		"to 10.2.2.0/24 gw 192.0.2.254 oif eth0",
		"src 192.0.2.1 to 10.2.3.0/24 via 192.0.2.254",
		"10.2.4.0/24 via 192.0.2.254 table 1000",
		"10.2.5.0/24 via 192.0.2.254 metric 7",
		"10.2.6.0/24 via 192.0.2.254 tos 0x10",
		"10.2.7.0/24 dev eth1 scope link",
		"10.2.8.0/24 via 10.99.0.1 dev eth0 onlink",
		"blackhole 10.2.9.0/24",
		"unreachable 10.2.10.0/24",
		"prohibit 10.2.11.0/24",
		"throw 10.2.12.0/24 table 1000",
		"local 10.2.13.0/24 dev lo table local scope host",
		"broadcast 10.2.14.0/24 dev eth1 scope link",
		"10.2.15.0/24 via 192.0.2.254 mtu 1400",
		"10.2.16.0/24 via 192.0.2.254 mtu lock 1400",
		"10.2.17.0/24 via 192.0.2.254 hoplimit 9",
		"10.2.18.0/24 via 192.0.2.254 advmss 1300",
		"10.2.19.0/24 via 192.0.2.254 rtt 100ms",
		"10.2.20.0/24 via 192.0.2.254 rtt 100",
		"10.2.21.0/24 via 192.0.2.254 rttvar 1s",
		"10.2.22.0/24 via 192.0.2.254 reordering lock 4",
		"10.2.23.0/24 via 192.0.2.254 window 5000",
		"10.2.24.0/24 via 192.0.2.254 cwnd lock 6",
		"10.2.25.0/24 via 192.0.2.254 ssthresh 7",
		"10.2.26.0/24 via 192.0.2.254 realms 1/2",
		"10.2.27.0/24 via 192.0.2.254 rto_min 300ms",
		"10.2.28.0/24 via 192.0.2.254 initcwnd 8",
		"10.2.29.0/24 via 192.0.2.254 initrwnd 9",
		"10.2.30.0/24 via 192.0.2.254 features ecn",
		"10.2.31.0/24 via 192.0.2.254 quickack 1",
		"10.2.32.0/24 via 192.0.2.254 congctl cubic",
		"10.2.33.0/24 via 192.0.2.254 congctl lock cubic",
		"10.2.34.0/24 via 192.0.2.254 fastopen_no_cookie 1",
		"10.2.35.0/24 via 192.0.2.254 add",
		"10.2.36.0/24 via 192.0.2.254 append",
		"10.2.37.0/24 via 192.0.2.254 prepend",
		"10.2.38.0/24 nexthop via 192.0.2.253 dev eth0 weight 3 nexthop via 192.0.2.252 onlink dev eth0",
		"10.2.39.0/24 via 192.0.2.254 protocol static no_track",
		"10.2.40.0/24 encap ip id 7 dst 192.0.2.9 src 192.0.2.1 tos 4 ttl 64 dev eth1",
		"10.2.41.0/24 via 192.0.2.254 or 192.0.2.253",
		"10.2.42.0/24 via 192.0.2.254 table local",
		"default via 192.0.2.254 table 1001",
		"10.2.43.0/24 via 192.0.2.254 ttl-propagate enabled",
		"multicast 10.2.44.0/24 dev eth1",
		"anycast 10.2.45.0/24 dev eth1 scope link",
		"10.2.46.7 via 192.0.2.254",
		"10.2.47.0/24 via 192.0.2.254 dsfield 8 preference 9",
		"2001:db8:20::/48 via 2001:db8::fe",
		"2001:db8:21::/48 dev eth1 metric 7",
		"2001:db8:22::/48 from 2001:db8:99::/48 via 2001:db8::fe",
		"2001:db8:23::/48 via 2001:db8::fe expires 1000",
		"2001:db8:24::/48 via 2001:db8::fe pref high",
		"2001:db8:25::/48 via 2001:db8::fe mtu 1400 hoplimit 9",
		"blackhole 2001:db8:26::/48",
		"unreachable 2001:db8:27::/48 table 1000",
		"2001:db8:28::/48 nexthop via 2001:db8::fe weight 2 nexthop via 2001:db8::fd",
		"2001:db8:29::/48 via 2001:db8::fe src 2001:db8::1",
		"2001:db8:2a::/48 encap ip6 id 7 dst 2001:db8::9 hoplimit 64 tc 4 dev eth1",
		"default via 2001:db8::fe table 1001 inet6",
	}
	labRules = []string{
		"from 10.3.0.1 table 1000 priority 100",
		"to 10.3.1.0/24 lookup main order 101",
		"from all to any table 1000 preference 102",
		"not from 10.3.0.1 table 1000 priority 103",
		"tos 0x10 table 1000 priority 104",
		"fwmark 7 table 1000 priority 105",
		"fwmark 0x10/0xf0 table 1000 priority 106",
		"from 10.3.0.1 realms 1/2 table 1000 priority 107",
		"table main suppress_prefixlength 0 priority 108",
		"table main suppress_ifgroup 1 priority 109",
		"iif eth0 table 1000 priority 110",
		"oif eth1 table 1000 priority 111",
		"tunnel-id 77 table 1000 priority 112",
		"uidrange 100-200 table 1000 priority 113",
		"l3mdev priority 114",
		"from 10.3.0.1 table 1000 protocol 4 no_track priority 115",
		"ipproto tcp table 1000 priority 116",
		"ipproto udp sport 100-200 table 1000 priority 117",
		"ipproto tcp dport 80-90 table 1000 priority 118",
		"from 10.3.0.1 goto 200 priority 119",
		"from 10.3.0.2 nop priority 120",
		"from 10.3.0.3 blackhole priority 121",
		"from 10.3.0.4 prohibit priority 122",
		"from 10.3.0.5 unreachable priority 123",
		"from 10.3.0.6 table default priority 200",
		"from 2001:db8:30::/48 table 1000 priority 130",
		"fwmark 7 table 1000 priority 131 inet6",
		"iif eth0 prohibit priority 132 inet6",
	}
)

// unlike has the keys of which we leave a state other than keepalived 2.2.7, and
// why.
var unlike = map[string]string{
	"route 10.2.19.0/24 dev eth0 table main metric <nil> tos <nil>": "keepalived raises rtt to 200 ms, the kernel has no such limit",
	"route 10.2.20.0/24 dev eth0 table main metric <nil> tos <nil>": "keepalived raises rtt to 200 ms, the kernel has no such limit",
}

// The kernel's state after ours equals what it is after keepalived with the same
// configuration.
func TestKernelStateLikeKeepalived(t *testing.T) {
	lab := netlab.New(t, netlab.Keepalived)
	static := func(block string, lines ...string) string {
		return block + " {\n" + strings.Join(lines, "\n") + "\n}\n"
	}
	conf := "global_defs {\ndefault_interface eth0\nvrrp_garp_master_delay 0\nvrrp_garp_master_repeat 1\n}\n" +
		static("static_ipaddress", "10.4.0.1/24", "2001:db8:40::1/64 dev eth1") +
		static("static_routes", "10.4.1.0/24 via 192.0.2.254 dev eth0", "2001:db8:41::/48 via 2001:db8::fe dev eth0") +
		static("static_rules", "from 10.4.0.1 table 1000 priority 90", "from 2001:db8:40::/48 table 1000 priority 91") +
		"vrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 51\npriority 255\n" +
		static("virtual_ipaddress", labAddresses...) +
		static("virtual_ipaddress_excluded", labAddresses6...) +
		static("virtual_routes", labRoutes...) +
		static("virtual_rules", labRules...) + "}\n"

	host := func(name string) (*netlab.Host, state) {
		h := lab.Host(name, "192.0.2.1/24", "2001:db8::1/64")
		h.AddLink("eth1", name)
		return h, stateOf(t, h)
	}
	ka, before := host("ka")
	daemon := ka.Keepalived(conf)
	netlab.Eventually(t, 10*time.Second, "keepalived to announce its last address", func() bool {
		return strings.Contains(daemon.Log(), "for 2001:db8:b::1\n")
	})
	want := stateOf(t, ka)

	ours, oursBefore := host("ours")
	if diff := difference(before, oursBefore); diff != "" {
		t.Fatalf("the hosts differ from the start:\n%s", diff)
	}
	cfg, ds := confparse.Parse("k.conf", []byte(conf), confparse.Options{})
	for _, d := range ds {
		if d.Severity == confparse.Error {
			t.Error(d)
		}
	}
	m, err := vip.NewManager(vip.Config{Namespace: ours.NS()})
	if err != nil {
		t.Fatal(err)
	}
	var sets []*vip.Set
	for _, c := range []vip.SetConfig{staticConfig(cfg), setConfig(cfg.Instances[0])} {
		s, err := m.Add(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Acquire(t.Context()); err != nil {
			t.Error(err)
		}
		sets = append(sets, s)
	}
	got := stateOf(t, ours)
	keys := slices.Sorted(maps.Keys(want))
	for k := range got {
		if _, both := want[k]; !both {
			keys = append(keys, k)
		}
	}
	same := 0
	for _, k := range keys {
		why, listed := unlike[k]
		switch {
		case (want[k] == got[k]) == !listed:
			same++
		case listed:
			t.Errorf("%s is the same, and said to differ: %s", k, why)
		default:
			t.Errorf("%s\nkeepalived: %s\nours:       %s", k, want[k], got[k])
		}
	}
	t.Logf("%d states compared, %d the same, %d differ for a reason", len(keys), same-len(unlike), len(unlike))
	for _, s := range slices.Backward(sets) {
		if err := s.Release(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if diff := difference(before, stateOf(t, ours)); diff != "" {
		t.Errorf("was / left:\n%s", diff)
	}
}

// state is what `ip -d -j` shows, by what tells entries apart.
type state map[string]string

func stateOf(t *testing.T, h *netlab.Host) state {
	t.Helper()
	netlab.Eventually(t, 10*time.Second, h.Name+"'s addresses to be found unique", func() bool {
		return h.Run("ip", "-6", "address", "show", "tentative") == ""
	})
	s := state{}
	show := func(args string) (list []map[string]any) {
		t.Helper()
		out := h.Run("ip", append([]string{"-d", "-j"}, strings.Fields(args)...)...)
		if err := json.Unmarshal([]byte(out), &list); err != nil {
			t.Fatalf("ip %s: %v: %s", args, err, out)
		}
		return list
	}
	put := func(key string, entry map[string]any) {
		text, err := json.Marshal(entry)
		if err != nil {
			t.Fatal(err)
		}
		s[key] += string(text)
	}
	for _, link := range show("addr") {
		for _, a := range link["addr_info"].([]any) {
			entry := a.(map[string]any)
			key := fmt.Sprintf("address %v/%v dev %v", entry["local"], entry["prefixlen"], link["ifname"])
			if p, ok := entry["preferred_life_time"].(float64); ok && p > 990 && p < 1000 {
				entry["preferred_life_time"] = 1000
			}
			if !strings.Contains(key, "fe80::") {
				put(key, entry)
			}
		}
	}
	for _, family := range []string{"-4", "-6"} {
		for _, r := range show(family + " route show table all") {
			if e, ok := r["expires"].(float64); ok && e > 990 {
				r["expires"] = 1000
			}
			key := fmt.Sprintf("route %v dev %v table %v metric %v tos %v", r["dst"], r["dev"], r["table"], r["metric"], r["tos"])
			if dst := fmt.Sprint(r["dst"]); !strings.HasPrefix(dst, "fe80:") && !strings.HasPrefix(dst, "ff00:") {
				put(key, r)
			}
		}
		for _, r := range show(family + " rule") {
			put(fmt.Sprintf("rule %s %v", family, r["priority"]), r)
		}
	}
	return s
}

// difference returns what differs, or "".
func difference(a, b state) string {
	var list []string
	for k := range a {
		if a[k] != b[k] {
			list = append(list, fmt.Sprintf("%s: %s / %s", k, a[k], b[k]))
		}
	}
	for k := range b {
		if a[k] == "" {
			list = append(list, fmt.Sprintf("%s: / %s", k, b[k]))
		}
	}
	return strings.Join(list, "\n")
}
