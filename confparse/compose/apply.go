package compose

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// Apply makes p's configuration the one at work. It refuses a Plan that is out of
// date, with ErrStalePlan, or whose Composition does not run, and has then changed
// nothing. Otherwise it cannot fail: what it returns is what the kernel has
// refused so far, and goes on being tried.
//
// Addresses that move from one instance to another are there all the time.
// Routers that go say so with priority 0 before their successors start.
func (c *Composition) Apply(ctx context.Context, p *Plan) error {
	c.applying.Lock()
	defer c.applying.Unlock()
	switch {
	case p.c != c || p.generation != c.generation:
		return ErrStalePlan
	case c.phase != running:
		return errNotRunning
	}
	c.generation++
	errs := []error{c.applyAddresses(context.WithoutCancel(ctx), p)}
	errs = append(errs, c.closeRouters(p.leaving))
	if p.changeDevices != nil {
		errs = append(errs, p.changeDevices())
	}
	for _, g := range p.groups {
		if g.changed {
			errs = append(errs, g.group.Update(vrrp.GroupConfig{Name: g.config.Name, Trackers: g.trackers}))
		}
		if g.changed || g.old == nil {
			c.unfollow(g.group)
			errs = append(errs, c.follow(g.trackers, g.group))
		}
	}
	for _, m := range p.members {
		if m.commit != nil {
			m.commit()
			c.unfollow(m.old.Router)
			errs = append(errs, c.follow(m.router.Trackers, m.old.Router))
		}
	}
	for _, g := range p.gone {
		c.unfollow(g.group)
		errs = append(errs, g.group.Close())
	}
	errs = append(errs, c.applyRunners(p))
	errs = append(errs, c.adopt(p))
	c.lvs.commit(p.lvs)
	p.generation = -1
	p.release()
	return errors.Join(errs...)
}

// applyAddresses changes what is held by routers that stay, and makes virtual
// interfaces for those that come.
func (c *Composition) applyAddresses(ctx context.Context, p *Plan) error {
	var errs []error
	if p.newFilter {
		errs = append(errs, c.manager.Filter(p.layout.filter))
	}
	if p.newObjects {
		list := append(p.layout.devices.Objects(), p.layout.static.Objects()...)
		for _, m := range p.members {
			list = append(list, p.layout.wants[m.config].set.Objects()...)
		}
		errs = append(errs, c.manager.CleanUp(ctx, list...))
	}
	if p.makeDevices != nil {
		errs = append(errs, p.makeDevices())
		time.Sleep(vmacPause) // see makeVMACs
	}
	if p.changeSets != nil {
		errs = append(errs, p.changeSets())
	}
	return errors.Join(errs...)
}

// closeRouters has routers leave, all at once, and waits for them.
func (c *Composition) closeRouters(list []Instance) error {
	errs := make([]error, len(list))
	var wg sync.WaitGroup
	for n, i := range list {
		c.unfollow(i.Router)
		wg.Go(func() { errs[n] = i.Router.Close() })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// applyRunners ends what is not looked after any more, and begins what is new.
func (c *Composition) applyRunners(p *Plan) error {
	was := map[string]*runner{}
	for _, r := range p.ending {
		was[r.tracker] = r
	}
	var errs []error
	for _, r := range p.runners {
		if r.runner != nil {
			c.considered(r)
			continue
		}
		if o := was[r.tracker]; o != nil {
			// What has been found out is good until there is news.
			if state := o.runner.Snapshot().State; o.subject == r.subject && state != check.Unknown {
				r.config.Initial = state
			}
			c.checks.Remove(o.runner)
		}
		var err error
		if r.runner, err = c.checks.Add(r.config); err != nil {
			errs = append(errs, at(r.pos, err))
			continue
		}
		c.listen(r)
	}
	for _, r := range p.ending {
		c.checks.Remove(r.runner)
	}
	return errors.Join(errs...)
}

// considered says, in keepalived's words, that what is known of a script is good
// for the new configuration too.
func (c *Composition) considered(r *runner) {
	if state := r.runner.Snapshot().State; r.script != nil && state != check.Unknown {
		verdict := map[check.State]string{check.Up: "successful", check.Down: "unsuccessful"}[state]
		c.log.Info("VRRP_Script(" + r.script.Name + ") considered " + verdict + " on reload")
	}
}

// adopt starts the new routers, and has the Composition be what the plan says.
func (c *Composition) adopt(p *Plan) error {
	var errs []error
	var instances []Instance
	for _, m := range p.members {
		i := Instance{m.config, m.old.Router, m.set}
		if m.reservation != nil {
			var err error
			if i.Router, err = m.reservation.Add(); err == nil {
				err = c.follow(m.router.Trackers, i.Router)
			}
			if err != nil {
				errs = append(errs, at(m.config.Pos, err))
				continue
			}
		}
		instances = append(instances, i)
	}
	var groups []syncGroup
	for _, g := range p.groups {
		groups = append(groups, syncGroup{g.config, g.group})
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.config, c.layout, c.instances, c.groups = p.config, p.layout, instances, groups
	for n, r := range p.runners {
		r.pos, r.script, r.file = p.fresh[n].pos, p.fresh[n].script, p.fresh[n].file
	}
	c.runners = slices.DeleteFunc(p.runners, func(r *runner) bool { return r.runner == nil })
	for name, t := range c.trackers {
		if len(t.tracks) == 0 && !slices.ContainsFunc(c.runners, func(r *runner) bool { return r.tracker == name }) {
			delete(c.trackers, name)
		}
	}
	return errors.Join(errs...)
}
