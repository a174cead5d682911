package vrrp

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
)

// GroupParams is what a [Set] needs to know of a group.
type GroupParams struct {
	Trackers []Tracker // of all members; copied
}

// Validate returns every problem of p, joined; nil if there is none.
func (p GroupParams) Validate() error {
	var errs []error
	validateTrackers(p.Trackers, func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) })
	return errors.Join(errs...)
}

// GroupStatus is what a group shows of itself.
type GroupStatus struct {
	State    State // of all its members, as last reported
	Members  []ID  // in the order in which they joined
	Trackers []TrackerState
}

// group keeps machines in one state. They become master together, once every
// one of them would; when one yields, all do; when one is unfit, all are in
// Fault. A tracker of any member, or of the group, counts for all of them, and
// once if several have it.
type group struct {
	id      GroupID
	members []*machine // in the order in which they joined
	tracks  []TrackerState
	sum     int // what all trackers add, see weigh

	state   State  // as last reported
	event   Output // the next report, if pending
	pending bool
}

// active reports whether a member counts: it runs, or is about to.
func (g *group) active(m *machine) bool { return !m.stopped }

// weigh recomputes what the trackers add, and the priorities of all members.
func (g *group) weigh(s *step) {
	g.sum = g.contribution()
	for _, m := range g.members {
		m.reweigh(s)
	}
}

// contribution is what all trackers add to the priority of each member.
func (g *group) contribution() int {
	sum := 0
	for i := range g.tracks {
		sum += g.tracks[i].Contribution
	}
	for n, m := range g.members {
		for i := range m.tracks {
			if !g.counted(n, m.tracks[i].Name) {
				sum += m.tracks[i].Contribution
			}
		}
	}
	return sum
}

// counted reports whether the group, or one of its first n members, has a weight
// for the tracker of that name.
func (g *group) counted(n int, name string) bool {
	if t := findTracker(g.tracks, name); t != nil && t.Weight != 0 {
		return true
	}
	return slices.ContainsFunc(g.members[:n], func(m *machine) bool {
		t := findTracker(m.tracks, name)
		return t != nil && t.Weight != 0
	})
}

// owned reports whether all members are address owners.
func (g *group) owned() bool {
	return !slices.ContainsFunc(g.members, func(m *machine) bool { return m.p.Priority != OwnerPriority })
}

// settle moves all members into Fault if one is unfit, and out of it when none
// is, all have been started and nothing is undecided.
func (g *group) settle(s *step) {
	faulty, ready, why := g.fault(), true, ReasonGroup
	if faulty {
		why = ReasonTracker
	}
	for _, m := range g.members {
		if !g.active(m) {
			continue
		}
		ready = ready && m.running && !m.undecided()
		faulty = faulty || m.running && m.unfit() != 0
	}
	for i := range g.tracks {
		ready = ready && !g.tracks[i].undecided()
	}
	for _, m := range g.members {
		switch {
		case !m.running:
		case faulty && m.unfit() != 0:
			m.fail(s, m.unfit())
		case faulty:
			m.fail(s, why)
		case ready && m.idle():
			m.enter(s)
		}
	}
}

// fault reports whether a tracker of the group itself is a fault.
func (g *group) fault() bool {
	return slices.ContainsFunc(g.tracks, func(t TrackerState) bool { return t.Fault })
}

// takeOver makes all members master, once every one of them wants to.
func (g *group) takeOver(s *step) {
	for _, m := range g.members {
		if g.active(m) && !m.wants && m.state != Master {
			return
		}
	}
	for _, m := range g.members {
		if m.running && m.state == Backup {
			m.takeOver(s, m.cause, m.peer)
		}
	}
}

// pull makes the other masters backups too: m has heard a better one.
func (g *group) pull(s *step, m *machine, peer netip.Addr) {
	for _, o := range g.members {
		if o != m && o.state == Master {
			o.stepDown(s, false, ReasonGroup, peer)
		}
	}
}

// resign has all masters say that they leave.
func (g *group) resign(s *step) {
	for _, m := range g.members {
		if m.state == Master {
			m.stepDown(s, true, ReasonAsked, netip.Addr{})
		}
	}
}

// left goes on without a member that has stopped, or is about to be removed.
func (g *group) left(s *step, m *machine, why Reason) {
	if slices.ContainsFunc(g.members, g.active) {
		g.settle(s)
		return
	}
	g.begin(s, m, Init, why, netip.Addr{})
	g.report(s)
}

// turn notes that the first member is about to change to a state that is not
// the group's.
func (g *group) turn(s *step, m *machine, to State, why Reason, peer netip.Addr) {
	target := g.state
	if g.pending {
		target = g.event.To
	}
	late := to == Backup && m.idle() && target == Master // it joined a group of masters
	if to == target || to == Init || late {
		return
	}
	g.begin(s, m, to, why, peer)
}

// begin plans the next report. What has been waiting for owners comes before.
func (g *group) begin(s *step, m *machine, to State, why Reason, peer netip.Addr) {
	if g.pending {
		for _, m := range g.members {
			if m.waiting {
				m.deliver(s, nil)
			}
		}
		g.emit(s)
	}
	if to == g.state {
		return
	}
	g.pending = true
	g.event = Output{Kind: OutputGroup, ID: m.id, Group: g.id, From: g.state, To: to, Reason: why, Peer: peer, At: s.time}
}

// report reports the planned change once every member has made it.
func (g *group) report(s *step) {
	if !g.pending {
		return
	}
	for _, m := range g.members {
		if m.waiting || g.active(m) && m.state != g.event.To {
			return
		}
	}
	g.emit(s)
}

func (g *group) emit(s *step) {
	if g.pending {
		g.pending, g.state = false, g.event.To
		s.out = append(s.out, g.event)
	}
}

// remove forgets a member.
func (g *group) remove(m *machine) {
	g.members = slices.DeleteFunc(g.members, func(o *machine) bool { return o == m })
	m.group = nil
}

func (g *group) status() GroupStatus {
	st := GroupStatus{State: g.state, Trackers: slices.Clone(g.tracks)}
	for _, m := range g.members {
		st.Members = append(st.Members, m.id)
	}
	return st
}
