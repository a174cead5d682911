package vrrp

import (
	"fmt"
	"time"
)

// AddGroup adds a group without members; machines join it by Params.Group.
func (s *Set) AddGroup(p GroupParams) (GroupID, error) {
	if err := p.Validate(); err != nil {
		return 0, err
	}
	s.lastGroup++
	s.groups[s.lastGroup] = &group{id: s.lastGroup, tracks: withStates(p.Trackers, nil)}
	return s.lastGroup, nil
}

// UpdateGroup changes a group's trackers, as Update does a machine's.
func (s *Set) UpdateGroup(now time.Time, id GroupID, p GroupParams, out []Output) ([]Output, error) {
	g := s.groups[id]
	if g == nil {
		return out, errNoGroup
	}
	if err := p.Validate(); err != nil {
		return out, err
	}
	st := step{now: s.clock.ns(now), time: now, out: out}
	g.tracks = withStates(p.Trackers, g.tracks)
	s.changed(&st, g)
	return st.out, nil
}

// RemoveGroup removes a group that has no members any more.
func (s *Set) RemoveGroup(id GroupID) error {
	g := s.groups[id]
	if g == nil {
		return errNoGroup
	}
	if len(g.members) > 0 {
		return fmt.Errorf("vrrp: the group has %d members", len(g.members))
	}
	delete(s.groups, id)
	return nil
}

// Group returns the state of a group; the zero value if there is none.
func (s *Set) Group(id GroupID) GroupStatus {
	if g := s.groups[id]; g != nil {
		return g.status()
	}
	return GroupStatus{}
}

// join makes a machine a member of a group; zero: of none.
func (s *Set) join(st *step, m *machine, id GroupID) {
	if m.group = s.groups[id]; m.group != nil {
		m.group.members = append(m.group.members, m)
	}
	m.reweighAll(st)
}

// leave takes a machine out of its group.
func (s *Set) leave(st *step, m *machine) {
	g := m.group
	if g == nil {
		return
	}
	g.remove(m)
	if len(g.members) == 0 {
		g.state, g.pending = Init, false
		return
	}
	s.changed(st, g)
	g.report(st)
}

// changed has the members of a group notice that its trackers have.
func (s *Set) changed(st *step, g *group) {
	g.weigh(st)
	g.settle(st)
	s.refreshAll(g)
}
