package compose

import (
	"fmt"
	"slices"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// DrainTracker is the name of the tracker that an instance has while it is
// drained.
const DrainTracker = "drain"

var drainTracker = vrrp.Tracker{Name: DrainTracker, Weight: -253, Initial: vrrp.TrackDown}

// Drain has an instance, and the others of its sync group, stand back for
// maintenance: its priority is the lowest there is, and if it is master it hands
// over. It stays a backup, the last one: where nobody else takes part, it is
// master again after its down interval. To drain it twice changes nothing.
//
// An address owner, of priority 255, cannot stand back.
func (c *Composition) Drain(name string) error {
	c.applying.Lock()
	defer c.applying.Unlock()
	r, err := c.router(name)
	if err != nil {
		return err
	}
	cfg := r.Config()
	switch {
	case cfg.Priority == vrrp.OwnerPriority:
		return fmt.Errorf("%s has priority 255, which is for the owner of the address and cannot stand back: stop the daemon, or configure a priority below 255", name)
	case slices.ContainsFunc(cfg.Trackers, isDrain):
		return nil
	}
	cfg.Trackers = append(slices.Clone(cfg.Trackers), drainTracker)
	if err := r.Update(cfg); err != nil {
		return err
	}
	c.generation++
	c.log.Warn("drained: it is master only where nobody else is", "instance", name)
	r.Yield()
	return nil
}

// Undrain gives an instance its priority back. Whether it becomes master again is
// a matter of priorities and nopreempt.
func (c *Composition) Undrain(name string) error {
	c.applying.Lock()
	defer c.applying.Unlock()
	r, err := c.router(name)
	if err != nil {
		return err
	}
	cfg := r.Config()
	if !slices.ContainsFunc(cfg.Trackers, isDrain) {
		return nil
	}
	cfg.Trackers = slices.DeleteFunc(slices.Clone(cfg.Trackers), isDrain)
	if err := r.Update(cfg); err != nil {
		return err
	}
	c.generation++
	c.log.Info("no longer drained", "instance", name)
	return nil
}

func isDrain(t vrrp.Tracker) bool { return t.Name == DrainTracker }

func (c *Composition) router(name string) (*vrrp.Router, error) {
	for _, i := range c.Instances() {
		if i.Config.Name == name {
			return i.Router, nil
		}
	}
	return nil, fmt.Errorf("there is no instance %q", name)
}

// drained reports whether an instance takes the place of one that is drained: the
// one it is matched with, or else the one of its name.
func (p *Plan) drained(i *confparse.Instance, old Instance) bool {
	if old.Router == nil {
		at := slices.IndexFunc(p.c.instances, func(o Instance) bool { return o.Config.Name == i.Name })
		if at < 0 {
			return false
		}
		old = p.c.instances[at]
	}
	return slices.ContainsFunc(old.Router.Config().Trackers, isDrain)
}
