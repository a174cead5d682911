// Package ipvs controls IPVS, the load balancer inside the Linux kernel.
//
// A [Table] says which services there should be and which destinations stand
// behind each. [Apply] compares it with the kernel's and makes the difference;
// [Plan] only tells what the difference is. Both leave alone what is right
// already, so connections and counters live on, and services that are not the
// caller's.
//
//	kernel, err := ipvs.NewKernel(0)
//	...
//	web := ipvs.Service{
//		Key:       ipvs.Key{Protocol: ipvs.TCP, Address: netip.MustParseAddrPort("192.0.2.100:80")},
//		Scheduler: "wrr",
//	}
//	table := ipvs.Table{{Service: web, Destinations: []ipvs.Destination{
//		{Address: netip.MustParseAddrPort("198.51.100.1:80"), Weight: 1},
//		{Address: netip.MustParseAddrPort("198.51.100.2:80"), Weight: 2},
//	}}}
//	changes, err := ipvs.Apply(ctx, kernel, ipvs.State{Table: table}, nil)
//
// Everything prints in the words of ipvsadm: a table as `ipvsadm -Sn` prints it,
// a change as the arguments that would make it.
//
// The operating system is behind [Kernel]: [NewKernel] is Linux's, and package
// ipvstest has one in memory, for tests of load balancers without privileges.
package ipvs
