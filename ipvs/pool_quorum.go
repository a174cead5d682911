package ipvs

import (
	"fmt"
	"net/netip"
)

// PoolEvent is something that a Pool has decided. A Pool tells of servers before
// it tells of the quorum.
type PoolEvent struct {
	Kind   PoolEventKind
	Server netip.AddrPort // of events about servers

	// Initial says that it has been so since Start, or that a check which had
	// yet to succeed has failed for the first time. Removed says that a server
	// is not configured any more, or that the pool ends.
	Initial, Removed bool

	From, To int  // weights, of PoolServerWeight
	Alive    bool // of PoolServerWeight: the server lives, so that it matters now

	Sum, Quorum, Hysteresis int64 // of PoolQuorumGained and PoolQuorumLost
}

// PoolEventKind is what has been decided.
type PoolEventKind uint8

// The events.
const (
	PoolServerUp      PoolEventKind = iota + 1 // it gets connections, unless there is no quorum
	PoolServerDown                             // it gets none
	PoolServerWeight                           // its weight has changed
	PoolServerDrained                          // the last connection of a server that drains has ended
	PoolQuorumGained                           // enough servers live
	PoolQuorumLost                             // too few do: the sorry server serves, if there is one
)

// String returns the event in a few words.
func (e PoolEvent) String() string {
	suffix := ""
	if e.Initial {
		suffix = " initially"
	}
	if e.Removed {
		suffix = " removed"
	}
	switch e.Kind {
	case PoolServerUp:
		return fmt.Sprintf("%v up%s", e.Server, suffix)
	case PoolServerDown:
		return fmt.Sprintf("%v down%s", e.Server, suffix)
	case PoolServerWeight:
		return fmt.Sprintf("%v weight %d to %d%s", e.Server, e.From, e.To, suffix)
	case PoolServerDrained:
		return fmt.Sprintf("%v drained%s", e.Server, suffix)
	case PoolQuorumGained:
		return fmt.Sprintf("quorum gained: %d+%d <= %d%s", e.Quorum, e.Hysteresis, e.Sum, suffix)
	case PoolQuorumLost:
		return fmt.Sprintf("quorum lost: %d-%d > %d%s", e.Quorum, e.Hysteresis, e.Sum, suffix)
	}
	return fmt.Sprintf("PoolEventKind(%d)", e.Kind)
}

// sum is the weight of all that lives. A server that drains has none, nor has
// one that the kernel does not take.
func (p *Pool) sum() (sum int64) {
	for _, s := range p.servers {
		if s.alive && !s.draining && !s.refused {
			sum += int64(s.weight())
		}
	}
	return sum
}

func (p *Pool) gained(sum int64) bool {
	return sum > 0 && sum >= p.cfg.Quorum+p.cfg.Hysteresis
}

func (p *Pool) lost(sum int64) bool {
	return sum == 0 || sum < p.cfg.Quorum-p.cfg.Hysteresis
}

// judge looks whether there is a quorum.
func (p *Pool) judge(out []PoolEvent) []PoolEvent {
	if !p.started {
		return out
	}
	sum := p.sum()
	switch {
	case !p.quorum && p.gained(sum):
		p.quorum = true
		out = append(out, p.quorumEvent(PoolQuorumGained, sum, false))
	case p.quorum && p.lost(sum):
		p.quorum = false
		out = append(out, p.quorumEvent(PoolQuorumLost, sum, false))
	}
	return out
}

func (p *Pool) quorumEvent(kind PoolEventKind, sum int64, initial bool) PoolEvent {
	return PoolEvent{Kind: kind, Initial: initial, Sum: sum, Quorum: p.cfg.Quorum, Hysteresis: p.cfg.Hysteresis}
}

// sorry reports whether the sorry server serves.
func (p *Pool) sorry() bool { return p.started && !p.quorum && p.cfg.Sorry != nil }
