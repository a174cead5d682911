package vip_test

import (
	"fmt"
	"net/netip"

	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
)

// Routes that come and go with the addresses print as ip(8) takes them.
func ExampleRoute_String() {
	net := netip.MustParsePrefix("198.51.100.0/24")
	gateway := netip.MustParseAddr("192.0.2.1")
	for _, r := range []vip.Route{
		{Destination: netip.MustParsePrefix("0.0.0.0/0"), Hop: vip.Hop{Via: gateway, Interface: "eth0"}},
		{Destination: net, Hop: vip.Hop{Interface: "eth0"}, Metric: 10, Table: vip.TableMain, Scope: vip.ScopeLink, Source: netip.MustParseAddr("192.0.2.100")},
		{Destination: net, Hop: vip.Hop{Via: gateway}, Metrics: []vip.Metric{
			{Kind: vip.MetricMTU, Value: 1400, Lock: true}, {Kind: vip.MetricInitCwnd, Value: 20},
			{Kind: vip.MetricQuickACK, Value: 1}, {Kind: vip.MetricFeatures, Value: vip.FeatureECN},
		}},
		{Destination: net, Type: vip.RouteUnreachable},
		{Destination: net, Type: vip.RouteProhibit},
		{Destination: net, Type: vip.RouteThrow, Table: 7},
	} {
		if err := r.Validate(); err != nil {
			fmt.Println(err)
		}
		fmt.Println(r)
	}
	// Output:
	// default via 192.0.2.1 dev eth0
	// 198.51.100.0/24 dev eth0 scope link src 192.0.2.100 metric 10
	// 198.51.100.0/24 via 192.0.2.1 mtu lock 1400 initcwnd 20 quickack 1 features ecn
	// unreachable 198.51.100.0/24
	// prohibit 198.51.100.0/24
	// throw 198.51.100.0/24 table 7
}

// Traffic from the virtual address takes a table of its own.
func ExampleRule() {
	fmt.Println(vip.Rule{From: netip.MustParsePrefix("192.0.2.100/32"), Table: 7, Priority: 100})
	fmt.Println(vip.Rule{Mark: 1, Action: vip.RuleUnreachable, Priority: 101})
	// Output:
	// priority 100 from 192.0.2.100/32 lookup 7
	// priority 101 fwmark 0x1/0xffffffff unreachable
}

// An interface with the virtual router's hardware address, for a Set of its own
// that is acquired before the routers start.
func ExampleVMAC() {
	v := vip.VMAC{Name: "vrrp.51", Parent: "eth0", MAC: vip.RouterMAC(51, false)}
	fmt.Println(v, v.Validate())
	// Output: vrrp.51 link eth0 address 00:00:5e:00:01:33 type macvlan mode private <nil>
}

// Addresses that are held and take no packets: what no_accept asks for.
func ExampleManager_Filter() {
	kernel := viptest.NewKernel("eth0")
	manager, err := vip.NewManager(vip.Config{Kernel: kernel})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer manager.Close()
	if err := manager.Filter(vip.Filter{Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.100")}}); err != nil {
		fmt.Println(err)
	}
	fmt.Println(kernel.Filtered(vip.DefaultFilterTable).Addresses)
	// Output: [192.0.2.100]
}
