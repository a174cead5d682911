package ipvs

import (
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

// PoolInput is something that happens to a Pool.
type PoolInput struct {
	Kind   PoolInputKind
	Server netip.AddrPort

	Check  string // of PoolChecked
	Up     bool
	Weight PoolWeight

	Connections int // of PoolCounted
}

// PoolInputKind is what happens.
type PoolInputKind uint8

// The inputs. Those about servers or checks that the pool does not have, because
// they were there before an Update, do nothing.
const (
	PoolTick    PoolInputKind = iota // Deadline has passed
	PoolChecked                      // a check has a result
	PoolDrain                        // no new connections for a server, those that it has go on
	PoolUndrain                      // the end of that
	PoolCounted                      // a server has so many connections, active and inactive
)

// PoolWeight is what a check says about the weight of its server. Those of all
// its checks add up.
type PoolWeight struct {
	Mode  PoolWeightMode
	Value int
}

// PoolWeightMode is what the value of a PoolWeight means.
type PoolWeightMode uint8

// The modes.
const (
	PoolWeightNone     PoolWeightMode = iota // nothing
	PoolWeightOffset                         // more than the configured weight, or less (FILE_CHECK)
	PoolWeightAbsolute                       // instead of the configured weight (misc_dynamic)
)

// Pool decides which servers a service has, and with which weights. It does
// nothing by itself: it has no clock and no kernel. Feed it with results by
// Handle, call Handle with PoolTick at Deadline, and hand Destinations to the
// kernel after each. It is not safe for concurrent use.
type Pool struct {
	cfg     PoolConfig
	servers []*poolServer
	index   map[netip.AddrPort]*poolServer
	started bool
	quorum  bool
}

// poolServer is a PoolServer and how it stands.
type poolServer struct {
	PoolServer
	checks   []poolCheck
	alive    bool
	told     bool // there has been an event about its life
	draining bool
	drained  bool
	since    time.Time // when alive got its value
	warm     time.Time // when the weight began to grow; zero: it has all of it
	count    int       // connections; -1: not told
}

type poolCheck struct {
	PoolCheck
	up     bool
	weight PoolWeight
}

// NewPool returns a pool, or everything that is wrong with cfg. Start has to
// follow.
func NewPool(cfg PoolConfig) (*Pool, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	p := &Pool{index: map[netip.AddrPort]*poolServer{}}
	p.configure(cfg)
	for _, s := range cfg.Servers {
		p.add(s, time.Time{})
	}
	return p, nil
}

func (p *Pool) configure(cfg PoolConfig) {
	if cfg.Quorum == 0 {
		cfg.Quorum = 1
	}
	if cfg.Sorry != nil {
		sorry := *cfg.Sorry
		if sorry.Weight == 0 {
			sorry.Weight = 1
		}
		cfg.Sorry = &sorry
	}
	p.cfg = cfg
}

// add adds a server that was not there.
func (p *Pool) add(cfg PoolServer, now time.Time) *poolServer {
	s := &poolServer{PoolServer: cfg, since: now, count: -1}
	for _, c := range cfg.Checks {
		s.checks = append(s.checks, poolCheck{PoolCheck: c, up: !c.Alpha})
	}
	s.alive = s.healthy()
	p.servers = append(p.servers, s)
	p.index[s.Address] = s
	return s
}

// Start begins, and looks for the first time whether there is a quorum. The
// events about what lives from the beginning are Initial.
func (p *Pool) Start(now time.Time, out []PoolEvent) []PoolEvent {
	p.started = true
	for _, s := range p.servers {
		s.since = now
		if s.alive {
			s.told = true
			out = append(out, PoolEvent{Kind: PoolServerUp, Server: s.Address, Initial: true})
		}
	}
	sum := p.sum()
	switch {
	case p.gained(sum):
		p.quorum = true
		out = append(out, p.quorumEvent(PoolQuorumGained, sum, true))
	case p.cfg.Sorry != nil:
		out = append(out, p.quorumEvent(PoolQuorumLost, sum, true))
	}
	return out
}

// Handle takes an input, and appends what has changed by it.
func (p *Pool) Handle(now time.Time, in PoolInput, out []PoolEvent) []PoolEvent {
	s := p.index[in.Server]
	if in.Kind != PoolTick && s == nil {
		return out
	}
	switch in.Kind {
	case PoolTick:
		for _, s := range p.servers {
			if !s.warm.IsZero() && !now.Before(s.warm.Add(p.cfg.Warm)) {
				s.warm = time.Time{}
			}
		}
	case PoolChecked:
		return p.checked(now, s, in, out)
	case PoolDrain:
		s.draining, s.drained = true, false
		return p.judge(out)
	case PoolUndrain:
		if s.draining {
			s.draining, s.drained = false, false
			p.warmUp(s, now)
		}
		return p.judge(out)
	case PoolCounted:
		s.count = in.Connections
		if s.draining && !s.drained && s.count == 0 {
			s.drained = true
			out = append(out, PoolEvent{Kind: PoolServerDrained, Server: s.Address})
		}
	}
	return out
}

// checked takes the result of a check.
func (p *Pool) checked(now time.Time, s *poolServer, in PoolInput, out []PoolEvent) []PoolEvent {
	c := s.check(in.Check)
	if c == nil {
		return out
	}
	before := s.weight()
	c.weight = in.Weight
	out = s.reweighed(before, out)
	if !in.Up && !s.alive && !s.told && p.started {
		// Of what has never been up, it is told once that it is down.
		s.told = true
		out = append(out, PoolEvent{Kind: PoolServerDown, Server: s.Address, Initial: true})
	}
	c.up = in.Up
	return p.judge(p.turn(s, now, out))
}

// turn has a server live or die as its checks say.
func (p *Pool) turn(s *poolServer, now time.Time, out []PoolEvent) []PoolEvent {
	alive := s.healthy()
	if alive == s.alive {
		return out
	}
	s.alive, s.since, s.warm = alive, now, time.Time{}
	if !p.started {
		return out
	}
	s.told = true
	if !alive {
		return append(out, PoolEvent{Kind: PoolServerDown, Server: s.Address})
	}
	p.warmUp(s, now)
	return append(out, PoolEvent{Kind: PoolServerUp, Server: s.Address})
}

// Stop appends that everything goes down. keepalived tells scripts of it when a
// virtual server is removed, and at the end only with omega.
func (p *Pool) Stop(out []PoolEvent) []PoolEvent {
	for _, s := range p.servers {
		if s.alive {
			out = append(out, PoolEvent{Kind: PoolServerDown, Server: s.Address, Removed: true})
		}
	}
	if p.quorum {
		e := p.quorumEvent(PoolQuorumLost, 0, false)
		e.Removed = true
		out = append(out, e)
	}
	p.started, p.quorum = false, false
	return out
}

func (s *poolServer) check(name string) *poolCheck {
	for i := range s.checks {
		if s.checks[i].Name == name {
			return &s.checks[i]
		}
	}
	return nil
}

// healthy reports whether all checks are up.
func (s *poolServer) healthy() bool {
	for i := range s.checks {
		if !s.checks[i].up {
			return false
		}
	}
	return true
}
