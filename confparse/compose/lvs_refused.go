package compose

import (
	"context"
	"net/netip"
	"time"

	"github.com/vrrpkit/vrrpkit/ipvs"
)

// firstApply is how long the start waits for the kernel to have its first table.
const firstApply = time.Second

// awaitTable waits until it is known what the kernel takes: nobody is to hear of
// a quorum of servers that it refuses.
func (l *lvs) awaitTable(ctx context.Context, t *lvsTable) {
	if t == nil {
		return
	}
	select {
	case <-ctx.Done():
	case <-t.tried:
	case <-time.After(firstApply):
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refused(t)
}

// heed tells pools what the kernel refuses, until the table's reconciler ends.
func (l *lvs) heed(t *lvsTable) {
	for e := range t.events {
		if e.Kind == ipvs.Refused || e.Missed > 0 {
			l.mu.Lock()
			l.refused(t)
			l.mu.Unlock()
			l.poke()
		}
	}
}

// refused tells pools what the kernel refuses, and what no longer, with the mutex
// held.
func (l *lvs) refused(t *lvsTable) {
	missing := map[ipvs.Missing]bool{}
	for _, m := range t.reconciler.Snapshot().Missing {
		missing[m] = true
	}
	now := time.Now()
	for _, p := range l.pools {
		for i, was := range p.pool.Snapshot(now).Servers {
			s := p.servers[i]
			is := p.lacks(s.address, missing)
			if is == was.Refused {
				continue
			}
			in := ipvs.PoolInput{Kind: ipvs.PoolAccepted, Server: s.address}
			if is {
				in.Kind = ipvs.PoolRefused
				l.log.Warn("The kernel refuses service " + s.name + " of VS " + p.name + ": it does not count for the quorum")
			}
			l.publish(p, now, p.pool.Handle(now, in, nil), stays)
		}
	}
}

// lacks reports whether the kernel has a server for none of the services of
// its pool.
func (p *lvsPool) lacks(server netip.AddrPort, missing map[ipvs.Missing]bool) bool {
	lacks := false
	for _, service := range p.services {
		d, ok := fit(destination(p.server(server).cfg), service.Key)
		switch {
		case !ok:
		case missing[ipvs.Missing{Service: service.Key}], missing[ipvs.Missing{Service: service.Key, Destination: d.Address}]:
			lacks = true
		default:
			return false
		}
	}
	return lacks
}
