package compose

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// A Set holds what a master holds.
var _ vrrp.Owner = (*vip.Set)(nil)

// Options says where a Composition lives. The zero value is this machine.
type Options struct {
	// Network carries advertisements. Nil: the kernel's. It belongs to the
	// Composition: Run closes it.
	Network vrrp.Network

	// Kernel has the addresses. Nil: the kernel's. It belongs to the
	// Composition: Run closes it.
	Kernel vip.Kernel

	// StateFile is where what is held is noted for the successor of a process
	// that is killed; see vip.Config. Empty: none.
	StateFile string

	// Checker makes the checker of a vrrp_script. Nil: it runs the program.
	Checker func(*confparse.Script) (check.Checker, error)

	// IPVS has the services of virtual_server. Nil: the kernel's, if there is a
	// need for it. It belongs to the Composition: Run closes it.
	IPVS ipvs.Kernel

	// KeepIPVS leaves the services and their servers as they are when Run ends
	// (keepalived --dont-release-ipvs).
	KeepIPVS bool

	// ServerChecker makes the checker of a check of a real_server. Nil: what it
	// says.
	ServerChecker ServerChecker

	// Addresses tells which addresses this machine has, for ha_suspend. Nil: the
	// kernel's.
	Addresses Addresses

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
	static     *vip.Set
	instances  []Instance
	scripts    []Script
	checks     *check.Group
	probes     []probe
	startDelay time.Duration
	vmacs      map[*confparse.Instance]*virtual
	devices    *vip.Set // the interfaces of vmacs
	filter     vip.Filter
	groups     map[string]*vrrp.Group // by instance
	trackers   map[string]*tracker    // by name
	objects    []vip.Object           // of all instances
	lvs        *lvs
}

// New prepares what cfg describes, which must be of a parse without errors:
// sockets are open and users known when it returns, so that what can fail has
// failed; nothing is sent, run or changed before Run, which has to follow. Every
// problem is reported, joined. On error the Network and the Kernel of o are
// closed.
func New(cfg *confparse.Config, o Options) (_ *Composition, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, o.close())
		}
	}()
	c := &Composition{log: o.Logger, startDelay: startDelay(cfg, sinceBoot()), vmacs: vmacs(cfg), checks: check.NewGroup(), groups: map[string]*vrrp.Group{}, trackers: map[string]*tracker{}}
	c.filter = filterConfig(cfg, c.vmacs)
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	plan, err := planLVS(cfg, o.ServerChecker)
	if err := errors.Join(Validate(cfg), c.addScripts(cfg, o.Checker), c.addFiles(cfg), c.addProcesses(cfg), err); err != nil {
		return nil, err
	}
	if err := o.open(cfg); err != nil {
		return nil, err
	}
	if c.lvs, err = newLVS(plan, &o, c.log); err != nil {
		return nil, err
	}
	if c.manager, err = vip.NewManager(vip.Config{Kernel: o.Kernel, Logger: o.Logger, Paces: paces(cfg, c.vmacs), StateFile: o.StateFile}); err != nil {
		return nil, err
	}
	if c.devices, err = c.manager.Add(c.deviceConfig(cfg)); err != nil {
		return nil, err
	}
	c.objects = append(c.objects, c.devices.Objects()...)
	if c.static, err = c.manager.Add(staticConfig(cfg)); err != nil {
		return nil, err
	}
	c.objects = append(c.objects, c.static.Objects()...)
	c.host = vrrp.NewHost(vrrp.HostConfig{Network: o.Network, Logger: o.Logger})
	var errs []error
	for _, g := range cfg.SyncGroups {
		errs = append(errs, c.addGroup(g))
	}
	for _, i := range cfg.Instances {
		errs = append(errs, c.addInstance(i))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return c, nil
}

// startDelay returns how long instances wait before they take part: the longer
// one of the delay from now, and of what is left of the delay from the boot.
func startDelay(cfg *confparse.Config, sinceBoot time.Duration) time.Duration {
	return max(cfg.Global.StartupDelay, cfg.Global.DelayAfterBoot-sinceBoot)
}

// open fills in the kernel's where nothing else is asked for.
func (o *Options) open(cfg *confparse.Config) (err error) {
	if o.Network == nil {
		if o.Network, err = vrrp.NewNetwork(vrrp.NetworkConfig{Logger: o.Logger}); err != nil {
			return err
		}
	}
	if o.Kernel == nil {
		if o.Kernel, err = vip.NewKernel(0); err != nil {
			return err
		}
	}
	if o.IPVS == nil && needsIPVS(cfg) {
		if o.IPVS, err = ipvs.NewKernel(0); err != nil {
			return err
		}
	}
	if o.Addresses == nil && needsAddresses(cfg) {
		o.Addresses, err = newAddresses()
	}
	return err
}

func (o *Options) close() error {
	var errs []error
	if o.Network != nil {
		errs = append(errs, o.Network.Close())
	}
	if o.Kernel != nil {
		errs = append(errs, o.Kernel.Close())
	}
	if o.IPVS != nil {
		errs = append(errs, o.IPVS.Close())
	}
	return errors.Join(errs...)
}

// Validate returns what New would find wrong with cfg by looking at it alone.
func Validate(cfg *confparse.Config) error {
	errs := append(validateRouting(cfg.StaticRoutes, cfg.StaticRules), validateVirtualServers(cfg)...)
	for _, i := range cfg.Instances {
		r, err := routerConfig(i)
		if err == nil {
			err = r.Validate()
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%v: %w", i.Pos, err))
		}
		errs = append(errs, validateRouting(i.Routes, i.Rules)...)
	}
	return errors.Join(errs...)
}

func (c *Composition) addInstance(i *confparse.Instance) error {
	addressing := setConfig(i)
	v := c.vmacs[i]
	for n, a := range addressing.Addresses {
		addressing.Addresses[n].Interface = v.dev(a)
	}
	addressing.ExtraInterfaces = extraInterfaces(i, v)
	set, err := c.manager.Add(addressing)
	if err != nil {
		return fmt.Errorf("%v: (%s) %w", i.Pos, i.Name, err)
	}
	cfg, err := routerConfig(i)
	if err != nil {
		return fmt.Errorf("%v: %w", i.Pos, err)
	}
	v.attach(&cfg, i)
	cfg.Owner, cfg.Sync, cfg.StartDelay = set, c.groups[i.Name], c.startDelay
	r, err := c.host.Add(cfg)
	if err != nil {
		return fmt.Errorf("%v: %w", i.Pos, err)
	}
	c.instances = append(c.instances, Instance{i, r})
	if err := c.follow(cfg.Trackers, r); err != nil {
		return fmt.Errorf("%v: %w", i.Pos, err)
	}
	c.objects = append(c.objects, set.Objects()...)
	return nil
}

// addGroup adds a sync group, which its members join later.
func (c *Composition) addGroup(g *confparse.SyncGroup) error {
	trackers := groupTrackers(g)
	group, err := c.host.AddGroup(vrrp.GroupConfig{Name: g.Name, Trackers: trackers})
	if err == nil {
		err = c.follow(trackers, group)
	}
	if err != nil {
		return fmt.Errorf("%v: %w", g.Pos, err)
	}
	for _, m := range g.Members {
		c.groups[m.Name] = group
	}
	return nil
}

// follow has what is tracked reported to a router or a group.
func (c *Composition) follow(trackers []vrrp.Tracker, by interface {
	Track(vrrp.Tracker) (*vrrp.Track, error)
}) error {
	for _, t := range trackers {
		to, err := by.Track(t)
		if err != nil {
			return err
		}
		c.tracker(t.Name).tracks = append(c.tracker(t.Name).tracks, to)
	}
	return nil
}

// addScripts makes runners of the scripts that are tracked.
func (c *Composition) addScripts(cfg *confparse.Config, checker func(*confparse.Script) (check.Checker, error)) error {
	if checker == nil {
		checker = func(s *confparse.Script) (check.Checker, error) { return ScriptChecker(&cfg.Global, s) }
	}
	var errs []error
	for _, s := range trackedScripts(cfg) {
		ch, err := checker(s)
		if err == nil {
			var r *check.Runner
			cfg := check.Config{
				Name: "vrrp_script " + s.Name, Checker: ch, Interval: s.Interval, Timeout: s.Timeout, Rise: s.Rise, Fall: s.Fall,
			}
			if s.InitFail {
				cfg.Initial = check.Down
			}
			r, err = c.checks.Add(cfg)
			c.scripts = append(c.scripts, Script{s, r})
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%v: %w", s.Pos, err))
		}
	}
	return errors.Join(errs...)
}

// Instances returns the instances, in the order of the configuration.
func (c *Composition) Instances() []Instance { return c.instances }

// Scripts returns the tracked scripts, in the order of the configuration.
func (c *Composition) Scripts() []Script { return c.scripts }

// Counters returns what belongs to no instance.
func (c *Composition) Counters() vrrp.HostCounters { return c.host.Counters() }

// Events returns a new channel of the transitions of all instances and sync
// groups; see vrrp.Host.Events.
func (c *Composition) Events() <-chan vrrp.Event { return c.host.Events() }

// Run does what the configuration says until ctx is done. It then hands over,
// removes all addresses, and returns nil, or what could not be undone. If a part
// fails for good before that, Run ends the same way and returns why. It can be
// called once.
func (c *Composition) Run(ctx context.Context) error {
	// What serves the routers outlives them: they release through it.
	serve, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ctx, end := context.WithCancel(ctx)
	defer end()
	var wg sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	background := func(ctx context.Context, what string, run func(context.Context) error) {
		wg.Go(func() {
			if err := run(ctx); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, fmt.Errorf("%s: %w", what, err))
				end()
			}
		})
	}
	c.logLifetimes()
	if err := c.manager.Filter(c.filter); err != nil {
		c.log.Error("no_accept and use_vmac are not what they should be", "err", err)
	}
	if err := c.manager.CleanUp(serve, c.objects...); err != nil {
		c.log.Warn("cannot remove what a predecessor left", "err", err)
	}
	background(serve, "virtual addresses", c.manager.Run)
	c.makeVMACs(serve)
	if len(c.static.Objects()) > 0 {
		if err := c.static.Acquire(serve); err != nil {
			c.log.Error("static addresses, routes and rules", "err", err)
		}
	}
	for _, s := range c.scripts {
		results := s.Runner.Results()
		wg.Go(func() { c.reportScript(s, results) })
	}
	for _, p := range c.probes {
		results := p.runner.Results()
		wg.Go(func() {
			for e := range results {
				p.report(e)
			}
		})
	}
	c.initFiles()
	background(serve, "virtual servers", c.lvs.run)
	transitions := c.host.Events()
	wg.Go(func() { c.lvs.follow(transitions) })
	background(ctx, "checks", c.checks.Run)
	err := c.host.Run(ctx)
	end()
	stop()
	wg.Wait()
	return errors.Join(append(errs, err)...)
}
