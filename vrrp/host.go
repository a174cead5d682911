package vrrp

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/asynclog"
	"github.com/vrrpkit/vrrpkit/internal/broadcast"
)

// logQueue is how many records may wait for a slow log.
const logQueue = 1024

// HostConfig configures a [Host].
type HostConfig struct {
	// Network is where the host lives, and belongs to it from now on.
	Network Network

	// Logger is for routers that have none of their own. Nil discards. Its
	// handler's Enabled must not call back into the host.
	Logger *slog.Logger
}

// Host runs any number of routers: one goroutine, one wake-up, one outbound
// batch, and sockets that are shared by all routers on a link. All methods may
// be called from any goroutine at any time.
type Host struct {
	network   Network
	log       *slog.Logger // HostConfig.Logger, queued
	queue     *asynclog.Handler
	events    *broadcast.Topic[Event]
	conflicts *broadcast.Topic[Conflict]
	incidents *broadcast.Topic[Incident]

	calls    sync.WaitGroup // calls of owners
	watchers sync.WaitGroup

	adding sync.Mutex // one Add at a time

	mu       sync.Mutex
	set      *Set
	routers  []*Router
	byID     []*Router // by index of the ID
	groups   map[GroupID]*Group
	links    map[LinkConfig]*hostLink
	byLink   map[Link]*hostLink
	vips     map[place]int // how many routers have this virtual address
	owned    map[place]int // and how many of them own it
	outputs  []Output      // of the set, to be carried out in this turn
	batched  []*hostLink
	said     []said  // advertised in this turn
	renewals []Owner // to be renewed at the end of it
	unheard  complaints
	counters HostCounters
	owners   int // routers that have one
	renewAt  time.Time
	added    []*Router // to be started by the loop
	leaving  []*Router // Close has been called
	stale    bool      // the set of virtual addresses has changed
	untold   bool      // some trackers of interfaces are new
	phase    phase
	watchCtx context.Context // of those who listen to owners
	callCtx  context.Context // of owners' calls: outlives Run's ctx, for the last Release
}

// phase is how far a host's life has come.
type phase uint8

const (
	waiting phase = iota // for Run
	running
	stopping // ctx is done, the last routers are leaving
	ended
)

// NewHost returns a host without routers.
func NewHost(cfg HostConfig) *Host {
	h := &Host{
		network: cfg.Network, events: newTopic(), conflicts: newConflicts(), incidents: newIncidents(), set: NewSet(), groups: map[GroupID]*Group{},
		links: map[LinkConfig]*hostLink{}, byLink: map[Link]*hostLink{}, vips: map[place]int{}, owned: map[place]int{},
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

// Close frees a host that is not Run, and closes its channels. After Run, or
// during it, it does nothing.
func (h *Host) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.phase != waiting {
		return nil
	}
	h.phase = ended
	h.closeChannels()
	if h.network == nil {
		return nil
	}
	return h.network.Close()
}

// input hands an input from outside the loop to the set and has the loop do what
// it asks for. Called with mu held. After the end of Run it does nothing.
func (h *Host) input(in Input) {
	if h.phase == ended {
		return
	}
	h.handle(in)
	h.network.Wake()
}

// handle hands an input to the set; what it asks for is done at the end of the
// turn. Called with mu held.
func (h *Host) handle(in Input) { h.outputs = h.set.Handle(time.Now(), in, h.outputs) }
