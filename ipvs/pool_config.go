package ipvs

import (
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// PoolConfig describes the servers of one virtual service and when they are
// enough.
type PoolConfig struct {
	Servers []PoolServer

	// Quorum is the sum of weights of living servers that the service takes
	// (keepalived: quorum); 0: 1. It is gained at Quorum + Hysteresis, and lost
	// below Quorum - Hysteresis or when the sum is 0.
	Quorum, Hysteresis int64

	// Sorry serves, with weight 1 unless it has one, while there is no quorum;
	// all others then do not (sorry_server). Nil: none, and then those that live
	// go on. SorryInhibit keeps it in the table at other times, with weight 0.
	Sorry        *Destination
	SorryInhibit bool

	// Warm is how long a server that comes back takes to get its whole weight,
	// in ten steps. Quorum counts all of it at once. 0: it gets it at once.
	Warm time.Duration
}

// PoolServer is a server of a Pool.
type PoolServer struct {
	// Destination is what the kernel gets. Its Address tells servers apart,
	// and its Weight is the configured one.
	Destination

	// Checks decide whether the server lives: all of them have to be up. Without
	// any it always lives.
	Checks []PoolCheck

	// Inhibit leaves a server that is down in the table, with weight 0, so that
	// its connections go on (inhibit_on_failure).
	Inhibit bool
}

// PoolCheck is a check of a server.
type PoolCheck struct {
	Name string // tells the checks of a server apart

	// Alpha has the check failed until its first success; otherwise it passes
	// until its first failure.
	Alpha bool
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
