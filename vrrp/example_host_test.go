package vrrp_test

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

func virtual(a string) []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix(a)} }

// Two virtual routers on one host, here on a segment in memory. Alone there, both
// become master.
func ExampleHost() {
	host := vrrp.NewHost(vrrp.HostConfig{Network: vrrptest.NewSegment().Attach("192.0.2.1")})
	for vrid, addr := range map[uint8]string{51: "192.0.2.100/24", 52: "192.0.2.101/24"} {
		_, err := host.Add(vrrp.Config{
			Interface: "eth0", VRID: vrid, Interval: 10 * time.Millisecond, Addresses: virtual(addr),
		})
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	events := host.Events()
	ended := make(chan error)
	go func() { ended <- host.Run(ctx) }()
	for masters := 0; masters < 2; {
		if e := <-events; e.To == vrrp.Master {
			fmt.Println(e.Name(), e.Reason)
			masters++
		}
	}
	cancel() // both say priority 0
	fmt.Println(<-ended)
	// Unordered output:
	// eth0/51 no response
	// eth0/52 no response
	// <nil>
}

// An inside and an outside address that have to be on the same machine.
func ExampleGroup() {
	host := vrrp.NewHost(vrrp.HostConfig{Network: vrrptest.NewSegment().Attach("192.0.2.1")})
	group, err := host.AddGroup(vrrp.GroupConfig{Name: "firewall"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for dev, addr := range map[string]string{"eth0": "192.0.2.100/24", "eth1": "198.51.100.100/24"} {
		_, err := host.Add(vrrp.Config{
			Interface: dev, VRID: 51, Interval: 10 * time.Millisecond, Addresses: virtual(addr),
			Sync: group,
		})
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	events := group.Events()
	ended := make(chan error)
	go func() { ended <- host.Run(ctx) }()
	for e := range events { // each behind those of all members
		fmt.Println(e.Name(), e.From, "->", e.To)
		if e.To == vrrp.Master {
			cancel()
		}
	}
	fmt.Println(<-ended)
	// Output:
	// firewall INIT -> BACKUP
	// firewall BACKUP -> MASTER
	// firewall MASTER -> INIT
	// <nil>
}

// Why a router is not master, in words: this one has not been run.
func ExampleSnapshot_Explain() {
	host := vrrp.NewHost(vrrp.HostConfig{Network: vrrptest.NewSegment().Attach("192.0.2.1")})
	defer host.Close()
	router, err := host.Add(vrrp.Config{Interface: "eth0", VRID: 51, Addresses: virtual("192.0.2.100/24")})
	if err != nil {
		fmt.Println(err)
		return
	}
	e := router.Snapshot().Explain()
	fmt.Println(e.Rule == vrrp.RuleNotRunning, e.Rule)
	// Output: true not running
}

// Many machines under one clock, driven by hand: a simulator's way. The two of a
// group become master in one step.
func ExampleSet() {
	set := vrrp.NewSet()
	group, err := set.AddGroup(vrrp.GroupParams{})
	if err != nil {
		fmt.Println(err)
		return
	}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	tell := func(now time.Time, in vrrp.Input) {
		for _, o := range set.Handle(now, in, nil) {
			if o.Kind == vrrp.OutputGroup {
				fmt.Printf("%v: %v -> %v\n", now.Sub(start), o.From, o.To)
			}
		}
	}
	for range 2 {
		id, err := set.Add(vrrp.Params{Version: vrrp.V3, Priority: 100, Interval: time.Second, DownAdverts: 3, Group: group})
		if err != nil {
			fmt.Println(err)
			return
		}
		tell(start, vrrp.Input{Kind: vrrp.InputLink, ID: id, Up: true, Source: netip.MustParseAddr("192.0.2.1")})
		tell(start, vrrp.Input{Kind: vrrp.InputStart, ID: id})
	}
	tell(set.Deadline(), vrrp.Input{Kind: vrrp.InputTick})
	fmt.Println(set.Masters(), set.Group(group).State)
	// Output:
	// 0s: INIT -> BACKUP
	// 3.609375s: BACKUP -> MASTER
	// 2 MASTER
}
