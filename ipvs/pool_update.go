package ipvs

import (
	"net/netip"
	"time"
)

// Update changes the configuration. Servers with the same address, and their
// checks with the same name, stay as they are, whatever else changes about them;
// a new check of a server that was there begins as that stands, so that one which
// has failed does not come back because it is checked in another way. A new server
// begins as at Start. On error nothing changes.
func (p *Pool) Update(now time.Time, cfg PoolConfig, out []PoolEvent) ([]PoolEvent, error) {
	if err := cfg.validate(); err != nil {
		return out, err
	}
	old, kept := p.servers, p.index
	p.configure(cfg)
	p.servers, p.index = nil, map[netip.AddrPort]*poolServer{}
	var fresh, changed []*poolServer
	for _, c := range cfg.Servers {
		s := kept[c.Address]
		if s == nil {
			fresh = append(fresh, p.add(c, now))
			continue
		}
		before := s.weight()
		s.configure(c)
		p.servers, p.index[c.Address] = append(p.servers, s), s
		out = s.reweighed(before, out)
		changed = append(changed, s)
	}
	for _, s := range old {
		if s.alive && p.index[s.Address] == nil && p.started {
			out = append(out, PoolEvent{Kind: PoolServerDown, Server: s.Address, Removed: true})
		}
	}
	for _, s := range changed {
		out = p.turn(s, now, out)
	}
	for _, s := range fresh {
		if s.alive && p.started {
			s.told = true
			out = append(out, PoolEvent{Kind: PoolServerUp, Server: s.Address, Initial: true})
		}
	}
	return p.judge(out), nil
}

// configure changes a server that stays.
func (s *poolServer) configure(cfg PoolServer) {
	checks := make([]poolCheck, 0, len(cfg.Checks))
	for _, c := range cfg.Checks {
		if old := s.check(c.Name); old != nil {
			old.PoolCheck = c
			checks = append(checks, *old)
		} else {
			checks = append(checks, poolCheck{PoolCheck: c, up: s.alive})
		}
	}
	s.PoolServer, s.checks = cfg, checks
}
