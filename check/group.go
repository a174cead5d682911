package check

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/broadcast"
)

const (
	changeBuffer = 1024

	// stopTimeout is how long Run waits for cancelled checks to return.
	stopTimeout = 3 * time.Second

	// maxGather is how late checks may start so that many start together, which
	// is cheaper: much of what a check costs is waking up. It is at most a twentieth of
	// the shortest interval.
	maxGather = 50 * time.Millisecond

	// pulse is how often Run wakes while checks run, to see whether it can.
	pulse = 100 * time.Millisecond

	// punctual is how late Run wakes without that being worth a thought.
	punctual = 10 * time.Millisecond
)

// ErrStopped is returned by Group.Add once the group's Run has ended.
var ErrStopped = errors.New("check: the group has stopped")

// Group runs many checks with one timer. A check that hangs delays none of the
// others.
type Group struct {
	changes *broadcast.Topic[Event]
	wake    chan struct{}
	gone    chan struct{} // closed when Run has ended and no goroutine is left

	mu      sync.Mutex
	ctx     context.Context // of all that runs; nil before Run
	ended   bool
	queue   queue
	runners map[*Runner]bool // false: removed, but its check still runs
	next    time.Time        // when the timer wakes Run; zero: never
	gather  time.Duration    // least time between two such wakes: what falls due meanwhile is done together
	running int              // checks
	busy    int              // goroutines of checks and watches
	workers workers
	told    []told
}

// NewGroup returns a group that is still to be Run.
func NewGroup() *Group {
	g := &Group{
		changes: broadcast.New(changeBuffer, func(e *Event) *uint64 { return &e.Missed }),
		wake:    make(chan struct{}, 1),
		runners: map[*Runner]bool{},
		gather:  maxGather,
		gone:    make(chan struct{}),
	}
	g.workers.wake = sync.NewCond(&g.mu)
	return g
}

// Add adds a runner, which starts with Run, or at once if that is running. After the
// end of Run it fails with ErrStopped.
func (g *Group) Add(cfg Config) (*Runner, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	r := &Runner{
		cfg:      cfg,
		group:    g,
		events:   broadcast.New(eventBuffer, func(e *Event) *uint64 { return &e.Missed }),
		snapshot: Snapshot{Name: cfg.Name, State: cfg.Initial, Suspended: cfg.Suspended},
		index:    -1,
		schedule: schedule{
			interval: cfg.Interval, timeout: cfg.Timeout, retry: cfg.Retry, jitter: cfg.Jitter,
			riseDelay: cfg.RiseDelay, fallDelay: cfg.FallDelay,
			counter: newCounter(cfg.Rise, cfg.Fall, cfg.Initial),
			paused:  cfg.Suspended,
			random:  rand.N[time.Duration],
		},
	}
	g.mu.Lock()
	defer g.unlock()
	if g.ended {
		return nil, fmt.Errorf("check %q: %w", cfg.Name, ErrStopped)
	}
	g.runners[r] = true
	g.gather = min(g.gather, cfg.Interval/20)
	if g.ctx != nil {
		g.begin(r, time.Now())
	}
	return r, nil
}

// Remove ends a runner of the group and closes its channels. Its running check
// is cancelled and does not count; Remove does not wait for it.
func (g *Group) Remove(r *Runner) {
	g.mu.Lock()
	defer g.unlock()
	if !g.runners[r] {
		return
	}
	g.runners[r] = false
	if !r.schedule.running() {
		delete(g.runners, r)
	}
	r.schedule.pause()
	g.enqueue(r)
	if r.end != nil {
		r.end()
	}
	if r.asked != nil {
		r.asked.end()
	}
	r.events.Close()
}

// Changes returns a new channel of what changes the state or the weight of any
// runner from now on, with a buffer of 1024. A reader that falls behind loses
// the oldest, and then has to ask the runners for their Snapshot. The channel is
// closed when Run ends.
func (g *Group) Changes() <-chan Event { return g.changes.Subscribe() }

// Run checks until ctx ends. Checks that run then are cancelled, waited for and
// not counted; the error names those that do not return within 3 s, otherwise it
// is nil. Run can be called once.
func (g *Group) Run(ctx context.Context) error {
	work, end := context.WithCancel(ctx)
	defer end()
	if err := g.start(work); err != nil {
		return err
	}
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		if next := g.tick(); next.IsZero() {
			timer.Stop()
		} else {
			timer.Reset(time.Until(next))
		}
		select {
		case <-ctx.Done():
			end()
			return g.stop()
		case <-g.wake:
		case <-timer.C:
		}
	}
}

func (g *Group) start(ctx context.Context) error {
	g.mu.Lock()
	defer g.unlock()
	if g.ctx != nil {
		return errors.New("check: Run is called a second time")
	}
	g.ctx = ctx
	now := time.Now()
	for r := range g.runners {
		g.begin(r, now)
	}
	return nil
}

// stop waits for what has been cancelled.
func (g *Group) stop() error {
	g.mu.Lock()
	g.ended = true
	for r := range g.runners {
		if r.asked != nil {
			r.asked.end()
		}
	}
	g.workers.dismiss()
	if g.busy == 0 {
		close(g.gone)
	}
	g.unlock()

	patience := time.NewTimer(stopTimeout)
	defer patience.Stop()
	select {
	case <-g.gone:
	case <-patience.C:
	}

	g.mu.Lock()
	defer g.unlock()
	var errs []error
	for r := range g.runners {
		if r.schedule.running() {
			errs = append(errs, fmt.Errorf("check %q: the check did not return within %v of being cancelled", r.cfg.Name, stopTimeout))
		}
		r.events.Close()
	}
	g.changes.Close()
	return errors.Join(errs...)
}
