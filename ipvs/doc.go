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
// a change as the arguments that would make it. [ParseTable] reads such text.
//
// # Keeping a state
//
// A [Reconciler] looks after a [State], which has timeouts and sync daemons
// beside the table, for as long as its Run runs: it tries again what the kernel
// refused, puts right what others change, removes what a killed predecessor
// left, and undoes everything in the end.
//
//	r, err := ipvs.NewReconciler(ipvs.Config{StateFile: "/run/lb.ipvs"})
//	...
//	events := r.Events()
//	go r.Run(ctx)
//	err = r.Apply(ctx, ipvs.State{Table: table})       // now, and whenever something changes
//	for ev := range events { log.Println(ev.Kind, ev.Changes, ev.Err) }
//
// It knows what the kernel has, so that one destination's new weight is one write
// and nothing is read, and an Apply of what is there already does nothing at all.
//
// # Deciding on weights
//
// A [Pool] turns the results of health checks into the destinations of a
// service: quorum, sorry server, weights from checks, a server drained by hand.
// It does no I/O: who has it tells it what has been found, and gives what it says
// to a Reconciler.
//
//	pool, err := ipvs.NewPool(ipvs.PoolConfig{Servers: []ipvs.PoolServer{
//		{Destination: one, Checks: []ipvs.PoolCheck{{Name: "http"}}}, {Destination: two},
//	}})
//	...
//	pool.Start(time.Now(), nil)
//	events := pool.Handle(time.Now(), ipvs.PoolInput{Kind: ipvs.PoolChecked, Server: one.Address, Check: "http", Up: false}, nil)
//	table[0].Destinations = pool.Destinations(time.Now(), nil)
//
// What the kernel does not take, for want of a scheduler's module, say, does not
// serve, however healthy it is: [Snapshot] Missing has it, for PoolRefused.
//
// # Connections and failover
//
// [Kernel] Stats has counters, and how many connections each destination has.
// A [Daemon] tells other directors about connections, so that these survive a
// failover.
//
// # Ownership and concurrency
//
// A Reconciler owns its Kernel, which Run closes, and one goroutine, which ends
// before Run returns. Its methods, and those of a Kernel, may be called from any
// goroutine. Apply waits for the kernel; Snapshot and Events do not, and nothing
// waits for a reader of events. A Pool belongs to one goroutine. States, tables and
// configurations that are given are copied or not kept; the slices of an [Event]
// are shared and must not be changed.
//
// # Testing
//
// The operating system is behind [Kernel]: [NewKernel] is Linux's, and package
// ipvstest has one in memory, for tests of load balancers without privileges,
// and of what happens when the kernel refuses or others meddle. On systems other
// than Linux, everything but NewKernel works.
//
// # Errors
//
// Those of a Kernel match os.ErrExist and os.ErrNotExist; a load balancer that
// uses Apply or a Reconciler hardly needs to care: both look again. A change that
// the kernel refuses is a [*ChangeError], whose text has the change in ipvsadm's
// words and says what to do.
package ipvs
