package compose

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/internal/broadcast"
	"github.com/vrrpkit/vrrpkit/ipvs"
)

// lvs is the virtual servers at work. One goroutine, run, takes the results of
// checks; others come in between, under the mutex.
type lvs struct {
	log     *slog.Logger
	options *Options
	checks  *check.Group
	events  *broadcast.Topic[ServerEvent]
	wake    chan struct{}

	mu        sync.Mutex
	table     *lvsTable // nil: there has been no need for one
	addresses Addresses // nil: nobody needs them
	global    confparse.LVS
	ssl       confparse.SSL
	started   bool
	seq       uint64
	cause     *lvsCheck // whose result is being taken
	found     string
	pools     []*lvsPool
	index     map[*check.Runner][]lvsMember
	role      ipvs.Role // of the instance that the sync daemon follows
}

// lvsMember is a check of a server that a runner runs. FILE_CHECKs of one file
// share a runner.
type lvsMember struct {
	pool   *lvsPool
	server *lvsServer
	check  *lvsCheck
}

// newLVS returns virtual servers of which there are none yet.
func newLVS(o *Options, log *slog.Logger) *lvs {
	return &lvs{
		log: log, options: o, checks: check.NewGroup(),
		events: broadcast.New(changeBuffer, func(e *ServerEvent) *uint64 { return &e.Missed }),
		wake:   make(chan struct{}, 1), index: map[*check.Runner][]lvsMember{}, role: ipvs.Backup,
	}
}

// changeBuffer is how many events about servers a reader may be behind.
const changeBuffer = 1024

// needsIPVS reports whether cfg has anything for the kernel's IPVS.
func needsIPVS(cfg *confparse.Config) bool {
	g := &cfg.Global.LVS
	return len(cfg.VirtualServers) > 0 || g.Sync != nil || g.Flush || g.FlushOnStop == confparse.FlushAll ||
		g.TCPTimeout != 0 || g.FINTimeout != 0 || g.UDPTimeout != 0
}

// run has the servers checked and the kernel's table follow, until ctx ends. It
// then removes what is ours from the table.
func (l *lvs) run(ctx context.Context) error {
	defer l.events.Close()
	results := l.checks.Changes()
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	keep, stopKeeping := context.WithCancel(context.WithoutCancel(ctx))
	defer stopKeeping()
	var working, keeping sync.WaitGroup
	var checksErr, tableErr error
	var table *lvsTable
	var addresses Addresses
	serve := func() (next time.Time) {
		// A reload may have brought the need for them.
		if t := l.needs(&addresses, func(a Addresses) { working.Go(func() { l.watch(work, a) }) }); t != table {
			table = t
			keeping.Go(func() { tableErr = table.reconciler.Run(keep) })
			keeping.Go(func() { l.heed(table) })
			working.Go(func() { table.run(work) })
		}
		return l.push()
	}
	serve()
	l.awaitTable(ctx, table)
	l.start() // before the checks: what is suspended is not checked even once
	working.Go(func() { checksErr = l.checks.Run(work) })
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil {
		if next := serve(); next.IsZero() {
			timer.Stop()
		} else {
			timer.Reset(time.Until(next))
		}
		select {
		case <-ctx.Done():
		case e := <-results:
			l.take(&e)
			for range len(results) { // many together are one change of the table
				e := <-results
				l.take(&e)
			}
		case <-l.wake:
		case <-timer.C:
			l.tick()
			l.count()
		}
	}
	stopWork()
	working.Wait()
	l.stop()
	stopKeeping() // which removes what is ours
	keeping.Wait()
	return errors.Join(checksErr, tableErr)
}

// needs returns the table, if there is a need for it, and has addresses watched
// that are not yet.
func (l *lvs) needs(watched *Addresses, watch func(Addresses)) *lvsTable {
	l.mu.Lock()
	defer l.mu.Unlock()
	if *watched == nil && l.addresses != nil {
		*watched = l.addresses
		watch(l.addresses)
	}
	return l.table
}

// start adds everything that serves without having been checked.
func (l *lvs) start() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.started = true
	now := time.Now()
	for _, p := range l.pools {
		l.publish(p, now, p.pool.Start(now, nil), stays)
	}
	l.lookNow()
}

// removal is why something is removed.
type removal uint8

const (
	stays removal = iota
	atReload
	atEnd
)

// stop tells that everything goes down.
func (l *lvs) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.started = false
	now := time.Now()
	for _, p := range l.pools {
		l.publish(p, now, p.pool.Stop(nil), atEnd)
	}
}

// take takes a result that has changed something.
func (l *lvs) take(e *check.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.Missed > 0 {
		l.resync(e.At)
		return
	}
	l.result(e)
}

func (l *lvs) result(e *check.Event) {
	if e.To == check.Unknown {
		return
	}
	for _, m := range l.index[e.Runner] {
		in := ipvs.PoolInput{Kind: ipvs.PoolChecked, Server: m.server.address, Check: m.check.name, Up: e.To == check.Up, Weight: poolWeight(m.check, e)}
		if e.From != e.To {
			l.publishCheck(m.pool, m.server, m.check, e)
		}
		l.cause, l.found = m.check, e.Result.Detail
		l.publish(m.pool, e.At, m.pool.pool.Handle(e.At, in, nil), stays)
		l.cause, l.found = nil, ""
	}
}

// poolWeight is what a result says about the weight of its server.
func poolWeight(k *lvsCheck, e *check.Event) ipvs.PoolWeight {
	switch {
	case !e.Result.Weighted || !e.Result.OK:
		return ipvs.PoolWeight{}
	case k.cfg.Type == confparse.MiscCheck:
		return ipvs.PoolWeight{Mode: ipvs.PoolWeightAbsolute, Value: e.Result.Weight}
	}
	return ipvs.PoolWeight{Mode: ipvs.PoolWeightOffset, Value: e.Result.Weight}
}

// resync asks all checks how they stand: results have been missed.
func (l *lvs) resync(now time.Time) {
	for r := range l.index {
		s := r.Snapshot()
		l.result(&check.Event{Runner: r, Name: s.Name, At: now, From: s.State, To: s.State, Result: s.Last})
	}
}

// tick lets weights grow.
func (l *lvs) tick() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for _, p := range l.pools {
		l.publish(p, now, p.pool.Handle(now, ipvs.PoolInput{Kind: ipvs.PoolTick}, nil), stays)
	}
}

// push tells the kernel's side what there should be, and returns when the pools
// have to be looked after again; zero: not before something happens.
func (l *lvs) push() (next time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	state := ipvs.State{Timeouts: timeouts(&l.global), Daemons: daemons(&l.global, l.role)}
	for _, p := range l.pools {
		state.Table = append(state.Table, entries(p.services, p.pool.Destinations(now, nil))...)
		next = sooner(next, p.pool.Deadline(now))
		if len(p.draining(now)) > 0 {
			next = sooner(next, now.Add(drainInterval))
		}
	}
	if l.table != nil {
		l.table.set(state)
	}
	return next
}

// sooner returns the earlier of two times, of which a zero one is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// poke has run look again.
func (l *lvs) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}
