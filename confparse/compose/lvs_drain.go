package compose

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vrrpkit/vrrpkit/ipvs"
)

// drainInterval is how often connections are counted while a server drains.
const drainInterval = time.Second

// DrainServer gives a real server no new connections until it is called with false;
// those that it has go on. Names are those of VirtualServers. A RealDrained event
// tells when none is left.
func (c *Composition) DrainServer(virtual, real string, drain bool) error {
	l := c.lvs
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.pools, func(p *lvsPool) bool { return p.name == virtual })
	if i < 0 {
		return fmt.Errorf("there is no virtual server %q", virtual)
	}
	p := l.pools[i]
	i = slices.IndexFunc(p.servers, func(s *lvsServer) bool { return s.name == real })
	if i < 0 {
		return fmt.Errorf("virtual server %q has no real server %q", virtual, real)
	}
	if !l.started {
		return errors.New("virtual servers are not run now")
	}
	in := ipvs.PoolInput{Kind: ipvs.PoolUndrain, Server: p.servers[i].address}
	if drain {
		in.Kind = ipvs.PoolDrain
	}
	now := time.Now()
	l.publish(p, now, p.pool.Handle(now, in, nil), stays)
	l.poke()
	return nil
}

// draining returns the servers whose connections have yet to end.
func (p *lvsPool) draining(now time.Time) (list []*lvsServer) {
	for i, s := range p.pool.Snapshot(now).Servers {
		if s.Draining && !s.Drained {
			list = append(list, p.servers[i])
		}
	}
	return list
}

// count tells pools how many connections their draining servers have.
func (l *lvs) count() {
	l.mu.Lock()
	var all []ipvs.Key
	for _, p := range l.pools {
		if len(p.draining(time.Now())) > 0 {
			all = append(all, keys(p.services)...)
		}
	}
	table := l.table
	l.mu.Unlock()
	if len(all) == 0 || table == nil {
		return
	}
	stats, err := table.reconciler.Stats(all...)
	if err != nil {
		l.log.Warn("the connections of servers that drain cannot be counted", "err", err)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for _, p := range l.pools {
		for _, s := range p.draining(now) {
			in := ipvs.PoolInput{Kind: ipvs.PoolCounted, Server: s.address, Connections: p.connections(s, stats)}
			l.publish(p, now, p.pool.Handle(now, in, nil), stays)
		}
	}
}

// connections returns how many a server has, by all services of its virtual
// server.
func (p *lvsPool) connections(s *lvsServer, stats []ipvs.ServiceStats) (n int) {
	for _, service := range stats {
		if !slices.ContainsFunc(p.services, func(own ipvs.Service) bool { return own.Key == service.Key }) {
			continue
		}
		d, _ := fit(destination(s.cfg), service.Key)
		for _, have := range service.Destinations {
			if have.Address == d.Address {
				n += int(have.Active) + int(have.Inactive)
			}
		}
	}
	return n
}
