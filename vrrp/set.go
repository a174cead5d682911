package vrrp

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Set is many machines, and their groups, under one clock and one deadline, still
// without I/O. A simulator or an embedder with a loop of its own drives it by
// hand; a [Host] does it for everybody else. A Set is not safe for concurrent
// use, and times must not run backwards between calls.
type Set struct {
	clock       clock
	machines    []*machine // by slot; nil: free
	generations []uint32   // by slot, of the newest machine
	free        []slot
	groups      map[GroupID]*group
	lastGroup   GroupID
	queue       deadlines
	masters     int
	skew        int64 // the least of all backups, 0 if unknown
}

var (
	errNoMachine = errors.New("vrrp: no such machine in the set")
	errNoGroup   = errors.New("vrrp: no such group in the set")
)

// NewSet returns an empty set.
func NewSet() *Set { return &Set{groups: map[GroupID]*group{}} }

// Add adds a machine in state Init. It is inert until InputLink and InputStart.
func (s *Set) Add(p Params) (ID, error) {
	if err := s.validate(p); err != nil {
		return ID{}, err
	}
	var i slot
	if n := len(s.free); n > 0 {
		i, s.free = s.free[n-1], s.free[:n-1]
	} else {
		i = slot(len(s.machines))
		s.machines = append(s.machines, nil)
		s.generations = append(s.generations, 0)
		s.queue.add(never)
	}
	s.generations[i]++
	m := &machine{}
	m.init(ID{i, s.generations[i]}, p)
	s.machines[i] = m
	m.seen = seen{skew: never}
	// What its trackers add changes the others' timers, and nothing that has
	// to be done before it starts.
	s.join(&step{}, m, p.Group)
	s.refreshWith(m)
	return m.id, nil
}

func (s *Set) validate(p Params) error {
	err := p.Validate()
	if p.Group != 0 && s.groups[p.Group] == nil {
		err = errors.Join(err, fmt.Errorf("group %d: %w", p.Group, errNoGroup))
	}
	return err
}

// join makes a machine a member of a group; zero: of none.
func (s *Set) join(st *step, m *machine, id GroupID) {
	if m.group = s.groups[id]; m.group != nil {
		m.group.members = append(m.group.members, m)
	}
	m.reweighAll(st)
}

// Remove forgets a machine, whatever it is doing: to hand over, give it
// InputStop first, and remove it when its Status says Init and not Pending. Its
// group, if any, goes on without it. An unknown machine is nothing to do.
func (s *Set) Remove(now time.Time, id ID, out []Output) []Output {
	m := s.find(id)
	if m == nil {
		return out
	}
	st := step{now: s.clock.ns(now), time: now, out: out}
	s.leave(&st, m)
	m.state = Init // for the counts
	m.rest()
	m.startAt, m.ownerBy = never, never
	s.refresh(m)
	s.machines[id.slot] = nil
	s.free = append(s.free, id.slot)
	return st.out
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

// Update changes a machine's parameters at time now, without a change of its
// state where the protocol allows it, and appends what that asks for to out.
// Trackers keep their states by name. On error nothing has changed.
func (s *Set) Update(now time.Time, id ID, p Params, out []Output) ([]Output, error) {
	m := s.find(id)
	if m == nil {
		return out, errNoMachine
	}
	if err := s.validate(p); err != nil {
		return out, err
	}
	st := step{now: s.clock.ns(now), time: now, out: out}
	if m.group != s.groups[p.Group] {
		s.leave(&st, m)
		s.join(&st, m, p.Group)
	}
	m.update(&st, p)
	s.refreshWith(m)
	return st.out, nil
}

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

// find returns a machine, nil if it has been removed.
func (s *Set) find(id ID) *machine {
	if int(id.slot) >= len(s.machines) || s.generations[id.slot] != id.generation {
		return nil
	}
	return s.machines[id.slot]
}

// Handle applies in at time now to the machine, or group, that it names, and
// appends what that asks for to out. Only InputTick fires timers: of all
// machines, in the order in which they are due. What is for a machine that has
// been removed is ignored.
func (s *Set) Handle(now time.Time, in Input, out []Output) []Output {
	st := step{now: s.clock.ns(now), time: now, out: out}
	switch {
	case in.Kind == InputTick:
		for len(s.machines) > 0 {
			i, due := s.queue.min()
			if due > st.now {
				break
			}
			m := s.machines[i]
			m.handle(&st, &in, &s.clock)
			s.refreshWith(m)
		}
	case in.Group != 0:
		g := s.groups[in.Group]
		if g == nil {
			break
		}
		if t := findTracker(g.tracks, in.Tracker); t != nil && t.report(in.Track, in.Value) {
			s.changed(&st, g)
		}
	default:
		if m := s.find(in.ID); m != nil {
			m.handle(&st, &in, &s.clock)
			s.refreshWith(m)
		}
	}
	return st.out
}

// changed has the members of a group notice that its trackers have.
func (s *Set) changed(st *step, g *group) {
	g.weigh(st)
	g.settle(st)
	s.refreshAll(g)
}

// seen is what the set has last noted of a machine.
type seen struct {
	master bool
	skew   int64
}

// refreshWith notes what has become of a machine and of its group.
func (s *Set) refreshWith(m *machine) {
	if m.group == nil {
		s.refresh(m)
		return
	}
	s.refreshAll(m.group)
}

func (s *Set) refreshAll(g *group) {
	for _, m := range g.members {
		s.refresh(m)
	}
}

func (s *Set) refresh(m *machine) {
	now := seen{m.state == Master, m.waitingSkew()}
	if now.skew < s.skew {
		s.skew = now.skew
	} else if now.skew != m.seen.skew && m.seen.skew == s.skew {
		s.skew = 0
	}
	switch {
	case now.master && !m.seen.master:
		s.masters++
	case !now.master && m.seen.master:
		s.masters--
	}
	m.seen = now
	s.queue.set(m.id.slot, m.deadline())
}

// Deadline returns when the set next wants InputTick; the zero time if no timer
// runs.
func (s *Set) Deadline() time.Time {
	if len(s.machines) == 0 {
		return time.Time{}
	}
	_, due := s.queue.min()
	return s.clock.time(due)
}

// Masters returns how many machines are in state Master.
func (s *Set) Masters() int { return s.masters }

// LeastSkew returns the shortest Skew_Time of all machines in Backup: how soon
// one of them may take over. Without any it is very long.
func (s *Set) LeastSkew() time.Duration {
	if s.skew == 0 {
		s.skew = never
		for _, m := range s.machines {
			if m != nil {
				s.skew = min(s.skew, m.waitingSkew())
			}
		}
	}
	return time.Duration(s.skew)
}

// waitingSkew returns the skew time of a machine in Backup.
func (m *machine) waitingSkew() int64 {
	if m.state != Backup {
		return never
	}
	return int64(m.skewTime())
}

// Status returns the state of a machine; the zero value if it has been removed.
func (s *Set) Status(id ID) Status {
	if m := s.find(id); m != nil {
		return m.status(&s.clock)
	}
	return Status{}
}

// Trackers returns a machine's own trackers with their states.
func (s *Set) Trackers(id ID) []TrackerState {
	if m := s.find(id); m != nil {
		return slices.Clone(m.tracks)
	}
	return nil
}
