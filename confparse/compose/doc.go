// Package compose makes a running load balancer of a keepalived configuration:
// it joins confparse, which reads it, with vrrp, vip, ipvs and check, which do what
// it says. It is the one package that imports them all.
//
//	cfg, diags := confparse.ParseFile("/etc/keepalived/keepalived.conf", confparse.Options{})
//	if diags.HasErrors() { ... }
//	c, err := compose.New(cfg, compose.Options{})
//	if err != nil { ... }
//	err = c.Run(ctx)
//
// While it runs, another configuration takes its place in two steps. Plan does
// all that can fail and says what will change; Apply cannot fail. What does not
// change is not touched, and what can change live does.
//
//	p, err := c.Plan(changed)
//	if err != nil { ... } // nothing has changed
//	fmt.Print(p)
//	err = c.Apply(ctx, p)
//
// [Composition.Drain] and [Composition.DrainServer] take an instance or a server
// out for maintenance; Events and ServerEvents tell what happens.
//
// # Ownership and concurrency
//
// A Composition owns the Network and the kernels of its [Options] and closes them,
// and all of its goroutines, which end before Run returns. Its methods may be called
// from any goroutine at any time; Plan, Apply and Run take as long as sockets and the
// kernel do, the others wait for nothing. A Config that was given to New or Plan
// must not be changed any more.
//
// # Testing
//
// With the fakes of vrrptest, viptest and ipvstest in Options, a whole configuration
// can be tested in-process and in virtual time.
package compose
