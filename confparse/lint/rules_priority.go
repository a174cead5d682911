package lint

import "github.com/vrrpkit/vrrpkit/confparse"

// priorityRules are about priorities and weights within one file.
func priorityRules() []Rule {
	return []Rule{
		{
			ID: "master-without-priority", Severity: confparse.Error,
			Summary: "state MASTER without priority means priority 255: the node ignores weights and nopreempt, and always takes the addresses back",
			Fix:     "write a priority, for example: priority 150", one: masterWithoutPriority,
		},
		{
			ID: "owner-weight", Severity: confparse.Warning,
			Summary: "a weight does not change priority 255: the check has no effect",
			Fix:     "use a priority up to 254, or give the check no weight", one: ownerWeight,
		},
		{
			ID: "weight-exceeds", Severity: confparse.Warning,
			Summary: "a priority is kept within 1 to 254: where weights lead beyond, different states come to the same priority",
			Fix:     "choose priority and weights so that their sums stay within 1 to 254", one: weightExceeds,
		},
		{
			ID: "nothing-tracked", Severity: confparse.Note,
			Summary: "an instance tracks nothing: it moves when the node or its interface dies, not when the service does",
			Fix:     "define a vrrp_script that checks the service, and track it", one: nothingTracked,
		},
		{
			ID: "priority-default", Severity: confparse.Note,
			Summary: "an instance without priority has 100, on every node that leaves it out",
			Fix:     "write a priority of its own on each node", one: priorityDefault,
		},
	}
}

func masterWithoutPriority(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		b := n.block(i.Pos)
		if s := b.Last("state"); i.State == confparse.StateMaster && s != nil && b.Last("priority") == nil {
			p.report(n, s.Pos(), "", "state MASTER without a priority makes vrrp_instance %s the address owner, with priority 255: it always preempts, and what it tracks does not lower it", i.Name)
		}
	}
}

func ownerWeight(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		if i.Priority != ownerPriority {
			continue
		}
		for _, list := range n.block(i.Pos).All("track_script", "track_interface", "track_file", "track_process", "track_bfd") {
			for _, entry := range list.Body {
				if weight := n.weightOf(list.Name(), entry); weight != "" && weight != "0" {
					p.report(n, entry.Pos(), "", "weight %s of %s has no effect on vrrp_instance %s: its priority is 255", weight, entry.Name(), i.Name)
				}
			}
		}
	}
}

// weightOf returns the weight of an entry of a list of trackers as it is
// written: its own, or that of the block that defines what it tracks.
func (n *node) weightOf(list string, entry *confparse.Statement) string {
	for i, w := range entry.Words {
		if w.Text == "weight" {
			return entry.Arg(i + 1)
		}
	}
	define := map[string]string{"track_script": "vrrp_script", "track_file": "track_file", "track_process": "vrrp_track_process", "track_bfd": "bfd_instance"}
	for _, b := range n.blocks(define[list]) {
		if w := b.Last("weight"); b.Arg(1) == entry.Name() && w != nil {
			return w.Arg(1)
		}
	}
	return ""
}

func weightExceeds(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		m := &member{i, n}
		lo, hi := int(i.Priority), int(i.Priority)
		for _, t := range m.weighted() {
			good, _ := t.points(false)
			bad, _ := t.points(true)
			lo, hi = lo+min(good, bad), hi+max(good, bad)
		}
		if i.Priority != ownerPriority && (lo < 1 || hi > 254) {
			p.report(n, n.line(i, "priority"), "", "the weights of vrrp_instance %s lead from %d to %d, of which only 1 to 254 are used", i.Name, lo, hi)
		}
	}
}

func nothingTracked(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		if len(n.block(i.Pos).All("track_script", "track_interface", "track_file", "track_process", "track_bfd")) == 0 && !n.groupTracks(i.Name) {
			p.report(n, i.Pos, "", "vrrp_instance %s tracks nothing: its addresses stay here while the service behind them is dead", i.Name)
		}
	}
}

func priorityDefault(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		if n.block(i.Pos).Last("priority") == nil && i.Priority != ownerPriority {
			p.report(n, i.Pos, "", "vrrp_instance %s has no priority, and so %d, which other nodes may have too", i.Name, i.Priority)
		}
	}
}
