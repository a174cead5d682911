package ipvs

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/asynclog"
	"github.com/vrrpkit/vrrpkit/internal/broadcast"
)

const (
	// lookInterval is how often the kernel's state is read; it has no way to tell
	// of changes.
	lookInterval = 10 * time.Second

	// lookShare bounds the share of time spent on looking: a look that takes long
	// is followed by a pause of so many times as long, but no longer than lookMax
	// intervals: it may have been an exception.
	lookShare = 50
	lookMax   = 10

	// retryMin is the time until what failed is tried again. It doubles each
	// time up to retryMax.
	retryMin = 100 * time.Millisecond
	retryMax = 30 * time.Second

	// stopAttempts is how often Run tries to undo everything in the end,
	// retryMin apart.
	stopAttempts = 3

	eventBuffer = 256
	logQueue    = 1024
)

// ErrStopped is returned by Apply once Run has ended.
var ErrStopped = errors.New("ipvs: the reconciler has stopped")

// Config says what a Reconciler works on. The zero Config is usable.
type Config struct {
	// Kernel is what to change. Nil means NewKernel(Namespace). Run closes it.
	Kernel Kernel

	// Namespace is a descriptor of the network namespace to work in, used where
	// Kernel is nil. Zero means the caller's own.
	Namespace int

	// Interval is how often the kernel's state is looked at, to put right what
	// others have changed. 0: 10 s. Where reading it takes long it is looked at
	// less often, down to a tenth, so that this takes no more than a fiftieth of
	// the time.
	Interval time.Duration

	// StateFile is where to note which services and daemons are ours, so that
	// this process's successor removes what it does not want of them, should
	// this one be killed. The directory must exist; /run is the place for it. Empty:
	// none, and services that a killed process leaves and that its successor
	// does not want stay.
	StateFile string

	// FlushAtStart has the first Apply delete all services that it does not
	// want, whoever made them (keepalived: lvs_flush, which interrupts even what
	// stays).
	FlushAtStart bool

	// FlushAtStop has Run delete all services in the end, whoever made them
	// (keepalived: lvs_flush_on_stop). SetFlushAtStop changes it later.
	FlushAtStop bool

	// Keep has Run leave everything as it is in the end (keepalived:
	// --dont-release-ipvs). The state file stays as well, for the successor.
	Keep bool

	// Logger gets what is corrected and what fails, from Run on. It may be slow:
	// nothing waits for it. Nil discards.
	Logger *slog.Logger
}

// Reconciler keeps the kernel as it is told to.
//
// Services that it is given are its own from then on, even those that were
// there before: it changes them, gives them exactly the destinations desired, and
// deletes them when they are no longer desired, or when Run ends. It never
// touches others, unless told to flush. Timeouts are as before in the end, and
// daemons gone.
type Reconciler struct {
	kernel   Kernel
	config   Config
	log      *slog.Logger // Config.Logger, queued
	queue    *asynclog.Handler
	events   *broadcast.Topic[Event]
	wake     chan struct{} // the time of the next turn has changed
	work     chan struct{} // holds a token while somebody works on what follows
	ledger   ledger
	file     stateFile
	settled  bool      // the last turn left nothing to do
	failures int       // turns in a row that did not
	lacked   []Missing // after the last of them
	told     error     // what the latest Failed said; nil: Recovered was later
	due      time.Time // when the next turn is; zero: no need
	ran      bool      // Run was called
	stopped  bool      // Run has ended

	flushAtStop atomic.Bool

	mu       sync.Mutex
	snapshot Snapshot
}

// NewReconciler returns a Reconciler that has not changed anything yet. It fails
// where the kernel has no IPVS, or where the state file cannot be read.
func NewReconciler(cfg Config) (*Reconciler, error) {
	if cfg.Interval < 0 {
		return nil, errors.New("ipvs: negative Interval")
	}
	if cfg.Interval == 0 {
		cfg.Interval = lookInterval
	}
	r := &Reconciler{
		config: cfg,
		kernel: cfg.Kernel,
		events: broadcast.New(eventBuffer, func(e *Event) *uint64 { return &e.Missed }),
		wake:   make(chan struct{}, 1),
		work:   make(chan struct{}, 1),
		file:   stateFile{name: cfg.StateFile},
	}
	held, err := r.file.read()
	if err != nil {
		return nil, err
	}
	r.flushAtStop.Store(cfg.FlushAtStop)
	r.ledger = newLedger(held)
	r.ledger.flush = cfg.FlushAtStart
	if r.kernel == nil {
		if r.kernel, err = NewKernel(cfg.Namespace); err != nil {
			return nil, err
		}
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	r.queue = asynclog.New(cfg.Logger.Handler(), logQueue)
	r.log = slog.New(r.queue)
	return r, nil
}

// Events returns a new channel of everything done from now on, with a buffer of
// 256. A reader that falls behind loses the oldest, and the next event says how
// many. The channel is closed when Run ends.
func (r *Reconciler) Events() <-chan Event { return r.events.Subscribe() }

// Snapshot returns how things stand. It never blocks for long.
func (r *Reconciler) Snapshot() Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.snapshot
}

// SetFlushAtStop changes Config.FlushAtStop. It may be called at any time.
func (r *Reconciler) SetFlushAtStop(flush bool) { r.flushAtStop.Store(flush) }

// Stats returns the counters of the services, of all where no key is given, in
// no particular order; see [Kernel].
func (r *Reconciler) Stats(keys ...Key) ([]ServiceStats, error) { return r.kernel.Stats(keys...) }

// Apply makes desired the state to be kept, and returns once the kernel has it,
// or what could not be done. That, and what the end of ctx left undone, is tried
// again by Run. Where desired is not valid, nothing changes and what was desired
// before stays. Apply does not keep desired; it may be called by several
// goroutines, before Run too.
//
// It does not read the kernel's state anew: one destination's new weight
// is one write. What others have changed meanwhile is found at the next look, or
// when it gets in the way.
func (r *Reconciler) Apply(ctx context.Context, desired State) error {
	if err := desired.Validate(); err != nil {
		return err
	}
	if err := r.lock(ctx); err != nil {
		return err
	}
	defer r.unlock()
	if r.stopped {
		return ErrStopped
	}
	r.ledger.desired = desired.clone()
	r.settled = false
	r.failures = 0
	err := r.turn(ctx, false)
	select {
	case r.wake <- struct{}{}:
	default:
	}
	return err
}

// Run tries again what failed, and puts right what others change. When ctx ends
// it undoes everything, unless Config says otherwise, closes the kernel, and
// returns nil, or what could not be undone. It can be called once.
func (r *Reconciler) Run(ctx context.Context) error {
	defer r.queue.Start()()
	if err := r.start(); err != nil {
		return err
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return r.stop()
		case <-r.wake:
		case <-timer.C:
		}
		if r.lock(ctx) != nil {
			continue
		}
		if !r.due.IsZero() && !time.Now().Before(r.due) {
			_ = r.turn(ctx, true) // it is in the events
		}
		if r.due.IsZero() {
			timer.Stop()
		} else {
			timer.Reset(time.Until(r.due))
		}
		r.unlock()
	}
}

func (r *Reconciler) start() error {
	_ = r.lock(context.Background())
	defer r.unlock()
	if r.ran {
		return errors.New("ipvs: Run is called a second time")
	}
	r.ran = true
	return nil
}

// lock waits until nobody else works, or ctx ends.
func (r *Reconciler) lock(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	select {
	case r.work <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (r *Reconciler) unlock() { <-r.work }
