package compose

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// Entries of the configuration, and what they mean in the words of ip(8).
func TestObjects(t *testing.T) {
	files := fstest.MapFS{
		"etc/iproute2/rt_tables":            {Data: []byte("254 main\n# 9 comment\n0x64 blue # ours\n")},
		"etc/iproute2/rt_tables.d/red.conf": {Data: []byte("200 red\n")},
		"usr/share/iproute2/rt_tables":      {Data: []byte("100 shadowed\n101 green\n7 blue\n")},
		"etc/iproute2/rt_dsfield":           {Data: []byte("0x10 AF11\n")},
		"etc/iproute2/rt_realms":            {Data: []byte("3 customers\n")},
		"etc/iproute2/group":                {Data: []byte("5 uplinks\n")},
	}
	for _, tc := range []struct{ block, line, want string }{
		{"static_ipaddress", "192.0.2.1", "192.0.2.1/32 dev eth9 preferred_lft forever"},
		{"static_ipaddress", "192.0.2.1 peer 192.0.2.9", "192.0.2.1 peer 192.0.2.9/32 dev eth9 preferred_lft forever"},
		{"static_ipaddress", "2001:db8::1 dev eth1", "2001:db8::1/128 dev eth1 preferred_lft 0"},
		{"static_ipaddress", "2001:db8::1/64 home -nodad mngtmpaddr noprefixroute autojoin preferred_lft 60",
			"2001:db8::1/64 dev eth9 home mngtmpaddr noprefixroute autojoin dad preferred_lft 60"},

		{"static_routes", "198.51.100.0/24 via 192.0.2.254", "198.51.100.0/24 via 192.0.2.254"},
		{"static_routes", "src 192.0.2.1 to 198.51.100.0/24 gw 192.0.2.254 oif eth0", "198.51.100.0/24 via 192.0.2.254 dev eth0 src 192.0.2.1"},
		{"static_routes", "default dev eth0 scope link", "default dev eth0 scope link"},
		{"static_routes", "default via 2001:db8::1", "default inet6 via 2001:db8::1"},
		{"static_routes", "inet6 any dev eth0 expires 30 pref low", "default inet6 dev eth0 expires 30 pref low"},
		{"static_routes", "2001:db8::/32 from 2001:db8:1::/48 via 2001:db8::1 dsfield 0", "2001:db8::/32 from 2001:db8:1::/48 via 2001:db8::1"},
		{"static_routes", "blackhole 198.51.100.7", "blackhole 198.51.100.7/32"},
		{"static_routes", "to throw 198.51.100.0/24 table blue", "throw 198.51.100.0/24 table 100"},
		{"static_routes", "unreachable default table red", "unreachable default table 200"},
		{"static_routes", "prohibit default table green", "prohibit default table 101"},
		{"static_routes", "local 198.51.100.0/24 dev lo table local scope host", "local 198.51.100.0/24 dev lo table 255 scope host"},
		{"static_routes", "default dev eth0 tos AF11 metric 7", "default tos 0x10 dev eth0 metric 7"},
		{"static_routes", "default dev eth0 protocol static no_track onlink priority 0x10", "default dev eth0 onlink proto 4 metric 16"},
		{"static_routes", "default dev eth0 mtu lock 1400 advmss 1300 hoplimit 9 window 5 reordering lock 4 cwnd 6 ssthresh 7",
			"default dev eth0 mtu lock 1400 advmss 1300 hoplimit 9 window 5 reordering lock 4 cwnd 6 ssthresh 7"},
		{"static_routes", "default dev eth0 rtt 100ms rttvar lock 1s rto_min 0.5s", "default dev eth0 rtt 800 rttvar lock 4000 rto_min 500"},
		{"static_routes", "default dev eth0 rtt 100 initcwnd 8 initrwnd 9 features ecn quickack 1 fastopen_no_cookie 1 congctl lock cubic",
			"default dev eth0 rtt 100 initcwnd 8 initrwnd 9 features ecn quickack 1 fastopen_no_cookie 1 congctl lock cubic"},
		{"static_routes", "default dev eth0 realms customers/5 ttl-propagate disabled", "default dev eth0 realms 3/5 ttl-propagate disabled"},
		{"static_routes", "default vrf red dev eth0", "default dev eth0 vrf red"},
		{"static_routes", "default nexthop via 192.0.2.2 dev eth0 weight 3 nexthop via 192.0.2.3 onlink realms 7",
			"default nexthop via 192.0.2.2 dev eth0 weight 3 nexthop via 192.0.2.3 onlink realms 7"},
		{"static_routes", "default via 192.0.2.2 or 192.0.2.3", "default nexthop via 192.0.2.2 nexthop via 192.0.2.3"},
		{"static_routes", "default encap ip id 7 dst 192.0.2.9 src 192.0.2.1 tos 4 ttl 64 flags 1 dev eth0",
			"default encap ip id 7 src 192.0.2.1 dst 192.0.2.9 tos 4 ttl 64 flags 0x1 dev eth0"},
		{"static_routes", "default encap ip6 dst 2001:db8::9 hoplimit 9 tc 1 dev eth0", "default encap ip6 id 0 dst 2001:db8::9 tc 1 hoplimit 9 dev eth0"},
		{"static_routes", "default encap mpls 100/200 via 192.0.2.2", "default encap mpls 100/200 via 192.0.2.2"},
		{"static_routes", "2001:db8::/64 encap ila 1:2:a:ff dev eth0", "2001:db8::/64 encap ila 1:2:a:ff dev eth0"},

		{"static_rules", "from 192.0.2.1 table blue priority 100", "priority 100 from 192.0.2.1/32 lookup 100"},
		{"static_rules", "not to 192.0.2.0/24 from all lookup 7 order 0x10", "not priority 16 to 192.0.2.0/24 lookup 7"},
		{"static_rules", "inet6 fwmark 0x10/0xf0 blackhole preference 1", "inet6 priority 1 fwmark 0x10/0xf0 blackhole"},
		{"static_rules", "fwmark 7 type prohibit preference 1", "priority 1 fwmark 0x7/0xffffffff prohibit"},
		{"static_rules", "iif eth0 oif eth1 unreachable priority 1", "priority 1 iif eth0 oif eth1 unreachable"},
		{"static_rules", "from 192.0.2.1 goto 200 priority 1", "priority 1 from 192.0.2.1/32 goto 200"},
		{"static_rules", "from 192.0.2.1 nop priority 1", "priority 1 from 192.0.2.1/32 nop"},
		{"static_rules", "l3mdev priority 1000", "priority 1000 l3mdev"},
		{"static_rules", "table 7 sup_pl 0 sup_group uplinks priority 1", "priority 1 lookup 7 suppress_prefixlength 0 suppress_ifgroup 5"},
		{"static_rules", "tos 0x10 uidrange 5-9 ipproto udp sport 80 dport 1000-2000 tunnel-id 9 realms 3 table 7 priority 1",
			"priority 1 tos 0x10 uidrange 5-9 ipproto 17 sport 80-80 dport 1000-2000 tun_id 9 lookup 7 realms 3"},
		{"static_rules", "from 192.0.2.1 table 7 priority 1 protocol bgp no_track", "priority 1 from 192.0.2.1/32 lookup 7 protocol 186"},
		{"static_rules", "from 192.0.2.1 table 7", "priority 16384 from 192.0.2.1/32 lookup 7"},
	} {
		src := "global_defs {\ndefault_interface eth9\n}\n" + tc.block + " {\n" + tc.line + "\n}"
		cfg, ds := confparse.Parse("/k.conf", []byte(src), confparse.Options{FS: files, Dir: "/"})
		for _, d := range ds {
			if d.Severity == confparse.Error || d.Code == confparse.CodeNotActedOn {
				t.Errorf("%s: %v", tc.line, d)
			}
		}
		if cfg == nil {
			continue
		}
		if err := Validate(cfg); err != nil {
			t.Errorf("%s: %v", tc.line, err)
		}
		var got []string
		set := staticConfig(cfg)
		for _, a := range set.Addresses {
			got = append(got, a.String())
		}
		for _, r := range set.Routes {
			got = append(got, r.String())
		}
		for _, r := range set.Rules {
			got = append(got, r.String())
		}
		if strings.Join(got, "\n") != tc.want {
			t.Errorf("%s\n got %s\nwant %s", tc.line, strings.Join(got, "\n"), tc.want)
		}
	}
}
