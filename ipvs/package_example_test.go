package ipvs_test

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
)

// A pool decides which servers get connections, and a reconciler has the kernel
// do it: one server fails its check, and the other one gets all.
func Example() {
	var kernel ipvstest.Kernel // leave Kernel out of Config for the machine's
	r, err := ipvs.NewReconciler(ipvs.Config{Kernel: &kernel})
	if err != nil {
		fmt.Println(err)
		return
	}
	web := ipvs.Service{
		Key:       ipvs.Key{Protocol: ipvs.TCP, Address: netip.MustParseAddrPort("192.0.2.100:80")},
		Scheduler: "wrr",
	}
	var cfg ipvs.PoolConfig
	for _, address := range []string{"198.51.100.1:8080", "198.51.100.2:8080"} {
		cfg.Servers = append(cfg.Servers, ipvs.PoolServer{
			Destination: ipvs.Destination{Address: netip.MustParseAddrPort(address), Weight: 1},
			Checks:      []ipvs.PoolCheck{{Name: "tcp"}},
		})
	}
	pool, err := ipvs.NewPool(cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- r.Run(ctx) }()
	apply := func() {
		table := ipvs.Table{{Service: web, Destinations: pool.Destinations(time.Now(), nil)}}
		if err := r.Apply(ctx, ipvs.State{Table: table}); err != nil {
			fmt.Println(err)
		}
		fmt.Print(&kernel)
	}
	pool.Start(time.Now(), nil)
	apply()
	for _, e := range pool.Handle(time.Now(), ipvs.PoolInput{
		Kind: ipvs.PoolChecked, Server: cfg.Servers[0].Address, Check: "tcp", Up: false,
	}, nil) {
		fmt.Println(e)
	}
	apply()

	cancel()
	fmt.Println(<-done)
	// Output:
	// -A -t 192.0.2.100:80 -s wrr
	// -a -t 192.0.2.100:80 -r 198.51.100.1:8080 -m -w 1
	// -a -t 192.0.2.100:80 -r 198.51.100.2:8080 -m -w 1
	// 198.51.100.1:8080 down
	// -A -t 192.0.2.100:80 -s wrr
	// -a -t 192.0.2.100:80 -r 198.51.100.2:8080 -m -w 1
	// <nil>
}
