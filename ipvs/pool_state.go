package ipvs

import (
	"net/netip"
	"time"
)

// PoolSnapshot is how a Pool stands.
type PoolSnapshot struct {
	Quorum             bool  // there is one
	Sum                int64 // of the weights that count
	Needed, Hysteresis int64
	Sorry              bool // the sorry server serves
	Servers            []PoolServerSnapshot
}

// PoolServerSnapshot is how a server stands.
type PoolServerSnapshot struct {
	Address     netip.AddrPort
	Alive       bool
	Since       time.Time // when Alive got its value
	Weight      int       // configured, with what the checks make of it
	Share       int       // the weight that the kernel gets while it serves
	Serves      bool      // alive, with a weight, in the kernel, and not replaced by the sorry server
	Refused     bool      // the kernel does not have it, see PoolRefused
	Draining    bool
	Drained     bool     // no connection is left
	Connections int      // -1: not told
	Failed      []string // names of the checks that are not up
}

// Alive reports whether the pool has the server and it lives.
func (p *Pool) Alive(server netip.AddrPort) bool {
	s := p.index[server]
	return s != nil && s.alive
}

// Snapshot returns how the pool stands at the time of now.
func (p *Pool) Snapshot(now time.Time) PoolSnapshot {
	snapshot := PoolSnapshot{Quorum: p.quorum, Sum: p.sum(), Needed: p.cfg.Quorum, Hysteresis: p.cfg.Hysteresis, Sorry: p.sorry()}
	for _, s := range p.servers {
		one := PoolServerSnapshot{
			Address: s.Address, Alive: s.alive, Since: s.since, Weight: s.weight(), Share: p.share(s, now),
			Refused: s.refused, Draining: s.draining, Drained: s.drained, Connections: s.count,
		}
		one.Serves = s.alive && !s.refused && !snapshot.Sorry && one.Share > 0
		for i := range s.checks {
			if !s.checks[i].up {
				one.Failed = append(one.Failed, s.checks[i].Name)
			}
		}
		snapshot.Servers = append(snapshot.Servers, one)
	}
	return snapshot
}
