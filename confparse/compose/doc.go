// Package compose makes a running load balancer of a keepalived configuration:
// it joins confparse, which reads it, with vrrp, vip and check, which do what it
// says. It is the one package that imports them all; ipvs will join them.
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
// With the fakes of vrrptest and viptest in Options, a whole configuration can
// be tested in-process and in virtual time.
package compose
