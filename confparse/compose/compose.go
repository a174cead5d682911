package compose

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// A Set holds what a master holds.
var _ vrrp.Owner = (*vip.Set)(nil)

// Instance is a vrrp_instance and the router that it became.
type Instance struct {
	Config *confparse.Instance
	Router *vrrp.Router

	set *vip.Set
}

// Addresses returns the virtual addresses, on the interfaces that carry them while
// the instance is master. The slice must not be changed.
func (i Instance) Addresses() []vip.Address { return i.set.Addresses() }

// Failed returns what the kernel refuses of the instance's addresses, routes and
// rules; see vip.Set.
func (i Instance) Failed() []*vip.ChangeError { return i.set.Failed() }

// Script is a vrrp_script that an instance tracks and its runner.
type Script struct {
	Config *confparse.Script
	Runner *check.Runner
}

// syncGroup is a vrrp_sync_group and the group that it became.
type syncGroup struct {
	config *confparse.SyncGroup
	group  *vrrp.Group
}

// Composition is a configuration at work. All methods may be called from any
// goroutine at any time.
type Composition struct {
	log        *slog.Logger
	checker    func(*confparse.Global, *confparse.Script) (check.Checker, error)
	host       *vrrp.Host
	manager    *vip.Manager
	checks     *check.Group
	static     *vip.Set
	devices    *vip.Set // the interfaces of VMACs
	startDelay time.Duration
	options    Options
	lvs        *lvs

	applying   sync.Mutex // one Plan, Apply or Drain at a time, and the end of Run
	phase      phase      // guarded by it
	generation int        // so is this: it changes with what a Plan is about
	spawn      func(func())

	mu        sync.Mutex // guards the rest; held for no longer than it takes to look
	config    *confparse.Config
	layout    *layout // of config
	instances []Instance
	groups    []syncGroup
	runners   []*runner
	trackers  map[string]*tracker // by name
}

// phase is how far a Composition's life has come.
type phase uint8

const (
	waiting phase = iota // for Run
	running
	ended
)

// New prepares what cfg describes, which must be of a parse without errors:
// sockets are open and users known when it returns, so that what can fail has
// failed; nothing is sent, run or changed before Run, which has to follow. Every
// problem is reported, joined. On error the Network and the Kernel of o are
// closed. cfg must not be changed any more.
func New(cfg *confparse.Config, o Options) (_ *Composition, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, o.close())
		}
	}()
	c := &Composition{log: o.Logger, startDelay: startDelay(cfg, sinceBoot()), options: o, checks: check.NewGroup(), config: cfg, trackers: map[string]*tracker{}}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	c.checker = ScriptChecker
	if o.Checker != nil {
		c.checker = func(_ *confparse.Global, s *confparse.Script) (check.Checker, error) { return o.Checker(s) }
	}
	runners, err := c.runnersOf(cfg)
	c.lvs = newLVS(&c.options, c.log)
	plan, lvsErr := c.lvs.plan(cfg)
	defer plan.close()
	if err := errors.Join(Validate(cfg), err, lvsErr); err != nil {
		return nil, err
	}
	if c.layout, err = newLayout(cfg, nil, nil); err != nil {
		return nil, err
	}
	if err := o.open(); err != nil {
		return nil, err
	}
	if c.manager, err = vip.NewManager(vip.Config{Kernel: o.Kernel, Logger: o.Logger, Paces: c.layout.paces, StateFile: o.StateFile}); err != nil {
		return nil, err
	}
	if c.devices, err = c.manager.Add(c.layout.devices); err != nil {
		return nil, err
	}
	if c.static, err = c.manager.Add(c.layout.static); err != nil {
		return nil, err
	}
	c.host = vrrp.NewHost(vrrp.HostConfig{Network: o.Network, Logger: o.Logger})
	var errs []error
	for _, g := range cfg.SyncGroups {
		errs = append(errs, c.addGroup(g))
	}
	for _, i := range cfg.Instances {
		errs = append(errs, c.addInstance(i))
	}
	for _, r := range runners {
		errs = append(errs, c.addRunner(r))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	c.lvs.commit(plan)
	return c, nil
}

// startDelay returns how long instances wait before they take part: the longer
// one of the delay from now, and of what is left of the delay from the boot.
func startDelay(cfg *confparse.Config, sinceBoot time.Duration) time.Duration {
	return max(cfg.Global.StartupDelay, cfg.Global.DelayAfterBoot-sinceBoot)
}

func (c *Composition) addInstance(i *confparse.Instance) error {
	w := c.layout.wants[i]
	set, err := c.manager.Add(w.set)
	if err != nil {
		return fmt.Errorf("%v: (%s) %w", i.Pos, i.Name, err)
	}
	cfg := w.router
	cfg.Owner, cfg.Sync, cfg.StartDelay = set, groupOf(c.groups, i), c.startDelay
	r, err := c.host.Add(cfg)
	if err == nil {
		c.instances = append(c.instances, Instance{i, r, set})
		err = c.follow(cfg.Trackers, r)
	}
	if err != nil {
		return fmt.Errorf("%v: %w", i.Pos, err)
	}
	return nil
}

// addGroup adds a sync group, which its members join later.
func (c *Composition) addGroup(g *confparse.SyncGroup) error {
	trackers := groupTrackers(g)
	group, err := c.host.AddGroup(vrrp.GroupConfig{Name: g.Name, Trackers: trackers})
	if err == nil {
		c.groups = append(c.groups, syncGroup{g, group})
		err = c.follow(trackers, group)
	}
	if err != nil {
		return fmt.Errorf("%v: %w", g.Pos, err)
	}
	return nil
}

// groupOf returns the group that an instance is a member of, or nil.
func groupOf(groups []syncGroup, i *confparse.Instance) *vrrp.Group {
	for _, g := range groups {
		if slices.ContainsFunc(g.config.Members, func(m confparse.Name) bool { return m.Name == i.Name }) {
			return g.group
		}
	}
	return nil
}

// Config returns the configuration that is at work. It must not be changed.
func (c *Composition) Config() *confparse.Config {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.config
}

// Instances returns the instances, in the order of the configuration.
func (c *Composition) Instances() []Instance {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.instances)
}

// Failed returns what the kernel refuses of what does not belong to an instance:
// the interfaces of VMACs, static addresses, routes and rules.
func (c *Composition) Failed() []*vip.ChangeError {
	return append(c.devices.Failed(), c.static.Failed()...)
}

// Interfaces returns the machine's interfaces and their addresses as they are now.
func (c *Composition) Interfaces() ([]vip.Interface, error) { return c.manager.Interfaces() }

// Groups returns the sync groups, in the order of the configuration.
func (c *Composition) Groups() (list []*vrrp.Group) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, g := range c.groups {
		list = append(list, g.group)
	}
	return list
}

// Scripts returns the tracked scripts, in the order of the configuration.
func (c *Composition) Scripts() (list []Script) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.runners {
		if r.script != nil {
			list = append(list, Script{r.script, r.runner})
		}
	}
	return list
}

// Counters returns what belongs to no instance.
func (c *Composition) Counters() vrrp.HostCounters { return c.host.Counters() }

// Wake has the loop of all instances go round, which Counters tells: see
// vrrp.HostCounters.
func (c *Composition) Wake() { c.host.Wake() }

// Events returns a new channel of the transitions of all instances and sync
// groups; see vrrp.Host.Events.
func (c *Composition) Events() <-chan vrrp.Event { return c.host.Events() }

// Incidents returns a new channel of the incidents of all instances; see
// vrrp.Host.Incidents.
func (c *Composition) Incidents() <-chan vrrp.Incident { return c.host.Incidents() }
