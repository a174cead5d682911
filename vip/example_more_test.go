package vip_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
)

// What somebody else removes comes back, and its owner hears of it.
func ExampleSet_Trouble() {
	kernel := viptest.NewKernel("eth0")
	manager, _ := vip.NewManager(vip.Config{Kernel: kernel})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- manager.Run(ctx) }()

	set, _ := manager.Add(vip.SetConfig{Addresses: vip.Addresses("eth0", netip.MustParsePrefix("192.0.2.100/24"))})
	_ = set.Acquire(ctx)
	_ = kernel.Take(set.Addresses()[0]) // as `ip addr del` would

	var removed *vip.RemovedError
	if err := <-set.Trouble(); errors.As(err, &removed) {
		fmt.Println("somebody has removed", removed.Object)
	}
	fmt.Print(kernel)
	cancel()
	<-done
	// Output:
	// somebody has removed 192.0.2.100/24 dev eth0
	// eth0
	//     192.0.2.100/24
}

// A predecessor that was killed left an address that the configuration no longer
// has: the state file tells of it.
func ExampleManager_CleanUp() {
	ctx := context.Background()
	kernel := viptest.NewKernel("eth0")
	dir, _ := os.MkdirTemp("", "vip") // /run is the place for it
	defer os.RemoveAll(dir)

	before, _ := vip.NewManager(vip.Config{Kernel: kernel, StateFile: dir + "/state"})
	old, _ := before.Add(vip.SetConfig{Addresses: vip.Addresses("eth0", netip.MustParsePrefix("192.0.2.100/24"))})
	_ = before.CleanUp(ctx, old.Objects()...)
	_ = old.Acquire(ctx)
	fmt.Print(kernel)

	after, _ := vip.NewManager(vip.Config{Kernel: kernel, StateFile: dir + "/state"})
	set, _ := after.Add(vip.SetConfig{Addresses: vip.Addresses("eth0", netip.MustParsePrefix("192.0.2.200/24"))})
	_ = after.CleanUp(ctx, set.Objects()...)
	fmt.Print(kernel)
	// Output:
	// eth0
	//     192.0.2.100/24
	// eth0
}

// How long an address may stay after its master has died.
func ExampleOverhang() {
	fmt.Println(vip.Overhang(2 * time.Second))
	// Output: 3.5s
}

// Routes and rules have the options that the kernel takes, and say in the words of
// ip(8) what they are.
func ExampleRoute() {
	set := vip.SetConfig{
		Interface: "eth0",
		Addresses: []vip.Address{{Prefix: netip.MustParsePrefix("192.0.2.100/24")}},
		Routes: []vip.Route{
			{
				Destination: netip.MustParsePrefix("198.51.100.0/24"), Table: 100, Source: netip.MustParseAddr("192.0.2.100"),
				Hop:     vip.Hop{Via: netip.MustParseAddr("192.0.2.254"), Interface: "eth0"},
				Metrics: []vip.Metric{{Kind: vip.MetricMTU, Value: 1400}, {Kind: vip.MetricInitCwnd, Value: 20}},
			},
			{Destination: netip.MustParsePrefix("203.0.113.0/24"), Type: vip.RouteUnreachable, Table: 100},
		},
		Rules: []vip.Rule{{
			From: netip.MustParsePrefix("192.0.2.100/32"), Action: vip.RuleLookup, Table: 100, Priority: 1000,
			DstPorts: vip.PortRange{Low: 80, High: 443},
		}},
	}
	manager, _ := vip.NewManager(vip.Config{Kernel: viptest.NewKernel("eth0")})
	held, err := manager.Add(set)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range held.Objects() {
		fmt.Println(o)
	}
	// Output:
	// 192.0.2.100/24 dev eth0
	// 198.51.100.0/24 via 192.0.2.254 dev eth0 table 100 src 192.0.2.100 mtu 1400 initcwnd 20
	// unreachable 203.0.113.0/24 table 100
	// priority 1000 from 192.0.2.100/32 dport 80-443 lookup 100
}
