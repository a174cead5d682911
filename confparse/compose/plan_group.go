package compose

import (
	"errors"
	"reflect"
	"slices"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// planGroups matches the groups by name, and those that are left by their
// members.
func (p *Plan) planGroups(olds map[*confparse.Instance]Instance) error {
	used := map[*vrrp.Group]bool{}
	names := func(g *confparse.SyncGroup, old bool) (list []*vrrp.Router) {
		for _, m := range g.Members {
			if i := p.config.Instance(m.Name); !old && i != nil {
				list = append(list, olds[i].Router)
			}
			for _, i := range p.c.instances {
				if old && i.Config.Name == m.Name {
					list = append(list, i.Router)
				}
			}
		}
		return list
	}
	find := func(match func(*confparse.SyncGroup) bool) *syncGroup {
		at := slices.IndexFunc(p.c.groups, func(g syncGroup) bool { return !used[g.group] && match(g.config) })
		if at < 0 {
			return nil
		}
		used[p.c.groups[at].group] = true
		return &p.c.groups[at]
	}
	found := map[*confparse.SyncGroup]*syncGroup{}
	for _, g := range p.config.SyncGroups {
		found[g] = find(func(o *confparse.SyncGroup) bool { return o.Name == g.Name })
	}
	var errs []error
	for _, g := range p.config.SyncGroups {
		plan := groupPlan{config: g, trackers: groupTrackers(g)}
		members := names(g, false)
		if found[g] == nil && len(members) > 0 && !slices.Contains(members, nil) {
			found[g] = find(func(o *confparse.SyncGroup) bool {
				return reflect.DeepEqual(names(o, true), members) && !slices.ContainsFunc(p.config.SyncGroups, func(n *confparse.SyncGroup) bool { return n.Name == o.Name })
			})
		}
		var err error
		if o := found[g]; o != nil {
			plan.old, plan.group = o.config, o.group
			plan.changed = o.config.Name != g.Name || !reflect.DeepEqual(groupTrackers(o.config), plan.trackers)
			err = vrrp.GroupParams{Trackers: plan.trackers}.Validate()
		} else {
			plan.group, err = p.c.host.AddGroup(vrrp.GroupConfig{Name: g.Name, Trackers: plan.trackers})
		}
		if err != nil {
			errs = append(errs, at(g.Pos, err))
			continue
		}
		p.groups = append(p.groups, plan)
	}
	for _, g := range p.c.groups {
		if !used[g.group] {
			p.gone = append(p.gone, g)
		}
	}
	return errors.Join(errs...)
}

// groupOf returns the group that an instance will be a member of, or nil.
func (p *Plan) groupOf(i *confparse.Instance) *vrrp.Group {
	for _, g := range p.groups {
		if slices.ContainsFunc(g.config.Members, func(m confparse.Name) bool { return m.Name == i.Name }) {
			return g.group
		}
	}
	return nil
}
