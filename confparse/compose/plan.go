package compose

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// ErrStalePlan means that something has changed since a Plan was made: plan
// again.
var ErrStalePlan = errors.New("the plan is out of date: something has changed since it was made")

var errNotRunning = errors.New("the configuration is not at work")

// Plan is the way from the configuration at work to another one. All that can
// fail has been done: what the new one needs is open. Nothing has changed yet.
//
// A Plan is printed by String, and marshalled, for people and for programs. It
// has to be applied or closed.
type Plan struct {
	// Difference is what changes in meaning.
	Difference *confparse.Difference

	// Instances are those that the change has to do with; the others are not
	// touched: their state, sockets, counters and cadence stay.
	Instances []InstancePlan

	// Untouched is the number of the others.
	Untouched int

	c          *Composition
	generation int
	config     *confparse.Config
	layout     *layout
	groups     []groupPlan
	gone       []syncGroup // groups that end
	members    []*member   // in the order of the new configuration
	leaving    []Instance  // routers to be closed
	lvs        *lvsPlan
	runners    []*runner // in the order of the new configuration; those that stay are the old ones
	fresh      []*runner // in the same order, as the new configuration has them
	ending     []*runner

	makeDevices, changeSets, changeDevices func() error // nil: there is nothing to do
	moreDevices, newFilter, newObjects     bool
}

// member is an instance of the new configuration.
type member struct {
	config      *confparse.Instance
	old         Instance // Router nil: it is new, or takes the place of one that leaves
	router      vrrp.Config
	commit      func()            // nil: the router is not touched
	reservation *vrrp.Reservation // of a new router
	set         *vip.Set
	moved       bool // what the set of a router that stays is to hold is not what it holds
}

// groupPlan is a group of the new configuration.
type groupPlan struct {
	config   *confparse.SyncGroup
	old      *confparse.SyncGroup // nil: it is new
	group    *vrrp.Group
	trackers []vrrp.Tracker
	changed  bool
}

// Plan prepares the way to cfg, which must be of a parse without errors and must
// not be changed any more. Every problem is reported, joined, and then nothing is
// left of the attempt. Instances are matched as keepalived matches them: by
// VRID, family, interface, multicast group or unicast source, and virtual MAC,
// not by name; sync groups by name, or by their members.
func (c *Composition) Plan(cfg *confparse.Config) (*Plan, error) { return c.plan(cfg, nil) }

func (c *Composition) plan(cfg *confparse.Config, kept *layout) (_ *Plan, err error) {
	c.applying.Lock()
	defer c.applying.Unlock()
	if c.phase != running {
		return nil, errNotRunning
	}
	if kept == nil { // else it has been at work, and what its files say now does not matter
		if err := Validate(cfg); err != nil {
			return nil, err
		}
	}
	p := &Plan{c: c, generation: c.generation, config: cfg, Difference: confparse.Diff(c.config, cfg)}
	defer func() {
		if err != nil {
			p.release()
		}
	}()
	running := map[*confparse.Instance]Instance{} // by their configuration
	for _, i := range c.instances {
		running[i.Config] = i
	}
	olds := map[*confparse.Instance]Instance{} // by their new configuration
	for _, pair := range p.Difference.Pairs() {
		if old, ok := running[pair.Old]; ok && pair.New != nil {
			olds[pair.New] = old
		}
	}
	if p.layout, err = newLayout(cfg, p.prior(olds), kept); err != nil {
		return nil, err
	}
	var lvsErr error
	p.lvs, lvsErr = c.lvs.plan(cfg)
	errs := []error{p.planRunners(), p.planGroups(olds), lvsErr}
	for _, i := range cfg.Instances {
		errs = append(errs, at(i.Pos, p.planInstance(i, olds[i])))
	}
	stays := map[*vrrp.Router]bool{}
	for _, m := range p.members {
		stays[m.old.Router] = true
	}
	for _, i := range c.instances {
		if !stays[i.Router] {
			p.leaving = append(p.leaving, i)
		}
	}
	errs = append(errs, p.planAddresses())
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	p.predict(running)
	return p, nil
}

// prior returns what newLayout asks for. An instance that does not change wants
// what it did, unless something may have changed that it refers to by name.
func (p *Plan) prior(olds map[*confparse.Instance]Instance) func(*confparse.Instance) (*virtual, *wants) {
	d := p.Difference
	alone := len(d.Scripts)+len(d.TrackFiles)+len(d.TrackProcesses)+len(d.BFDs) == 0
	changes := map[*confparse.Instance]bool{}
	for _, c := range d.Instances {
		changes[c.New] = true
	}
	return func(i *confparse.Instance) (*virtual, *wants) {
		was := olds[i].Config
		if alone && !changes[i] && !readsFiles(i) {
			return p.c.layout.vmacs[was], p.c.layout.wants[was]
		}
		return p.c.layout.vmacs[was], nil
	}
}

// Close gives up a Plan that is not applied. After Apply it does nothing.
func (p *Plan) Close() {
	p.c.applying.Lock()
	defer p.c.applying.Unlock()
	p.release()
}

// Empty reports whether nothing changes.
func (p *Plan) Empty() bool { return p.Difference.Empty() && len(p.Instances) == 0 }

// release gives back what is not in use.
func (p *Plan) release() {
	for _, m := range p.members {
		if m.reservation != nil {
			m.reservation.Close()
		}
	}
	for _, g := range p.groups {
		if g.old == nil && p.generation >= 0 {
			_ = g.group.Close() // which has no members yet
		}
	}
	p.lvs.close()
	p.generation = -1
}

// planRunners keeps the runners of what does not change.
func (p *Plan) planRunners() (err error) {
	if p.runners, err = p.c.runnersOf(p.config); err != nil {
		return err
	}
	p.fresh = slices.Clone(p.runners)
	kept := map[*runner]bool{}
	for n, r := range p.runners {
		at := slices.IndexFunc(p.c.runners, func(o *runner) bool { return o.tracker == r.tracker && o.same(r) })
		if at >= 0 {
			kept[p.c.runners[at]] = true
			p.runners[n] = p.c.runners[at]
		}
	}
	for _, o := range p.c.runners {
		if !kept[o] {
			p.ending = append(p.ending, o)
		}
	}
	return nil
}

// planInstance prepares the router of an instance: the one that is there, or
// another one where a socket or a virtual interface has to be another.
func (p *Plan) planInstance(i *confparse.Instance, old Instance) (err error) {
	m := &member{config: i, router: p.layout.wants[i].router}
	p.members = append(p.members, m)
	m.router.Sync = p.groupOf(i)
	if old.Router != nil && p.fits(i, old) {
		m.old, m.set = old, old.set
		was, is := p.c.layout.wants[old.Config], p.layout.wants[i]
		m.moved = was != is && !reflect.DeepEqual(was.set, is.set)
		if (was == is || reflect.DeepEqual(was.router, is.router)) && groupOf(p.c.groups, old.Config) == m.router.Sync {
			return nil
		}
		m.router.StartDelay = p.c.startDelay
		cfg := m.router
		if p.drained(i, old) {
			cfg.Trackers = append(slices.Clone(cfg.Trackers), drainTracker)
		}
		m.commit, err = old.Router.Prepare(cfg)
		return err
	}
	if p.drained(i, old) {
		m.router.Trackers = append(slices.Clone(m.router.Trackers), drainTracker)
	}
	if m.set, err = p.c.manager.Add(p.layout.wants[i].set); err != nil {
		return fmt.Errorf("(%s) %w", i.Name, err)
	}
	m.router.Owner = m.set
	m.reservation, err = p.c.host.Reserve(m.router)
	return err
}

// fits reports whether the router that is there can become what the instance is
// to be.
func (p *Plan) fits(i *confparse.Instance, old Instance) bool {
	was, is := p.c.layout.vmacs[old.Config], p.layout.vmacs[i]
	if !reflect.DeepEqual(was.own, is.own) || was.source != is.source || is.own.Name != "" && old.Config.VMACXmitBase != i.VMACXmitBase {
		return false
	}
	for _, a := range was.all {
		for _, b := range is.all {
			if a.Name == b.Name && !reflect.DeepEqual(a, b) {
				return false
			}
		}
	}
	return true
}
