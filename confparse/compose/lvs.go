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
	log       *slog.Logger
	checker   ServerChecker
	checks    *check.Group
	events    *broadcast.Topic[ServerEvent]
	table     *lvsTable // nil: there is nothing to do, until opened is closed
	opened    chan struct{}
	addresses Addresses // nil: nobody needs them
	wake      chan struct{}

	mu      sync.Mutex
	global  confparse.LVS
	ssl     confparse.SSL
	started bool
	seq     uint64
	cause   *lvsCheck // whose result is being taken
	found   string
	pools   []*lvsPool
	index   map[*check.Runner][]lvsMember
	role    ipvs.Role // of the instance that the sync daemon follows
}

// lvsMember is a check of a server that a runner runs. FILE_CHECKs of one file
// share a runner.
type lvsMember struct {
	pool   *lvsPool
	server *lvsServer
	check  *lvsCheck
}

// newLVS prepares the virtual servers of plan.
func newLVS(plan *lvsPlan, o *Options, log *slog.Logger) (*lvs, error) {
	l := &lvs{
		log: log, checker: o.ServerChecker, checks: check.NewGroup(), addresses: o.Addresses, opened: make(chan struct{}),
		events: broadcast.New(changeBuffer, func(e *ServerEvent) *uint64 { return &e.Missed }),
		wake:   make(chan struct{}, 1), index: map[*check.Runner][]lvsMember{}, role: ipvs.Backup,
	}
	if o.IPVS != nil {
		var err error
		if l.table, err = openLVSTable(plan.cfg, o, log); err != nil {
			return nil, err
		}
		close(l.opened)
	}
	l.commit(plan)
	return l, nil
}

// openLVSTable returns the table in the kernel of o.
func openLVSTable(c *confparse.Config, o *Options, log *slog.Logger) (*lvsTable, error) {
	g := &c.Global.LVS
	cfg := ipvs.Config{
		Kernel: o.IPVS, FlushAtStart: g.Flush, FlushAtStop: g.FlushOnStop == confparse.FlushAll, Keep: o.KeepIPVS, Logger: log,
	}
	if o.StateFile != "" {
		cfg.StateFile = o.StateFile + ".ipvs"
	}
	r, err := ipvs.NewReconciler(cfg)
	if err != nil {
		return nil, err
	}
	return newLVSTable(r), nil
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
	select {
	case <-l.opened:
	case <-ctx.Done():
		return nil
	}
	l.start()
	results := l.checks.Changes()
	checking, stopChecks := context.WithCancel(context.WithoutCancel(ctx))
	defer stopChecks()
	keeping, stopKeeping := context.WithCancel(context.WithoutCancel(ctx))
	defer stopKeeping()
	kept := make(chan error, 1)
	go func() { kept <- l.table.reconciler.Run(keeping) }()
	var wg sync.WaitGroup
	var checksErr error
	wg.Go(func() { checksErr = l.checks.Run(checking) })
	wg.Go(func() { l.table.run(checking) })
	if l.addresses != nil {
		wg.Go(func() {
			if err := l.addresses.Watch(checking, l.look); err != nil {
				l.log.Error("ha_suspend: addresses are not followed any more; every server is checked", "err", err)
				l.suspendNone()
			}
		})
	}
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil {
		if next := l.push(); next.IsZero() {
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
	stopChecks()
	wg.Wait()
	l.stop()
	stopKeeping() // which removes what is ours
	return errors.Join(checksErr, <-kept)
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
	l.table.set(state)
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
