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

// Deadline returns when the set next wants InputTick; the zero time if no timer
// runs.
func (s *Set) Deadline() time.Time {
	if len(s.machines) == 0 {
		return time.Time{}
	}
	_, due := s.queue.min()
	return s.clock.time(due)
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
