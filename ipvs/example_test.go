package ipvs_test

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
)

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
