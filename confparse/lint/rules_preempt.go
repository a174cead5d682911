package lint

import (
	"github.com/vrrpkit/vrrpkit/confparse"
)

// preemptRules are about who takes an address back.
func preemptRules() []Rule {
	return []Rule{
		{
			ID: "nopreempt-master", Severity: confparse.Error,
			Summary: "nopreempt is ignored with state MASTER: the node takes the addresses back when it returns",
			Fix:     "write state BACKUP, on all nodes", one: nopreemptMaster,
		},
		{
			ID: "nopreempt-lower", Severity: confparse.Warning,
			Summary: "nopreempt stands on the node with the lower priority only, where it has nothing to do: the other one still takes the addresses back",
			Fix:     "write nopreempt on the node with the higher priority, or on all", all: nopreemptLower,
		},
		{
			ID: "nopreempt-weight", Severity: confparse.Warning,
			Summary: "with nopreempt on the other nodes too, a check with a weight moves nothing: they leave the role to any master",
			Fix:     "give the check no weight, so that its failure is a FAULT, or add preempt_on_degraded, with keepalived-lite", one: nopreemptWeight,
		},
		{
			ID: "preempt-delay-ignored", Severity: confparse.Warning,
			Summary: "preempt_delay is ignored: with state MASTER or nopreempt it means nothing",
			Fix:     "remove it, or write state BACKUP without nopreempt", one: preemptDelayIgnored,
		},
		{
			ID: "state-order", Severity: confparse.Warning,
			Summary: "the node with state MASTER has the lower priority: it is not the one that will be master",
			Fix:     "give state MASTER to the node with the highest priority, or write state BACKUP everywhere", all: stateOrder,
		},
	}
}

func nopreemptMaster(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		b := n.block(i.Pos)
		s := b.Last("nopreempt")
		if s == nil || i.State != confparse.StateMaster {
			continue
		}
		help := ""
		if b.Last("state") == nil {
			help = "priority 255 owns the addresses and always preempts: use a lower one"
		}
		p.report(n, s.Pos(), help, "nopreempt of vrrp_instance %s is ignored, because it has state MASTER: after an outage this node takes the addresses back, and clients see a second failover", i.Name)
	}
}

func nopreemptLower(p *pass) {
	for _, r := range p.routers {
		for a, b := range r.pairs {
			lower, higher := a, b
			if a.well() > b.well() {
				lower, higher = b, a
			}
			if lower.NoPreempt && !higher.NoPreempt && lower.well() < higher.well() {
				p.report(lower.node, lower.line("nopreempt"), "", "nopreempt of vrrp_instance %s has no effect: %s has the higher priority, %d, and preempts", lower.Name, higher.node.name, higher.well())
			}
		}
	}
}

func nopreemptWeight(p *pass, n *node) {
	if len(p.nodes) > 1 {
		return // nopreempt-blocks-failover knows better
	}
	for _, i := range n.cfg.Instances {
		m := &member{i, n}
		if m.takesFrom() {
			continue
		}
		for _, t := range m.weighted() {
			p.report(n, t.pos, "", "%s changes the priority of vrrp_instance %s, which moves nothing if the other nodes have nopreempt too, as they should", t.Tracked, i.Name)
		}
	}
}

func preemptDelayIgnored(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		s := n.block(i.Pos).Last("preempt_delay")
		if s == nil || i.PreemptDelay != 0 || s.Arg(1) == "0" {
			continue
		}
		why := "it has state MASTER"
		if i.NoPreempt {
			why = "it does not preempt at all"
		} else if i.Strict {
			why = "it is strict"
		}
		f := p.report(n, s.Pos(), "", "preempt_delay of vrrp_instance %s is ignored: %s", i.Name, why)
		f.Edits = n.remove(s)
	}
}

func stateOrder(p *pass) {
	for _, r := range p.routers {
		for a, b := range r.pairs {
			for _, way := range [][2]*member{{a, b}, {b, a}} {
				m, o := way[0], way[1]
				if m.State == confparse.StateMaster && o.State == confparse.StateBackup && m.well() < o.well() {
					p.report(m.node, m.line("state"), "", "vrrp_instance %s has state MASTER, but %s has the higher priority, %d against %d: that one will be master", m.Name, o.node.name, o.well(), m.well())
				}
			}
		}
	}
}
