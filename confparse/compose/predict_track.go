package compose

import (
	"slices"
	"strings"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

// effective returns the priority that an instance will have, as far as its
// trackers are known.
func (p *Plan) effective(s *vrrp.Snapshot, is *vrrp.Config, drained bool) int {
	if is.Priority == vrrp.OwnerPriority {
		return int(vrrp.OwnerPriority)
	}
	list := slices.Clone(is.Trackers)
	if drained {
		list = append(list, drainTracker)
	}
	sum := int(is.Priority)
	counted := map[string]bool{}
	if is.Sync != nil {
		for _, t := range s.GroupTrackers {
			sum += t.Contribution
			counted[t.Name] = counted[t.Name] || t.Weight != 0
		}
	}
	for _, t := range list {
		if !counted[t.Name] {
			sum += p.known(s, t).Contribution
		}
	}
	return min(max(sum, 1), 254)
}

// known returns what will be known of a tracker at once.
func (p *Plan) known(s *vrrp.Snapshot, t vrrp.Tracker) vrrp.TrackerState {
	status, value := t.Initial, 0
	if at := slices.IndexFunc(s.Trackers, func(o vrrp.TrackerState) bool { return o.Name == t.Name }); at >= 0 {
		status, value = s.Trackers[at].Status, s.Trackers[at].Value
	}
	p.c.mu.Lock()
	known := p.c.trackers[t.Name]
	p.c.mu.Unlock()
	if known != nil {
		if st, v := known.last(); st != vrrp.TrackUnknown {
			status, value = st, v
		}
	}
	return t.As(status, value)
}

// weighTrackers says what changed trackers may do, or will.
func (p *Plan) weighTrackers(i *InstancePlan, s *vrrp.Snapshot, m *member, is *vrrp.Config) {
	faulty := func(list []vrrp.TrackerState) (names []string) {
		for _, t := range list {
			if t.Fault {
				names = append(names, t.Name)
			}
		}
		return names
	}
	var then []vrrp.TrackerState
	for _, t := range is.Trackers {
		st := p.known(s, t)
		then = append(then, st)
		fresh := slices.ContainsFunc(p.runners, func(r *runner) bool { return r.tracker == t.Name && r.runner == nil && p.anew(r) })
		if st.Status == vrrp.TrackUnknown || fresh {
			i.expect(ExpectPossible, "it depends on what %s finds", t.Name)
		}
	}
	before, after := faulty(s.Trackers), faulty(then)
	switch {
	case s.State == vrrp.Fault && len(before) > 0 && len(after) == 0 && s.LinkUp:
		i.expect(sure(is.Sync), "%s keeps it in FAULT no longer", strings.Join(before, ", "))
	case s.State != vrrp.Fault && len(after) > 0:
		i.expect(ExpectCertain, "%s has failed: it goes to FAULT", strings.Join(after, ", "))
	}
}

// anew reports whether a new runner begins without knowing anything.
func (p *Plan) anew(r *runner) bool {
	return !slices.ContainsFunc(p.ending, func(o *runner) bool { return o.tracker == r.tracker && o.subject == r.subject })
}
