package ipvs_test

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
)

// Two servers and a sorry server: health checks tell the pool what they find,
// and the pool tells what the kernel should have.
func ExamplePool() {
	server := func(address string, weight int) ipvs.Destination {
		return ipvs.Destination{Address: netip.MustParseAddrPort(address), Weight: weight}
	}
	sorry := server("198.51.100.9:80", 1)
	pool, err := ipvs.NewPool(ipvs.PoolConfig{
		Servers: []ipvs.PoolServer{
			{Destination: server("198.51.100.1:80", 10), Checks: []ipvs.PoolCheck{{Name: "http"}}},
			{Destination: server("198.51.100.2:80", 10), Checks: []ipvs.PoolCheck{{Name: "http", Alpha: true}}},
		},
		Quorum: 5,
		Sorry:  &sorry,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	show := func(events []ipvs.PoolEvent) {
		for _, e := range events {
			fmt.Println(e)
		}
		fmt.Println("  ->", pool.Destinations(time.Now(), nil)) // for an ipvs.Entry, and that for Reconciler.Apply
	}
	checked := func(n int, up bool, weight ipvs.PoolWeight) {
		show(pool.Handle(time.Now(), ipvs.PoolInput{
			Kind: ipvs.PoolChecked, Server: netip.MustParseAddrPort(fmt.Sprintf("198.51.100.%d:80", n)), Check: "http", Up: up, Weight: weight,
		}, nil))
	}
	show(pool.Start(time.Now(), nil))
	checked(2, true, ipvs.PoolWeight{})
	checked(1, false, ipvs.PoolWeight{})
	checked(2, true, ipvs.PoolWeight{Mode: ipvs.PoolWeightAbsolute, Value: 3})

	s := pool.Snapshot(time.Now())
	fmt.Printf("quorum %v: %d of %d; sorry server %v\n", s.Quorum, s.Sum, s.Needed, s.Sorry)
	for _, server := range s.Servers {
		fmt.Println(server.Address, "alive", server.Alive, "serves", server.Serves, "failed", server.Failed)
	}

	// Output:
	// 198.51.100.1:80 up initially
	// quorum gained: 5+0 <= 10 initially
	//   -> [-r 198.51.100.1:80 -m -w 10]
	// 198.51.100.2:80 up
	//   -> [-r 198.51.100.1:80 -m -w 10 -r 198.51.100.2:80 -m -w 10]
	// 198.51.100.1:80 down
	//   -> [-r 198.51.100.2:80 -m -w 10]
	// 198.51.100.2:80 weight 10 to 3
	// quorum lost: 5-0 > 3
	//   -> [-r 198.51.100.9:80 -m -w 1]
	// quorum false: 3 of 5; sorry server true
	// 198.51.100.1:80 alive false serves false failed [http]
	// 198.51.100.2:80 alive true serves false failed []
}

// A server is drained before maintenance: no new connections, and an event when
// the last one has ended.
func ExamplePool_drain() {
	var kernel ipvstest.Kernel
	key := ipvs.Key{Protocol: ipvs.TCP, Address: netip.MustParseAddrPort("192.0.2.100:80")}
	one := ipvs.Destination{Address: netip.MustParseAddrPort("198.51.100.1:80"), Weight: 1}
	two := ipvs.Destination{Address: netip.MustParseAddrPort("198.51.100.2:80"), Weight: 1}
	pool, err := ipvs.NewPool(ipvs.PoolConfig{Servers: []ipvs.PoolServer{{Destination: one}, {Destination: two}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	pool.Start(time.Now(), nil)
	pool.Handle(time.Now(), ipvs.PoolInput{Kind: ipvs.PoolDrain, Server: one.Address}, nil)
	for _, c := range ipvs.Plan(ipvs.State{Table: ipvs.Table{{
		Service:      ipvs.Service{Key: key, Scheduler: "rr"},
		Destinations: pool.Destinations(time.Now(), nil),
	}}}, ipvs.State{}, nil) {
		fmt.Println(c)
		if err := kernel.Change(c); err != nil {
			fmt.Println(err)
		}
	}

	// Ask the kernel how many connections are left, once a second, say.
	kernel.SetConnections(key, one.Address, 1, 2, 0)
	for range 2 {
		services, err := kernel.Stats(key)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, d := range services[0].Destinations {
			fmt.Println(d.Address, "active", d.Active, "inactive", d.Inactive, "persistent", d.Persistent)
			in := ipvs.PoolInput{Kind: ipvs.PoolCounted, Server: d.Address, Connections: int(d.Active + d.Inactive)}
			for _, e := range pool.Handle(time.Now(), in, nil) {
				fmt.Println(e, e.Kind == ipvs.PoolServerDrained)
			}
		}
		kernel.SetConnections(key, one.Address, 0, 0, 0)
	}

	// Output:
	// -A -t 192.0.2.100:80 -s rr
	// -a -t 192.0.2.100:80 -r 198.51.100.1:80 -m -w 0
	// -a -t 192.0.2.100:80 -r 198.51.100.2:80 -m -w 1
	// 198.51.100.1:80 active 1 inactive 2 persistent 0
	// 198.51.100.2:80 active 0 inactive 0 persistent 0
	// 198.51.100.1:80 active 0 inactive 0 persistent 0
	// 198.51.100.1:80 drained true
	// 198.51.100.2:80 active 0 inactive 0 persistent 0
}
