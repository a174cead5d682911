package ipvs_test

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
)

// A table looked after: somebody clears it, and it is put right at once when
// the Reconciler looks next, and gone when it ends.
func ExampleReconciler() {
	var kernel ipvstest.Kernel // leave Kernel out of Config for the machine's
	r, err := ipvs.NewReconciler(ipvs.Config{Kernel: &kernel, Interval: time.Millisecond})
	if err != nil {
		fmt.Println(err)
		return
	}
	events := r.Events()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- r.Run(ctx) }()

	table, err := ipvs.ParseTable(`
		-A -t 192.0.2.100:80 -s wrr
		-a -t 192.0.2.100:80 -r 198.51.100.1:8080 -m -w 2
	`)
	if err != nil {
		fmt.Println(err)
	}
	if err := r.Apply(ctx, ipvs.State{Table: table}); err != nil {
		fmt.Println(err)
	}
	fmt.Println((<-events).Kind)

	_ = kernel.Meddle(ipvs.Change{Op: ipvs.Flush}) // as ipvsadm -C
	ev := <-events
	fmt.Println(ev.Kind, len(ev.Changes), "changes")
	fmt.Print(&kernel)

	cancel()
	fmt.Println(<-done)
	fmt.Print(&kernel)

	// Output:
	// applied
	// corrected 2 changes
	// -A -t 192.0.2.100:80 -s wrr
	// -a -t 192.0.2.100:80 -r 198.51.100.1:8080 -m -w 2
	// <nil>
}

// A service with two servers. Give Apply a kernel from NewKernel to have it on
// the machine; the one in memory shows what would be there.
func ExampleApply() {
	var kernel ipvstest.Kernel
	table := ipvs.Table{{
		Service: ipvs.Service{
			Key:       ipvs.Key{Protocol: ipvs.TCP, Address: netip.MustParseAddrPort("192.0.2.100:443")},
			Scheduler: "wlc",
		},
		Destinations: []ipvs.Destination{
			{Address: netip.MustParseAddrPort("198.51.100.1:443"), Forwarding: ipvs.DR, Weight: 1},
			{Address: netip.MustParseAddrPort("198.51.100.2:443"), Forwarding: ipvs.DR, Weight: 1},
		},
	}}
	if _, err := ipvs.Apply(context.Background(), &kernel, ipvs.State{Table: table}, nil); err != nil {
		fmt.Println(err)
	}
	// One server leaves: its connections may end, new ones go elsewhere.
	table[0].Destinations[1].Weight = 0
	changes, err := ipvs.Apply(context.Background(), &kernel, ipvs.State{Table: table}, nil)
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(changes)
	fmt.Print(&kernel)

	// Output:
	// [-e -t 192.0.2.100:443 -r 198.51.100.2:443 -g -w 0]
	// -A -t 192.0.2.100:443 -s wlc
	// -a -t 192.0.2.100:443 -r 198.51.100.1:443 -g -w 1
	// -a -t 192.0.2.100:443 -r 198.51.100.2:443 -g -w 0
}
