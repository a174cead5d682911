package compose

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/ipvs"
)

// commit makes a plan what is. Virtual and real servers and checks that were
// there go on as they are: a check that changes begins as the one before it
// stood.
func (l *lvs) commit(plan *lvsPlan) {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.poke()
	if plan.table != nil {
		l.table = plan.table
	}
	if plan.addresses != nil {
		l.addresses = plan.addresses
	}
	plan.opened = nil
	now := time.Now()
	sameSSL := l.ssl == plan.cfg.SSL
	l.global, l.ssl = lvsGlobal(plan.cfg), plan.cfg.SSL
	old := map[string]*lvsPool{}
	for _, p := range l.pools {
		old[p.key] = p
	}
	kept := map[*check.Runner]bool{}
	files := map[confparse.FileOptions]*check.Runner{}
	index := map[*check.Runner][]lvsMember{}
	for _, p := range plan.pools {
		before := old[p.key]
		delete(old, p.key)
		var events []ipvs.PoolEvent
		switch {
		case before != nil:
			events, _ = before.pool.Update(now, p.config(), nil) // planned: it is valid
			p.pool, p.suspended = before.pool, before.suspended
		case l.started:
			events = p.pool.Start(now, nil)
		}
		if before != nil { // events may be about servers that are there no more
			both := &lvsPool{cfg: p.cfg, name: p.name, servers: slices.Concat(p.servers, before.servers)}
			l.publish(both, now, events, atReload)
		} else {
			l.publish(p, now, events, stays)
		}
		for _, s := range p.servers {
			for _, k := range s.checks {
				l.engage(before, p, s, k, files, sameSSL)
				kept[k.runner] = true
				index[k.runner] = append(index[k.runner], lvsMember{p, s, k})
			}
		}
	}
	for _, p := range l.pools {
		if old[p.key] == p {
			l.log.Info("Removing Virtual Server " + p.name)
			l.publish(p, now, p.pool.Stop(nil), atReload)
		}
	}
	for r := range l.index {
		if !kept[r] {
			l.checks.Remove(r)
		}
	}
	l.pools, l.index = plan.pools, index
	for r, members := range index {
		if s := r.Snapshot(); members[0].check.cfg.File != nil && !s.LastAt.IsZero() {
			l.result(&check.Event{Runner: r, At: now, From: s.State, To: s.State, Result: s.Last}) // for those that share it from now on
		}
	}
	if l.table != nil {
		l.table.reconciler.SetFlushAtStop(l.global.FlushOnStop == confparse.FlushAll)
		l.refused(l.table) // for servers that were gone and are back, which is no news to it
	}
	l.lookNow()
}

// engage gives a check its runner: the one that it had, or a new one.
func (l *lvs) engage(before, p *lvsPool, s *lvsServer, k *lvsCheck, files map[confparse.FileOptions]*check.Runner, sameSSL bool) {
	initial := initialState(k.cfg)
	if l.started && initial == check.Unknown && !k.cfg.Alpha {
		initial = check.Up // it has its retries
	}
	if was := before.find(s.address); was != nil {
		if c := was.check(k.name); c != nil {
			if c.cfg.Same(k.cfg) && (sameSSL || k.cfg.Type != confparse.SSLGet) {
				k.runner = c.runner
				if k.cfg.File != nil {
					files[*k.cfg.File] = k.runner
				}
				return
			}
			if s := c.runner.Snapshot(); s.State != check.Unknown {
				initial = s.State
				// The pool may not have heard of it yet, and will not by the new
				// runner, for which it is nothing new.
				l.result(&check.Event{Runner: c.runner, At: time.Now(), From: s.State, To: s.State, Result: s.Last})
			}
		} else if l.started && !p.pool.Alive(s.address) {
			initial = check.Down
		}
	}
	if k.cfg.File != nil && files[*k.cfg.File] != nil {
		k.runner = files[*k.cfg.File]
		return
	}
	name := fmt.Sprintf("%s of %s of VS %s", k.name, s.name, p.name)
	// What Add refuses of a check, the plan has refused; and l.checks ends after
	// the last commit.
	cfg := checkConfig(name, k.cfg, k.checker, initial, l.log)
	cfg.Suspended = p.cfg.Suspend && l.addresses != nil && k.cfg.File == nil // until lookNow
	k.runner, _ = l.checks.Add(cfg)
	if k.cfg.File != nil {
		files[*k.cfg.File] = k.runner
	}
}

func (p *lvsPool) find(address netip.AddrPort) *lvsServer {
	if p == nil {
		return nil
	}
	return p.server(address)
}
