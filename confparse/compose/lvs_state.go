package compose

import (
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/ipvs"
)

// VirtualServer is how a virtual_server stands.
type VirtualServer struct {
	Config *confparse.VirtualServer
	Name   string     // as keepalived has it: "[192.0.2.100]:tcp:80", "FWM 7", "[group]:0"
	Keys   []ipvs.Key // its services; several with a group

	Quorum             bool  // there is one
	Sum                int64 // of the weights of servers that live and do not drain
	Needed, Hysteresis int64
	Sorry              bool // the sorry server serves
	Suspended          bool // nothing is checked: its address is not here (ha_suspend)
	Real               []RealServer
}

// RealServer is how a real_server stands.
type RealServer struct {
	Config *confparse.RealServer
	Name   string // "[198.51.100.1]:tcp:80"
	ipvs.PoolServerSnapshot
	Checks []ServerCheck
}

// ServerCheck is how a check of a real_server stands.
type ServerCheck struct {
	Config *confparse.Check
	Name   string // "TCP_CHECK [198.51.100.1]:80"
	check.Snapshot
}

// VirtualServers returns how the virtual servers stand, in the order of the
// configuration. The counters of their services are in ServerStats.
func (c *Composition) VirtualServers() []VirtualServer {
	l := c.lvs
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	list := make([]VirtualServer, 0, len(l.pools))
	for _, p := range l.pools {
		s := p.pool.Snapshot(now)
		v := VirtualServer{
			Config: p.cfg, Name: p.name, Quorum: s.Quorum, Sum: s.Sum, Needed: s.Needed, Hysteresis: s.Hysteresis,
			Sorry: s.Sorry, Suspended: p.suspended, Keys: keys(p.services),
		}
		for i, server := range p.servers {
			r := RealServer{Config: server.cfg, Name: server.name, PoolServerSnapshot: s.Servers[i]}
			for _, k := range server.checks {
				r.Checks = append(r.Checks, ServerCheck{k.cfg, k.name, k.runner.Snapshot()})
			}
			v.Real = append(v.Real, r)
		}
		list = append(list, v)
	}
	return list
}

func keys(services []ipvs.Service) []ipvs.Key {
	list := make([]ipvs.Key, len(services))
	for i, s := range services {
		list[i] = s.Key
	}
	return list
}

// ServerStats asks the kernel for the counters of the services of all virtual
// servers. Those that it does not have are left out.
func (c *Composition) ServerStats() ([]ipvs.ServiceStats, error) {
	l := c.lvs
	l.mu.Lock()
	table := l.table
	var all []ipvs.Key
	for _, p := range l.pools {
		all = append(all, keys(p.services)...)
	}
	l.mu.Unlock()
	if table == nil || len(all) == 0 {
		return nil, nil
	}
	return table.reconciler.Stats(all...)
}
