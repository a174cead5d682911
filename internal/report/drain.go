package report

import (
	"fmt"

	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// explainDrain has the explanation of a drained instance say what the drain has
// to do with its state: the end of it makes a backup master only where its
// priority would be the greater one.
func (i *Instance) explainDrain(why vrrp.Explanation, master vrrp.Peer) {
	undrain := "keepalived-lite undrain " + i.Name
	switch {
	case i.State == vrrp.Master.String():
		i.Why += " It is drained, but nobody takes over: it stays master until another router takes part."
		i.Change = fmt.Sprintf("%s To end the drain, which leaves it master: %s.", why.Flip, undrain)
	case i.State == vrrp.Backup.String() && i.drainDecides(why.Rule, master):
		i.Why += " It is drained."
		i.Change = fmt.Sprintf("To change that: %s.", undrain)
	default:
		i.Why += " It is drained as well."
		i.Change = fmt.Sprintf("%s To end the drain: %s.", why.Flip, undrain)
	}
}

// drainDecides reports whether a backup is one because it is drained.
func (i *Instance) drainDecides(rule vrrp.Rule, master vrrp.Peer) bool {
	if i.NoPreempt || rule != vrrp.RuleHigherPriority && rule != vrrp.RuleEqualPriority {
		return false
	}
	priority := int(i.Base)
	for _, t := range i.Trackers {
		if t.Name != compose.DrainTracker {
			priority += t.Contribution
		}
	}
	return min(priority, vrrp.OwnerPriority-1) > int(master.Priority)
}
