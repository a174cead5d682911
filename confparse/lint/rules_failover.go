package lint

import (
	"fmt"
	"slices"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// failoverRules are about who is master when something fails, over every
// combination of what the nodes track.
func failoverRules() []Rule {
	return []Rule{
		{
			ID: "failover-unreachable", Severity: confparse.Error, Predicts: NoFailover,
			Summary: "no combination of failing checks lowers the priority of the master below that of another node: their weights have no effect",
			Fix:     "make the weight larger than the difference of the priorities", all: failoverUnreachable,
		},
		{
			ID: "failover-tie", Severity: confparse.Error, Predicts: NoFailover,
			Summary: "a failing check brings the priority of the master down to that of the backup, but not below: a backup never takes over from an equal, so the address stays",
			Fix:     "make the weight larger than the difference of the priorities, not equal to it", all: failoverTie,
		},
		{
			ID: "nopreempt-blocks-failover", Severity: confparse.Error, Predicts: NoFailover,
			Summary: "a failing check lowers the priority of the master, but the backup has nopreempt and leaves the role to any master",
			Fix:     "give the check no weight, so that its failure is a FAULT, or remove nopreempt, or add preempt_on_degraded, with keepalived-lite", all: nopreemptBlocks,
		},
		{
			ID: "failover-needs-several", Severity: confparse.Warning,
			Summary: "one failing check does not move the address, only several at once do",
			Fix:     "make the weight larger than the difference of the priorities, if one failure shall be enough", all: failoverNeedsSeveral,
		},
		{
			ID: "no-master", Severity: confparse.Note,
			Summary: "if a check without weight fails on all nodes at once, all are in FAULT: nobody holds the address",
			Fix:     "give the check a weight if a node with a dead service is better than none", all: noMaster,
		},
		{
			ID: "priority-tie", Severity: confparse.Warning,
			Summary: "two nodes have the same priority: of two that start together the one with the higher address wins, and nobody takes an address back",
			Fix:     "give each node a priority of its own", all: priorityTie,
		},
		{
			ID: "priority-close", Severity: confparse.Note,
			Summary: "two backups wait almost equally long for a dead master: both may become master for a moment",
			Fix:     "leave a distance of 10 or more between the priorities", all: priorityClose,
		},
		{
			ID: "two-owners", Severity: confparse.Error,
			Summary: "two nodes are the address owner, priority 255: both are master at the start, and tracking changes nothing",
			Fix:     "use priorities up to 254 for addresses that move", all: twoOwners,
		},
	}
}

// race is who would take over from the master of a router if checks failed.
type race struct {
	master *member
	rival  *member // the best of the others that hears the master
}

// race returns the master of a router with one master and who would be next.
func (r *router) race() (c race, ok bool) {
	ms := r.masters()
	if len(ms) != 1 || len(r.members) < 2 || ms[0].Priority == ownerPriority {
		return c, false
	}
	c.master = ms[0]
	for _, m := range r.members {
		if m != c.master && (c.rival == nil || m.well() > c.rival.well()) {
			c.rival = m
		}
	}
	return c, c.rival.well() > 0 && c.rival.well() < c.master.well()
}

// weighted returns the trackers of a member that change its priority.
func (m *member) weighted() []tracker {
	return slices.DeleteFunc(m.trackers(), func(t tracker) bool { return t.weight.Value == 0 })
}

func all(ts []tracker) (list []Tracked) {
	for _, t := range ts {
		list = append(list, t.Tracked)
	}
	return list
}

// lowest returns the lowest priority above FAULT that failures bring a member
// to, and the fewest failures that do.
func (m *member) lowest() outcome {
	lowest := outcome{m.well(), nil}
	for _, o := range m.outcomes() {
		if o.priority > 0 {
			lowest = o
		}
	}
	return lowest
}

// stays predicts that the master keeps its role.
func (c race) stays(failing []Tracked) *Prediction {
	return &Prediction{Kind: NoFailover, Masters: []Master{c.master.master()}, Failing: failing}
}

// ties returns the trackers that make the master equal to the rival by their
// failure.
func (c race) ties() []tracker {
	return slices.DeleteFunc(c.master.weighted(), func(t tracker) bool {
		return c.master.effective([]Tracked{t.Tracked}) != c.rival.well()
	})
}

func failoverUnreachable(p *pass) {
	for _, r := range p.routers {
		c, ok := r.race()
		if !ok || len(c.master.weighted()) == 0 {
			continue
		}
		low := c.master.lowest()
		if low.priority < c.rival.well() || len(c.ties()) > 0 {
			continue
		}
		failing := low.failing
		if failing == nil {
			failing = all(c.master.weighted())
		}
		t := c.master.weighted()[0]
		f := p.report(c.master.node, t.pos, fmt.Sprintf("the weights have to add up to more than %d, for example weight -%d", c.master.well()-c.rival.well(), c.master.well()-c.rival.well()+10),
			"vrrp_instance %s never hands over because of a check: with %s failed its priority is still %d, not below the %d of %s",
			c.master.Name, names(failing), low.priority, c.rival.well(), c.rival.node.name)
		f.Predicts = c.stays(failing)
	}
}

func failoverTie(p *pass) {
	for _, r := range p.routers {
		c, ok := r.race()
		if !ok {
			continue
		}
		for _, t := range c.ties() {
			failing := []Tracked{t.Tracked}
			more := t.weight.Value - 1
			if t.weight.Value > 0 {
				more = t.weight.Value + 1
			}
			f := p.report(c.master.node, t.pos, fmt.Sprintf("for example weight %d", more),
				"with %s failed, vrrp_instance %s has priority %d, as %s has: equal is not enough to take over, and the address stays",
				t.Tracked, c.master.Name, c.rival.well(), c.rival.node.name)
			f.Predicts = c.stays(failing)
		}
	}
}

// takesFrom reports whether the member takes over from a master whose priority
// has fallen below its own.
func (m *member) takesFrom() bool { return !m.NoPreempt || m.PreemptDegraded }

func nopreemptBlocks(p *pass) {
	for _, r := range p.routers {
		c, ok := r.race()
		if !ok {
			continue
		}
		if slices.ContainsFunc(r.members, func(m *member) bool {
			return m != c.master && m.takesFrom() && m.well() > c.master.lowest().priority
		}) {
			continue
		}
		for _, t := range c.master.weighted() {
			failing := []Tracked{t.Tracked}
			e := c.master.effective(failing)
			if e == 0 || e >= c.rival.well() || c.rival.takesFrom() {
				continue
			}
			f := p.report(c.master.node, t.pos, "",
				"with %s failed, the priority of vrrp_instance %s falls to %d, but %s with its %d has nopreempt and does not take over",
				t.Tracked, c.master.Name, e, c.rival.node.name, c.rival.well())
			f.Predicts = c.stays(failing)
		}
	}
}

func failoverNeedsSeveral(p *pass) {
	for _, r := range p.routers {
		c, ok := r.race()
		if !ok || !c.rival.takesFrom() {
			continue
		}
		low := c.master.lowest()
		if low.priority >= c.rival.well() {
			continue
		}
		for _, t := range c.master.weighted() {
			if e := c.master.effective([]Tracked{t.Tracked}); e > c.rival.well() {
				p.report(c.master.node, t.pos, "", "%s alone does not move vrrp_instance %s: its priority would be %d, above the %d of %s; it takes %s",
					t.Tracked, c.master.Name, e, c.rival.well(), c.rival.node.name, names(enough(c)))
			}
		}
	}
}

// enough returns the fewest failures that move the address.
func enough(c race) (fewest []Tracked) {
	for _, o := range c.master.outcomes() {
		if o.priority > 0 && o.priority < c.rival.well() && (fewest == nil || len(o.failing) < len(fewest)) {
			fewest = o.failing
		}
	}
	return fewest
}

func noMaster(p *pass) {
	for _, r := range p.routers {
		if len(r.members) < 2 {
			continue
		}
		for _, t := range r.members[0].trackers() {
			everywhere := !slices.ContainsFunc(r.members, func(m *member) bool { return m.effective([]Tracked{t.Tracked}) != 0 })
			if everywhere && t.Kind == "script" {
				p.report(r.members[0].node, t.pos, "", "if %s fails on all nodes, vrrp_instance %s is in FAULT everywhere: nobody holds its addresses", t.Tracked, r.members[0].Name)
			}
		}
	}
}

func priorityTie(p *pass) {
	for _, r := range p.routers {
		for a, b := range r.pairs {
			if a.well() == b.well() && a.Priority != ownerPriority && deaf(a, b) == "" {
				p.report(b.node, b.line("priority"), "", "vrrp_instance %s has priority %d when all is well, and so has %s in %s: if both start at once the higher IP address decides, and whoever is master stays", b.Name, b.well(), a.Name, a.node.name)
			}
		}
	}
}

// tooClose is how far the timeouts of two backups should be apart, in 1/1000 s: a
// busy machine is as late as that.
const tooClose = 10

func priorityClose(p *pass) {
	for _, r := range p.routers {
		for a, b := range r.pairs {
			if len(r.members) < 3 || a.well() == b.well() || a.Priority == ownerPriority || b.Priority == ownerPriority {
				continue
			}
			// The one that is master when all is well is no backup of its own.
			if top := r.masters()[0]; top == a || top == b {
				continue
			}
			apart := a.downTime(a.AdvertInterval) - b.downTime(b.AdvertInterval)
			if ms := apart.Abs().Milliseconds(); ms < tooClose {
				p.report(b.node, b.line("priority"), "", "priority %d of vrrp_instance %s is close to %d in %s: after the loss of the master they take over %d ms apart, and may both be master for a moment", b.well(), b.Name, a.well(), a.node.name, ms)
			}
		}
	}
}

func twoOwners(p *pass) {
	for _, r := range p.routers {
		for a, b := range r.pairs {
			if a.Priority == ownerPriority && b.Priority == ownerPriority {
				p.report(b.node, b.line("priority"), "", "vrrp_instance %s has priority 255, and so has %s in %s", b.Name, a.Name, a.node.name)
			}
		}
	}
}
