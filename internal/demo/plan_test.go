package demo

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// String writes a plan for comparison with a golden text.
func (p *plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s/%s %v on lan %d, adverts on lan %d\n", p.watched[0].Name, p.watched[1].Name, p.address, p.lan, p.advertLAN)
	for n, list := range p.interfaces {
		for _, f := range list {
			fmt.Fprintf(&b, "%s %s lan %d %v\n", name(n), f.name, f.lan, f.addresses)
		}
	}
	for lan, prefixes := range p.client {
		fmt.Fprintf(&b, "client lan %d %v\n", lan, prefixes)
	}
	return b.String()
}

// instance writes a vrrp_instance of VRID 51 on one line.
func instance(name, dev, vips, more string) string {
	return fmt.Sprintf("vrrp_instance %s { \n interface %s\n virtual_router_id 51\n virtual_ipaddress {\n%s\n}\n%s\n}\n", name, dev, vips, more)
}

func TestPlan(t *testing.T) {
	for _, c := range []struct{ name, a, b, want string }{
		{
			"basic",
			instance("VI_1", "eth0", "192.0.2.100/24", ""), instance("VI_1", "eth0", "192.0.2.100/24", ""), `
VI_1/VI_1 192.0.2.100 on lan 0, adverts on lan 0
A eth0 lan 0 [192.0.2.1/24]
B eth0 lan 0 [192.0.2.2/24]
client lan 0 [192.0.2.3/24]
`},
		{
			"no prefix length, and addresses that are in the way",
			instance("VI_1", "eth0", "192.0.2.1\n192.0.2.2\n192.0.2.4", ""), instance("VI_1", "eth0", "192.0.2.1\n192.0.2.2\n192.0.2.4", ""), `
VI_1/VI_1 192.0.2.1 on lan 0, adverts on lan 0
A eth0 lan 0 [192.0.2.3/24]
B eth0 lan 0 [192.0.2.5/24]
client lan 0 [192.0.2.6/24]
`},
		{
			"too small a subnet for two nodes and a client",
			instance("VI_1", "eth0", "192.0.2.130/30", ""), instance("VI_1", "eth0", "192.0.2.130/30", ""), `
VI_1/VI_1 192.0.2.130 on lan 0, adverts on lan 0
A eth0 lan 0 [192.0.2.1/24]
B eth0 lan 0 [192.0.2.2/24]
client lan 0 [192.0.2.3/24]
`},
		{
			"interfaces of other names, and one that is only tracked",
			instance("VI_1", "ens3", "10.1.2.3/16", "track_interface {\neth7\n}"), instance("web", "bond0.7", "10.1.2.3/16", ""), `
VI_1/web 10.1.2.3 on lan 0, adverts on lan 0
A ens3 lan 0 [10.1.0.1/16]
A eth7 lan 1 []
B bond0.7 lan 0 [10.1.0.2/16]
client lan 0 [10.1.0.3/16]
client lan 1 []
`},
		{
			"unicast with sources",
			instance("VI_1", "eth0", "192.0.2.100/24", "unicast_src_ip 192.0.2.10\nunicast_peer {\n192.0.2.11\n}"),
			instance("VI_1", "eth0", "192.0.2.100/24", "unicast_src_ip 192.0.2.11\nunicast_peer {\n192.0.2.10\n}"), `
VI_1/VI_1 192.0.2.100 on lan 0, adverts on lan 0
A eth0 lan 0 [192.0.2.10/24]
B eth0 lan 0 [192.0.2.11/24]
client lan 0 [192.0.2.1/24]
`},
		{
			"unicast with one list of peers for all, in a subnet of its own",
			instance("VI_1", "eth0", "192.0.2.100/24", "unicast_peer {\n198.51.100.10\n198.51.100.11\n}"),
			instance("VI_1", "eth0", "192.0.2.100/24", "unicast_peer {\n198.51.100.10\n198.51.100.11\n}"), `
VI_1/VI_1 192.0.2.100 on lan 0, adverts on lan 0
A eth0 lan 0 [198.51.100.10/24 192.0.2.1/24]
B eth0 lan 0 [198.51.100.11/24 192.0.2.2/24]
client lan 0 [192.0.2.3/24 198.51.100.1/24]
`},
		{
			"adverts on another interface than the address, both in one subnet",
			instance("VI_1", "eth1", "192.0.2.100/24 dev eth0", "unicast_src_ip 192.0.2.10\nunicast_peer {\n192.0.2.11\n}"),
			instance("VI_1", "eth1", "192.0.2.100/24 dev eth0", "unicast_src_ip 192.0.2.11\nunicast_peer {\n192.0.2.10\n}"), `
VI_1/VI_1 192.0.2.100 on lan 1, adverts on lan 0
A eth1 lan 0 [192.0.2.10/32]
A eth0 lan 1 [192.0.2.1/24]
B eth1 lan 0 [192.0.2.11/32]
B eth0 lan 1 [192.0.2.2/24]
client lan 0 [192.0.2.3/32]
client lan 1 [192.0.2.4/24]
`},
		{
			"adverts on another interface than the address, by multicast",
			instance("VI_1", "eth1", "192.0.2.100/24 dev eth0", ""), instance("VI_1", "eth1", "192.0.2.100/24 dev eth0", ""), `
VI_1/VI_1 192.0.2.100 on lan 1, adverts on lan 0
A eth1 lan 0 [198.18.0.1/24]
A eth0 lan 1 [192.0.2.1/24]
B eth1 lan 0 [198.18.0.2/24]
B eth0 lan 1 [192.0.2.2/24]
client lan 0 [198.18.0.3/24]
client lan 1 [192.0.2.3/24]
`},
		{
			"the address on the loopback of one node",
			instance("VI_1", "eth0", "192.0.2.100/24 dev eth1", ""), instance("VI_1", "eth0", "192.0.2.100/24 dev lo", ""), `
VI_1/VI_1 192.0.2.100 on lan 0, adverts on lan 0
A eth0 lan 0 [192.0.2.1/24]
A eth1 lan 1 [192.0.2.2/32]
B eth0 lan 0 [192.0.2.3/24]
client lan 0 [192.0.2.4/24]
client lan 1 [192.0.2.5/32]
`},
		{
			"IPv6, beside the same VRID of IPv4",
			instance("V4", "eth1", "198.51.100.9/24", "") + instance("V6", "eth0", "fe80::9\n2001:db8::9", "version 3"),
			instance("V6", "eth0", "fe80::9\n2001:db8::9", "version 3"), `
V6/V6 2001:db8::9 on lan 1, adverts on lan 1
A eth1 lan 0 [198.51.100.1/24]
A eth0 lan 1 [fe80::1/64 2001:db8::1/64]
B eth0 lan 1 [fe80::2/64 2001:db8::2/64]
client lan 0 [198.51.100.2/24]
client lan 1 [fe80::3/64 2001:db8::3/64]
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := newPlan(parse(t, c.a, c.b))
			if err != nil {
				t.Fatal(err)
			}
			if got := "\n" + p.String(); got != c.want {
				t.Errorf("got:%s\nwant:%s", got, c.want)
			}
		})
	}
}

func TestPlanErrors(t *testing.T) {
	one := instance("VI_1", "eth0", "192.0.2.100", "mcast_src_ip 192.0.2.7")
	for _, c := range []struct{ a, b, want string }{
		{one, instance("VI_1", "eth0", "192.0.2.101", ""), "no virtual router in common"},
		{one, strings.Replace(one, "51", "52", 1), "no virtual router in common"},
		{one, one, "both nodes send from 192.0.2.7"},
		{one, instance("VI_1", "lo", "192.0.2.100", ""), "b.conf:1:1: vrrp_instance VI_1 is on lo"},
	} {
		if _, err := newPlan(parse(t, c.a, c.b)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

func parse(t *testing.T, a, b string) (cfgs [2]*confparse.Config) {
	t.Helper()
	for n, text := range []string{a, b} {
		cfg, diags := confparse.Parse(strings.ToLower(name(n))+".conf", []byte(text), confparse.Options{})
		if diags.HasErrors() {
			t.Fatal(diags.Render())
		}
		cfgs[n] = cfg
	}
	return cfgs
}
