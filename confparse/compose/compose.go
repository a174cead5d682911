package compose

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// A Set holds what a master holds.
var _ vrrp.Owner = (*vip.Set)(nil)

// Options says where a Composition lives. The zero value is this machine.
type Options struct {
	// Network carries advertisements. Nil: the kernel's. Run closes it.
	Network vrrp.Network

	// Kernel has the addresses. Nil: the kernel's. Run closes it.
	Kernel vip.Kernel

	// Interfaces tells which interfaces are up, for track_interface. Nil: the
	// kernel's.
	Interfaces Interfaces

	// Checker makes the checker of a vrrp_script. Nil: it runs the program.
	Checker func(*confparse.Script) (check.Checker, error)

	// Logger is told what an operator should know. Nil discards.
	Logger *slog.Logger
}

// Instance is a vrrp_instance and the router that it became.
type Instance struct {
	Config *confparse.Instance
	Router *vrrp.Router
}

// Script is a vrrp_script that an instance tracks and its runner.
type Script struct {
	Config *confparse.Script
	Runner *check.Runner
}

// Composition is a configuration at work.
type Composition struct {
	log        *slog.Logger
	host       *vrrp.Host
	manager    *vip.Manager
	interfaces Interfaces
	static     *vip.Set
	instances  []Instance
	scripts    []Script
	addresses  []vip.Address // of all instances
}

// New prepares what cfg describes: sockets are open and users known when it
// returns, so that what can fail has failed; nothing is sent, run or changed
// before Run. Every problem is reported, joined.
func New(cfg *confparse.Config, o Options) (*Composition, error) {
	c := &Composition{log: o.Logger, interfaces: o.Interfaces}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if err := errors.Join(Validate(cfg), c.addScripts(cfg, o.Checker)); err != nil {
		return nil, err
	}
	if err := c.open(cfg, o); err != nil {
		return nil, err
	}
	return c, nil
}

// Validate returns what New would find wrong with cfg by looking at it alone.
func Validate(cfg *confparse.Config) error {
	var errs []error
	for _, i := range cfg.Instances {
		err := unsupported(i)
		if err == nil {
			if err = routerConfig(i).Validate(); err != nil {
				err = fmt.Errorf("%v: %w", i.Pos, err)
			}
		}
		errs = append(errs, err)
	}
	return errors.Join(append(errs, duplicates(cfg))...)
}

// open makes the parts that hold sockets. On error they are closed again.
func (c *Composition) open(cfg *confparse.Config, o Options) (err error) {
	undo := []func(){}
	defer func() {
		if err != nil {
			for _, f := range undo {
				f()
			}
		}
	}()
	network := o.Network
	if network == nil {
		if network, err = vrrp.NewNetwork(vrrp.NetworkConfig{Logger: o.Logger}); err != nil {
			return err
		}
	}
	undo = append(undo, func() { _ = network.Close() })
	kernel := o.Kernel
	if kernel == nil {
		if kernel, err = vip.NewKernel(0); err != nil {
			return err
		}
	}
	undo = append(undo, func() { _ = kernel.Close() })
	if c.manager, err = vip.NewManager(vip.Config{Kernel: kernel, Logger: o.Logger}); err != nil {
		return err
	}
	static := vip.SetConfig{Name: "static_ipaddress", Addresses: addresses(cfg.StaticAddresses)}
	if c.static, err = c.manager.Add(static); err != nil {
		return err
	}
	c.host = vrrp.NewHost(vrrp.HostConfig{Network: network, Logger: o.Logger})
	var errs []error
	for _, i := range cfg.Instances {
		errs = append(errs, c.addInstance(i))
	}
	if err = errors.Join(errs...); err != nil {
		return err
	}
	if c.interfaces == nil && len(c.trackedInterfaces()) > 0 {
		c.interfaces, err = newInterfaces()
	}
	return err
}

func (c *Composition) addInstance(i *confparse.Instance) error {
	set, err := c.manager.Add(setConfig(i))
	if err != nil {
		return fmt.Errorf("%v: (%s) %w", i.Pos, i.Name, err)
	}
	cfg := routerConfig(i)
	cfg.Owner = set
	r, err := c.host.Add(cfg)
	if err != nil {
		return fmt.Errorf("%v: %w", i.Pos, err)
	}
	c.instances = append(c.instances, Instance{i, r})
	c.addresses = append(c.addresses, set.Addresses()...)
	return nil
}

// addScripts makes runners of the scripts that are tracked.
func (c *Composition) addScripts(cfg *confparse.Config, checker func(*confparse.Script) (check.Checker, error)) error {
	if checker == nil {
		checker = func(s *confparse.Script) (check.Checker, error) { return c.program(&cfg.Global, s) }
	}
	tracked := map[*confparse.Script]bool{}
	for _, i := range cfg.Instances {
		for _, t := range i.TrackScripts {
			tracked[t.Script] = true
		}
	}
	var errs []error
	for _, s := range cfg.Scripts {
		if !tracked[s] {
			continue
		}
		ch, err := checker(s)
		if err == nil {
			var r *check.Runner
			r, err = check.NewRunner(check.Config{
				Name: s.Name, Checker: ch, Interval: s.Interval, Timeout: s.Timeout, Rise: s.Rise, Fall: s.Fall, Logger: c.log,
			})
			c.scripts = append(c.scripts, Script{s, r})
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%v: %w", s.Pos, err))
		}
	}
	return errors.Join(errs...)
}

// program returns the checker that runs a script's program. One that others
// could replace is refused under enable_script_security; one that cannot be
// executed may be installed later, and counts as failed until then.
func (c *Composition) program(g *confparse.Global, s *confparse.Script) (check.Checker, error) {
	ch, err := scriptChecker(g, s)
	if err != nil {
		return nil, err
	}
	if err := ch.Executable(); err != nil {
		c.log.Warn("a track script cannot be executed: it counts as failed", "script", s.Name, "err", err)
	} else if err := ch.Secure(); err != nil {
		if g.ScriptSecurity {
			return nil, err
		}
		c.log.Warn("a track script could be replaced by others than root", "script", s.Name, "err", err)
	}
	return ch, nil
}

// Instances returns the instances, in the order of the configuration.
func (c *Composition) Instances() []Instance { return c.instances }

// Scripts returns the tracked scripts, in the order of the configuration.
func (c *Composition) Scripts() []Script { return c.scripts }

// Events returns a new channel of the transitions of all instances; see
// vrrp.Host.Events.
func (c *Composition) Events() <-chan vrrp.Event { return c.host.Events() }

// Run does what the configuration says until ctx is done. It then hands over,
// removes all addresses, and returns nil, or what could not be undone. It can be
// called once.
func (c *Composition) Run(ctx context.Context) error {
	// What serves the routers outlives them: they release through it.
	serve, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var wg sync.WaitGroup
	background := func(ctx context.Context, what string, run func(context.Context) error) {
		wg.Go(func() {
			if err := run(ctx); err != nil {
				fail(fmt.Errorf("%s: %w", what, err))
			}
		})
	}
	if err := c.manager.CleanUp(ctx, c.addresses...); err != nil {
		c.log.Warn("cannot remove the addresses that a predecessor left", "err", err)
	}
	if len(c.static.Addresses()) > 0 {
		if err := c.static.Acquire(ctx); err != nil {
			c.log.Error("static_ipaddress", "err", err)
		}
	}
	background(serve, "virtual addresses", c.manager.Run)
	if c.interfaces != nil {
		background(ctx, "interfaces", func(ctx context.Context) error { return c.interfaces.Watch(ctx, c.reportInterfaces) })
	}
	for _, s := range c.scripts {
		results := s.Runner.Results()
		wg.Go(func() { c.reportScript(s, results) })
		background(ctx, "track script", s.Runner.Run)
	}
	err := c.host.Run(ctx)
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) && !errors.Is(cause, context.DeadlineExceeded) {
		err = errors.Join(cause, err)
	}
	fail(nil)
	stop()
	wg.Wait()
	return err
}

// reportScript hands a script's state to the routers that track it.
func (c *Composition) reportScript(s Script, results <-chan check.Event) {
	for e := range results {
		if e.To == check.Unknown {
			continue
		}
		c.report(scriptTracker(s.Config.Name), e.To == check.Up)
	}
}

// reportInterfaces hands the state of all tracked interfaces to their routers.
func (c *Composition) reportInterfaces() {
	for _, name := range c.trackedInterfaces() {
		c.report(interfaceTracker(name), c.interfaces.Up(name))
	}
}
