package lint

import (
	"strings"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// groupRules are about vrrp_sync_groups.
func groupRules() []Rule {
	return []Rule{
		{
			ID: "weight-in-group", Severity: confparse.Warning,
			Summary: "keepalived drops a check with a weight from a member of a sync group, which keepalived-lite lets count for all members",
			Fix:     "give the check no weight, or add sync_group_tracking_weight to the group", one: weightInGroup,
		},
		{
			ID: "group-order", Severity: confparse.Error,
			Summary: "the members of a sync group have their highest priorities on different nodes: the group can be master nowhere for long, or moves back and forth",
			Fix:     "give one node the higher priority for all members of the group", all: groupOrder,
		},
		{
			ID: "group-preempt", Severity: confparse.Warning,
			Summary: "some members of a sync group have nopreempt and others do not: those that preempt pull the whole group",
			Fix:     "write nopreempt in all members of the group, or in none", one: groupPreempt,
		},
		{
			ID: "group-differs", Severity: confparse.Warning,
			Summary: "a sync group has other members on another node: after a failover the addresses may be on different nodes",
			Fix:     "give the group the same members on all nodes", all: groupDiffers,
		},
	}
}

// groupOf returns the group that an instance is a member of, or nil.
func (n *node) groupOf(instance string) *confparse.SyncGroup {
	for _, g := range n.cfg.SyncGroups {
		for _, m := range g.Members {
			if m.Name == instance {
				return g
			}
		}
	}
	return nil
}

// groupTracks reports whether the group of an instance tracks anything.
func (n *node) groupTracks(instance string) bool {
	g := n.groupOf(instance)
	return g != nil && len(n.block(g.Pos).All("track_script", "track_interface", "track_file", "track_process", "track_bfd")) > 0
}

func weightInGroup(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		g := n.groupOf(i.Name)
		if g == nil || g.TrackingWeight {
			continue
		}
		for _, list := range n.block(i.Pos).All("track_script", "track_interface", "track_file", "track_process", "track_bfd") {
			for _, entry := range list.Body {
				if weight := n.weightOf(list.Name(), entry); weight != "" && weight != "0" {
					p.report(n, entry.Pos(), "", "keepalived drops %s with weight %s from vrrp_instance %s, because that is in vrrp_sync_group %s; keepalived-lite lets it count for all members", entry.Name(), weight, i.Name, g.Name)
				}
			}
		}
	}
}

func groupOrder(p *pass) {
	for _, n := range p.nodes {
		for _, g := range n.cfg.SyncGroups {
			best := map[*node]string{} // who is first, and for which member
			for _, m := range g.Members {
				for _, r := range p.routers {
					top := r.top()
					if top == nil || !r.has(n, m.Name) {
						continue
					}
					if best[top.node] == "" {
						best[top.node] = m.Name
					}
				}
			}
			if len(best) < 2 || n != p.nodes[0] {
				continue
			}
			var parts []string
			for _, o := range p.nodes {
				if best[o] != "" {
					parts = append(parts, best[o]+" on "+o.name)
				}
			}
			p.report(n, g.Pos, "", "vrrp_sync_group %s: the highest priority of %s", g.Name, strings.Join(parts, ", that of "))
		}
	}
}

// top returns the member with the highest priority if only one has it, and there
// are others.
func (r *router) top() *member {
	var top *member
	for _, m := range r.members {
		switch {
		case top == nil || m.well() > top.well():
			top = m
		case m.well() == top.well():
			return nil
		}
	}
	if len(r.members) < 2 {
		return nil
	}
	return top
}

func (r *router) has(n *node, instance string) bool {
	for _, m := range r.members {
		if m.node == n && m.Name == instance {
			return true
		}
	}
	return false
}

func groupPreempt(p *pass, n *node) {
	for _, g := range n.cfg.SyncGroups {
		var with, without string
		for _, m := range g.Members {
			if i := n.cfg.Instance(m.Name); i != nil && i.NoPreempt {
				with = i.Name
			} else if i != nil {
				without = i.Name
			}
		}
		if with != "" && without != "" {
			p.report(n, g.Pos, "", "in vrrp_sync_group %s, %s has nopreempt and %s has not: %s takes the whole group back", g.Name, with, without, without)
		}
	}
}

func groupDiffers(p *pass) {
	type first struct {
		node    *node
		members string
	}
	seen := map[string]first{}
	for _, n := range p.nodes {
		for _, g := range n.cfg.SyncGroups {
			var list []string
			for _, m := range g.Members {
				list = append(list, m.Name)
			}
			members := strings.Join(list, " ")
			f, ok := seen[g.Name]
			if !ok {
				seen[g.Name] = first{n, members}
			} else if !sameWords(f.members, members) {
				p.report(n, g.Pos, "", "vrrp_sync_group %s has the members %s, but %s in %s", g.Name, members, f.members, f.node.name)
			}
		}
	}
}

func sameWords(a, b string) bool {
	count := map[string]int{}
	for _, w := range strings.Fields(a) {
		count[w]++
	}
	for _, w := range strings.Fields(b) {
		count[w]--
	}
	for _, c := range count {
		if c != 0 {
			return false
		}
	}
	return true
}
