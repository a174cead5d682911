package ipvs

import (
	"math"
	"time"
)

// warmSteps is in how many steps a server that comes back gets its weight.
const warmSteps = 10

// weight is the configured weight with what the checks make of it.
func (s *poolServer) weight() int {
	sum := int64(s.Weight)
	for i := range s.checks {
		switch w := s.checks[i].weight; w.Mode {
		case PoolWeightOffset:
			sum += int64(w.Value)
		case PoolWeightAbsolute:
			sum += int64(w.Value) - int64(s.Weight)
		}
	}
	return int(min(max(sum, 0), math.MaxInt32))
}

// reweighed appends that the weight is not what it was.
func (s *poolServer) reweighed(before int, out []PoolEvent) []PoolEvent {
	if after := s.weight(); after != before {
		out = append(out, PoolEvent{Kind: PoolServerWeight, Server: s.Address, From: before, To: after, Alive: s.alive})
	}
	return out
}

// warmUp begins to give a server its weight.
func (p *Pool) warmUp(s *poolServer, now time.Time) {
	if p.cfg.Warm > 0 {
		s.warm = now
	}
}

// step is how long a weight stays when it grows.
func (p *Pool) step() time.Duration { return max(p.cfg.Warm/warmSteps, 1) }

// share is the weight that the kernel gets, at the time of now.
func (p *Pool) share(s *poolServer, now time.Time) int {
	w := s.weight()
	if s.draining {
		return 0
	}
	if s.warm.IsZero() || w == 0 {
		return w
	}
	done := min(int64(now.Sub(s.warm)/p.step())+1, warmSteps)
	return int(max(int64(w)*done/warmSteps, 1))
}

// Deadline is when Handle wants PoolTick, because a weight grows; zero: never.
// now is the time of the last Handle, Start or Update.
func (p *Pool) Deadline(now time.Time) (next time.Time) {
	for _, s := range p.servers {
		if s.warm.IsZero() || !s.alive || s.draining {
			continue
		}
		done := now.Sub(s.warm)/p.step() + 1
		if at := s.warm.Add(done * p.step()); next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next
}

// Destinations appends what the kernel should have at the time of now, in the
// order of the configuration, the sorry server last. Servers that the kernel
// refuses stay in it, with weight 0 where the sorry server serves, so that it is
// found out when it takes them.
func (p *Pool) Destinations(now time.Time, to []Destination) []Destination {
	sorry := p.sorry()
	place := -1 // of a server that is the sorry server too
	for _, s := range p.servers {
		d := s.Destination
		switch {
		case s.alive && !sorry:
			d.Weight = p.share(s, now)
		case s.Inhibit, s.alive && s.refused: // the latter to find out when the kernel takes it
			d.Weight = 0
		default:
			continue
		}
		if p.cfg.Sorry != nil && p.cfg.Sorry.Address == d.Address {
			place = len(to)
		}
		to = append(to, d)
	}
	if p.cfg.Sorry == nil || !sorry && (!p.cfg.SorryInhibit || place >= 0) {
		return to
	}
	d := *p.cfg.Sorry
	if !sorry {
		d.Weight = 0
	}
	if place >= 0 {
		to[place] = d
		return to
	}
	return append(to, d)
}
