package vip

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// content is a SetConfig that has been checked.
type content struct {
	name         string
	addresses    []Address
	objects      []Object // VMACs, addresses, routes, rules
	schedule     Schedule
	extra        []string
	extraRefresh time.Duration
	yieldAfter   int
	lifetime     time.Duration
}

// check returns what cfg says, or every mistake in it.
func (m *Manager) check(cfg SetConfig) (content, error) {
	c := content{
		name: cfg.Name, schedule: cfg.Schedule, extra: slices.Clone(cfg.ExtraInterfaces),
		yieldAfter: cmp.Or(max(cfg.YieldAfter, 0), DefaultYieldAfter), lifetime: max(cmp.Or(cfg.Lifetime, m.lifetime), 0),
	}
	if cfg.Schedule == (Schedule{}) {
		c.schedule = DefaultSchedule()
	}
	if len(c.extra) > 0 {
		c.extraRefresh = cfg.ExtraRefresh
	}
	errs := []error{cfg.Schedule.Validate(), validateLifetime(cfg.Lifetime)}
	if cfg.ExtraRefresh < 0 {
		errs = append(errs, fmt.Errorf("vip: ExtraRefresh %v is negative", cfg.ExtraRefresh))
	}
	c.addresses, c.objects = cfg.complete(), cfg.Objects()
	seen := make(map[place]bool)
	for _, o := range c.objects {
		p := o.place()
		errs = append(errs, o.Validate())
		if seen[p] {
			errs = append(errs, fmt.Errorf("vip: %s is twice in the set", Describe(o)))
		}
		seen[p] = true
	}
	return c, errors.Join(errs...)
}

// complete returns the addresses with their interfaces.
func (c SetConfig) complete() []Address {
	list := slices.Clone(c.Addresses)
	for i := range list {
		if list[i].Interface == "" {
			list[i].Interface = c.Interface
		}
		list[i].Foreign = false
	}
	return list
}

// Objects returns all that a Set would hold, in the order in which it is added.
func (c SetConfig) Objects() []Object {
	var list []Object
	for _, v := range c.VMACs {
		list = append(list, v)
	}
	return append(list, objects(c.complete(), c.Routes, c.Rules)...)
}

// become makes c what the Set is about. Called with its turn and the manager's
// mutex.
func (s *Set) become(c content) {
	s.name, s.addresses, s.objects, s.extra = c.name, c.addresses, c.objects, c.extra
	s.strikes.limit = c.yieldAfter
	s.lease.lifetime = c.lifetime
	s.lifetime.Store(int64(c.lifetime))
	s.announcer.schedule, s.announcer.extraPeriod = c.schedule, c.extraRefresh
	s.announcer.slot = nil
	if len(s.manager.pacer.paces) > 0 {
		s.announcer.slot = s.slot
	}
}
