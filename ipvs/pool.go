package ipvs

import (
	"net/netip"
	"time"
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
	refused  bool
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
	case PoolRefused, PoolAccepted:
		s.refused = in.Kind == PoolRefused
		return p.judge(out)
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
