package vrrp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/asynclog"
	"github.com/vrrpkit/vrrpkit/internal/broadcast"
)

const (
	logQueue    = 1024 // records that may wait for a slow log
	logPatience = time.Second

	// quietTime is how long packets may lie in the socket while every router
	// is a backup; quietSkew is the least skew time that makes this harmless.
	quietTime = time.Millisecond
	quietSkew = 4 * quietTime
)

// HostConfig configures a [Host].
type HostConfig struct {
	// Network is where the host lives, and belongs to it from now on.
	Network Network

	// Logger is for routers that have none of their own. Nil discards.
	Logger *slog.Logger
}

// Host runs any number of routers: one goroutine, one wake-up, one outbound
// batch, and sockets that are shared by all routers on a link. All methods may
// be called from any goroutine at any time.
type Host struct {
	network Network
	log     *slog.Logger // HostConfig.Logger, queued
	queue   *asynclog.Handler
	events  *broadcast.Topic[Event]

	calls    sync.WaitGroup // calls of owners
	watchers sync.WaitGroup

	mu       sync.Mutex
	set      *Set
	routers  []*Router // by ID
	links    map[LinkConfig]*hostLink
	byLink   map[Link]*hostLink
	vips     map[netip.Addr]int // how many routers have this virtual address
	outputs  []Output           // of the set, to be carried out in this turn
	batched  []*hostLink
	counters HostCounters
	minSkew  time.Duration
	renewAt  time.Time
	running  bool
	ended    bool
	watchCtx context.Context // of those who listen to owners
	callCtx  context.Context // of owners' calls: outlives Run's ctx, for the last Release
}

// NewHost returns a host without routers.
func NewHost(cfg HostConfig) *Host {
	h := &Host{
		network: cfg.Network, events: newTopic(), set: NewSet(),
		links: map[LinkConfig]*hostLink{}, byLink: map[Link]*hostLink{}, vips: map[netip.Addr]int{},
		queue: asynclog.New(slog.DiscardHandler, logQueue),
	}
	h.log = h.async(cfg.Logger)
	return h
}

// async returns l with a queue in front, so that a slow log never delays an
// advertisement. Nil discards.
func (h *Host) async(l *slog.Logger) *slog.Logger {
	if l == nil {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(h.queue.For(l.Handler()))
}

// Add adds a router. If the host runs, it starts at once, else with Run. An
// interface that does not exist yet is no error: the router is in Fault until
// it does.
func (h *Host) Add(cfg Config) (*Router, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended {
		return nil, errors.New("vrrp: the host has ended")
	}
	l, err := h.openLink(cfg.link())
	if err != nil {
		return nil, fmt.Errorf("vrrp: router %s: %w", cfg.Name, err)
	}
	if other := l.routers[cfg.VRID]; other != nil {
		return nil, fmt.Errorf("vrrp: router %s: router %s has VRID %d on %s already", cfg.Name, other.cfg.Name, cfg.VRID, cfg.Interface)
	}
	r := newRouter(h, cfg)
	p := cfg.params()
	if r.id, err = h.set.Add(p); err != nil {
		return nil, fmt.Errorf("vrrp: router %s: %w", cfg.Name, err)
	}
	r.link, l.routers[cfg.VRID] = l, r
	h.routers = append(h.routers, r)
	for a := range r.vips {
		h.vips[a]++
	}
	skew := skewTime(p.Version, p.Priority, p.Interval)
	if h.minSkew == 0 || skew < h.minSkew {
		h.minSkew = skew
	}
	if h.running {
		h.start(r)
		h.network.Wake()
	}
	return r, nil
}

// Run runs the host until ctx is done. All masters then hand over: they
// advertise priority 0, release what they hold, and report it; Run returns when
// that is done. It returns nil, or an error that names the owners that neither
// answered within their OwnerTimeout nor ended when their context was
// cancelled: their goroutines are left behind. It can be called once.
func (h *Host) Run(ctx context.Context) error {
	callCtx, cancelCalls := context.WithCancel(context.WithoutCancel(ctx))
	defer cancelCalls()
	watchCtx, cancelWatchers := context.WithCancel(ctx)
	defer cancelWatchers()
	if err := h.begin(watchCtx, callCtx); err != nil {
		return err
	}
	logCtx, cancelLogs := context.WithCancel(context.WithoutCancel(ctx))
	defer cancelLogs()
	var logs sync.WaitGroup
	logs.Go(func() { h.queue.Run(logCtx) })

	unhook := context.AfterFunc(ctx, h.network.Wake)
	defer unhook()
	h.loop(ctx)

	cancelWatchers()
	h.watchers.Wait()
	err := errors.Join(h.reap(cancelCalls), h.network.Close())
	h.events.Close()
	for _, r := range h.routers {
		r.events.Close()
	}
	cancelLogs()
	waitFor(&logs, logPatience)
	return err
}

// begin starts all routers that have been added; those added later start at
// once.
func (h *Host) begin(watchCtx, callCtx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.running || h.ended {
		return errors.New("vrrp: a host runs only once")
	}
	h.running, h.watchCtx, h.callCtx = true, watchCtx, callCtx
	for _, r := range h.routers {
		h.start(r)
	}
	return nil
}

// start lets a router take part. Called with mu held.
func (h *Host) start(r *Router) {
	r.setLink(r.link.link.State())
	h.handle(Input{Kind: InputStart, ID: r.id})
	if r.owner != nil && r.owner.owner.Trouble() != nil {
		h.watchers.Add(1)
		go r.owner.watch(h.watchCtx)
	}
}

// loop turns until ctx is done and every router has left.
func (h *Host) loop(ctx context.Context) {
	var ready []Link
	stopping := false
	for {
		h.mu.Lock()
		for _, l := range ready {
			h.drain(l)
		}
		if ctx.Err() != nil && !stopping {
			stopping = true
			for _, r := range h.routers {
				h.handle(Input{Kind: InputStop, ID: r.id})
			}
		}
		until, quiet := h.turn(time.Now())
		if stopping && h.left() {
			h.running, h.ended = false, true
			h.mu.Unlock()
			return
		}
		h.mu.Unlock()
		ready = h.network.Wait(until, quiet, ready[:0])
	}
}

// turn fires timers, sends, and tells owners and readers. It returns how long
// the host has nothing to do, and how long it need not hear packets. Called with
// mu held.
func (h *Host) turn(now time.Time) (until, quiet time.Time) {
	h.outputs = h.set.Handle(now, Input{Kind: InputTick}, h.outputs)
	for i := range h.outputs {
		if o := &h.outputs[i]; o.Kind == OutputAdvertise {
			h.advertise(h.routers[o.ID], o.Priority)
		}
	}
	h.flush()
	for i := range h.outputs {
		h.carryOut(&h.outputs[i])
	}
	clear(h.outputs)
	h.outputs = h.outputs[:0]

	until = h.set.Deadline()
	if h.set.Masters() == 0 {
		h.renewAt = time.Time{}
		if h.minSkew >= quietSkew {
			quiet = now.Add(quietTime)
		}
		return until, quiet
	}
	if !now.Before(h.renewAt) {
		h.renew(now)
	}
	if until.IsZero() || h.renewAt.Before(until) {
		until = h.renewAt
	}
	return until, quiet
}

// carryOut does what an output asks for, apart from sending.
func (h *Host) carryOut(o *Output) {
	r := h.routers[o.ID]
	switch o.Kind {
	case OutputAcquire, OutputRelease, OutputAnnounce:
		if r.owner != nil {
			r.owner.want(o.Kind, o.Gen)
		}
	case OutputAnswered:
		r.counters.Answered++
	case OutputEvent:
		h.publish(r, o)
	}
}

func (h *Host) publish(r *Router, o *Output) {
	switch Master {
	case o.To:
		r.counters.BecameMaster++
	case o.From:
		r.counters.ReleasedMaster++
	}
	r.seq++
	e := Event{
		Router: r, Seq: r.seq, From: o.From, To: o.To, Reason: o.Reason, Priority: h.set.Status(o.ID).Priority,
		Peer: o.Peer, At: o.At, Err: o.Err,
	}
	r.logTransition(&e)
	r.events.Publish(e)
	h.events.Publish(e)
}

// renew tells the owners of all masters that the protocol lives.
func (h *Host) renew(now time.Time) {
	h.renewAt = now.Add(renewEvery)
	for _, r := range h.routers {
		if r.owner != nil && h.set.Status(r.id).State == Master {
			r.owner.owner.Renew(now.Add(renewFor))
		}
	}
}

// left reports whether every router has left and said so.
func (h *Host) left() bool {
	for _, r := range h.routers {
		if st := h.set.Status(r.id); st.State != Init || st.Pending {
			return false
		}
	}
	return true
}

// reap waits for the owners' calls, first as they are, then cancelled.
func (h *Host) reap(cancel context.CancelFunc) error {
	patience := time.Duration(0)
	for _, r := range h.routers {
		patience = max(patience, r.cfg.OwnerTimeout)
	}
	cancel()
	if waitFor(&h.calls, patience) {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	var errs []error
	for _, r := range h.routers {
		if r.owner != nil && r.owner.current.set {
			errs = append(errs, fmt.Errorf("vrrp: the owner of router %s ignores its context: its call to %s goes on",
				r.cfg.Name, callName(r.owner.current.kind)))
		}
	}
	return errors.Join(errs...)
}

// waitFor reports whether wg is done within the given time.
func waitFor(wg *sync.WaitGroup, patience time.Duration) bool {
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case <-done:
		return true
	case <-t.C:
		return false
	}
}

// input hands an input from outside the loop to the set and has the loop do what
// it asks for. Called with mu held. After the end of Run it does nothing.
func (h *Host) input(in Input) {
	if h.ended {
		return
	}
	h.handle(in)
	h.network.Wake()
}

// handle hands an input to the set; what it asks for is done at the end of the
// turn. Called with mu held.
func (h *Host) handle(in Input) { h.outputs = h.set.Handle(time.Now(), in, h.outputs) }
