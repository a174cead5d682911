package vrrp

import "time"

// Set is many machines under one clock and one deadline, still without I/O. A
// simulator or an embedder with a loop of its own drives it by hand; a [Host]
// does it for everybody else. A Set is not safe for concurrent use, and times
// must not run backwards between calls.
type Set struct {
	clock    clock
	machines []*machine // by ID
	queue    deadlines
	masters  int
	skew     time.Duration // the least of all backups, 0 if unknown
}

// NewSet returns an empty set.
func NewSet() *Set { return &Set{} }

// Add adds a machine in state Init. It is inert until InputLink and InputStart.
func (s *Set) Add(p Params) (ID, error) {
	if err := p.Validate(); err != nil {
		return 0, err
	}
	id := ID(len(s.machines))
	m := &machine{}
	m.init(id, p)
	s.machines = append(s.machines, m)
	s.queue.add(never)
	return id, nil
}

// Handle applies in at time now to the machine that it names, and appends what
// that asks for to out. Only InputTick fires timers: of all machines, in the
// order in which they are due.
func (s *Set) Handle(now time.Time, in Input, out []Output) []Output {
	st := step{now: s.clock.ns(now), time: now, out: out}
	if in.Kind != InputTick {
		s.handle(&st, s.machines[in.ID], &in)
		return st.out
	}
	for len(s.machines) > 0 {
		id, due := s.queue.min()
		if due > st.now {
			break
		}
		s.handle(&st, s.machines[id], &in)
	}
	return st.out
}

func (s *Set) handle(st *step, m *machine, in *Input) {
	was, skew := m.state, m.waitingSkew()
	m.handle(st, in, &s.clock)
	if now := m.waitingSkew(); now < s.skew {
		s.skew = now
	} else if now != skew && skew == s.skew {
		s.skew = 0
	}
	if was != m.state {
		switch Master {
		case was:
			s.masters--
		case m.state:
			s.masters++
		}
	}
	s.queue.set(m.id, m.deadline())
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
			s.skew = min(s.skew, m.waitingSkew())
		}
	}
	return s.skew
}

// waitingSkew returns the skew time of a machine in Backup.
func (m *machine) waitingSkew() time.Duration {
	if m.state != Backup {
		return never
	}
	return m.skewTime()
}

// Status returns the state of a machine.
func (s *Set) Status(id ID) Status { return s.machines[id].status(&s.clock) }

// deadlines is a heap of machines by deadline, four children to a node: it is
// flatter than a binary one, and most updates move a machine towards the leaves.
// Equal deadlines go by ID, so that a run can be repeated exactly.
type deadlines struct {
	heap []ID    // the heap itself
	pos  []int32 // by ID: index into heap
	due  []int64 // by ID
}

func (d *deadlines) add(due int64) {
	id := ID(len(d.due))
	d.due = append(d.due, due)
	d.pos = append(d.pos, int32(len(d.heap)))
	d.heap = append(d.heap, id)
	d.up(len(d.heap) - 1)
}

func (d *deadlines) min() (ID, int64) { return d.heap[0], d.due[d.heap[0]] }

func (d *deadlines) set(id ID, due int64) {
	if d.due[id] == due {
		return
	}
	later := due > d.due[id]
	d.due[id] = due
	if later {
		d.down(int(d.pos[id]))
	} else {
		d.up(int(d.pos[id]))
	}
}

func (d *deadlines) before(a, b ID) bool {
	return d.due[a] < d.due[b] || d.due[a] == d.due[b] && a < b
}

func (d *deadlines) place(i int, id ID) { d.heap[i], d.pos[id] = id, int32(i) }

func (d *deadlines) up(i int) {
	id := d.heap[i]
	for i > 0 {
		parent := (i - 1) / 4
		if !d.before(id, d.heap[parent]) {
			break
		}
		d.place(i, d.heap[parent])
		i = parent
	}
	d.place(i, id)
}

func (d *deadlines) down(i int) {
	id := d.heap[i]
	for {
		first := 4*i + 1
		if first >= len(d.heap) {
			break
		}
		least := first
		for c := first + 1; c < min(first+4, len(d.heap)); c++ {
			if d.before(d.heap[c], d.heap[least]) {
				least = c
			}
		}
		if !d.before(d.heap[least], id) {
			break
		}
		d.place(i, d.heap[least])
		i = least
	}
	d.place(i, id)
}
