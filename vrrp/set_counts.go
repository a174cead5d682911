package vrrp

import "time"

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
