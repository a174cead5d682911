package ipvs

import (
	"errors"
	"fmt"
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
	Serves      bool      // alive, with a weight, and not replaced by the sorry server
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
			Draining: s.draining, Drained: s.drained, Connections: s.count,
		}
		one.Serves = s.alive && !snapshot.Sorry && one.Share > 0
		for i := range s.checks {
			if !s.checks[i].up {
				one.Failed = append(one.Failed, s.checks[i].Name)
			}
		}
		snapshot.Servers = append(snapshot.Servers, one)
	}
	return snapshot
}

// validate reports everything that is wrong.
func (c *PoolConfig) validate() error {
	var errs []error
	bad := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf("ipvs: pool: "+format, args...))
		}
	}
	bad(c.Quorum < 0, "quorum %d is negative", c.Quorum)
	bad(c.Hysteresis < 0 || c.Hysteresis > 0 && c.Hysteresis >= max(c.Quorum, 1), "hysteresis %d is not in 0..%d, below the quorum", c.Hysteresis, max(c.Quorum, 1)-1)
	bad(c.Warm < 0, "negative time to warm up (%v)", c.Warm)
	bad(c.Sorry != nil && !c.Sorry.Address.IsValid(), "the sorry server has no address")
	seen := map[netip.AddrPort]bool{}
	for _, s := range c.Servers {
		bad(!s.Address.IsValid(), "a server has no address")
		bad(seen[s.Address], "server %v: listed twice", s.Address)
		bad(s.Weight < 0, "server %v: weight %d is negative", s.Address, s.Weight)
		seen[s.Address] = true
		names := map[string]bool{}
		for _, check := range s.Checks {
			bad(names[check.Name], "server %v: check %q: listed twice", s.Address, check.Name)
			names[check.Name] = true
		}
	}
	return errors.Join(errs...)
}
