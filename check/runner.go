package check

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/broadcast"
)

const (
	defaultInterval = time.Second
	eventBuffer     = 256

	// stopTimeout is how long Run waits for a cancelled check to return.
	stopTimeout = 3 * time.Second
)

// Config is what a Runner is made of. Only Checker is needed.
type Config struct {
	Name    string // for events, logs and errors
	Checker Checker

	Interval time.Duration // from start to start; 0: 1 s
	Timeout  time.Duration // of one check; 0: Interval

	Rise int // successes in a row to get from Down to Up; 0: 1
	Fall int // failures in a row to get from Up to Down; 0: 1

	// Initial is the state before the first result. From Unknown, that result
	// alone decides, whatever Rise and Fall are.
	Initial State

	Logger *slog.Logger // nil discards
}

func (c *Config) complete() error {
	var errs []error
	if c.Checker == nil {
		errs = append(errs, errors.New("no checker"))
	}
	if c.Interval < 0 || c.Timeout < 0 {
		errs = append(errs, fmt.Errorf("negative interval (%v) or timeout (%v)", c.Interval, c.Timeout))
	}
	if c.Rise < 0 || c.Fall < 0 {
		errs = append(errs, fmt.Errorf("negative rise (%d) or fall (%d)", c.Rise, c.Fall))
	}
	if c.Initial > Down {
		errs = append(errs, fmt.Errorf("initial state %d does not exist", c.Initial))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("check %q: %w", c.Name, err)
	}
	if c.Interval == 0 {
		c.Interval = defaultInterval
	}
	if c.Timeout == 0 {
		c.Timeout = c.Interval
	}
	c.Rise, c.Fall = max(c.Rise, 1), max(c.Fall, 1)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

// Event is one result and the state it led to.
type Event struct {
	Name   string
	Seq    uint64    // counts the runner's events, from 1
	At     time.Time // when the result was there
	From   State
	To     State // From, unless this result changed the state
	Result Result
	Missed uint64 // events lost before this one, because the reader was too slow
}

// Changed reports whether the result changed the state.
func (e Event) Changed() bool { return e.From != e.To }

// Snapshot is how a runner stands.
type Snapshot struct {
	Name  string
	State State
	Since time.Time // when State was reached; zero: it is the initial one

	Last   Result    // the latest; zero before the first
	LastAt time.Time // when it was there
	Seq    uint64    // of the latest event

	Started time.Time // when the check that runs now was started; zero: none runs
	Overdue bool      // it should have ended

	Runs     uint64 // checks started
	Failures uint64 // results that were not OK
	Skipped  uint64 // checks not started because the one before had not ended
}

// Runner runs a checker at an interval.
type Runner struct {
	cfg    Config
	events *broadcast.Topic[Event]

	mu       sync.Mutex
	started  bool
	snapshot Snapshot
}

// NewRunner returns a runner that is still to be Run.
func NewRunner(cfg Config) (*Runner, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	return &Runner{
		cfg:      cfg,
		events:   broadcast.New(eventBuffer, func(e *Event) *uint64 { return &e.Missed }),
		snapshot: Snapshot{Name: cfg.Name, State: cfg.Initial},
	}, nil
}

// Results returns a new channel of the results from now on, with a buffer of
// 256. A reader that falls behind loses the oldest: the newest, with the state
// that holds now, always gets through. The channel is closed when Run ends.
func (r *Runner) Results() <-chan Event { return r.events.Subscribe() }

// Snapshot returns how the runner stands. It may be called at any time.
func (r *Runner) Snapshot() Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.snapshot
}

// Run checks at once and then at every interval, until ctx ends. A check that
// runs then is cancelled, waited for and not counted; if it does not return
// within 3 s the error says so, otherwise it is nil. Run can be called once.
func (r *Runner) Run(ctx context.Context) error {
	r.mu.Lock()
	again := r.started
	r.started = true
	r.mu.Unlock()
	if again {
		return fmt.Errorf("check %q: Run is called a second time", r.cfg.Name)
	}
	defer r.events.Close()

	s := &schedule{
		interval: r.cfg.Interval,
		timeout:  r.cfg.Timeout,
		counter:  newCounter(r.cfg.Rise, r.cfg.Fall, r.cfg.Initial),
		next:     time.Now(),
	}
	results := make(chan Result, 1)
	timer := time.NewTimer(r.cfg.Interval)
	defer timer.Stop()
	for out := s.tick(s.next, nil); ; {
		for _, o := range out {
			if o.kind == outputStart {
				go r.check(ctx, s.started.Add(s.timeout), results)
			}
		}
		r.report(s, out)
		timer.Reset(time.Until(s.deadline()))

		out = out[:0]
		select {
		case <-ctx.Done():
			return r.stop(s, results)
		case result := <-results:
			out = s.done(time.Now(), result, out)
		case <-timer.C:
			select {
			case result := <-results: // it came in time
				out = s.done(time.Now(), result, out)
			default:
			}
		}
		if now := time.Now(); !now.Before(s.deadline()) {
			out = s.tick(now, out)
		}
	}
}

func (r *Runner) check(ctx context.Context, deadline time.Time, results chan<- Result) {
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	results <- r.cfg.Checker.Check(ctx)
}

// stop waits for the check that runs, if any.
func (r *Runner) stop(s *schedule, results <-chan Result) error {
	if !s.running() {
		return nil
	}
	timer := time.NewTimer(stopTimeout)
	defer timer.Stop()
	select {
	case <-results:
		s.started = time.Time{}
		r.report(s, nil)
		return nil
	case <-timer.C:
		return fmt.Errorf("check %q: the check did not return within %v of being cancelled", r.cfg.Name, stopTimeout)
	}
}

// report makes known what has happened: in the snapshot first, so that a reader
// of an event finds at least that much there.
func (r *Runner) report(s *schedule, out []output) {
	now := time.Now()
	var events []Event
	skipped := 0

	r.mu.Lock()
	snap := &r.snapshot
	for _, o := range out {
		switch o.kind {
		case outputStart:
			snap.Runs++
		case outputSkip:
			snap.Skipped++
			skipped++
		case outputJudge:
			snap.Seq++
			snap.Last, snap.LastAt = o.result, now
			if !o.result.OK {
				snap.Failures++
			}
			if o.from != o.to {
				snap.State, snap.Since = o.to, now
			}
			events = append(events, Event{
				Name: r.cfg.Name, Seq: snap.Seq, At: now, From: o.from, To: o.to, Result: o.result,
			})
		}
	}
	snap.Started, snap.Overdue = s.started, s.overdue
	r.mu.Unlock()

	log := r.cfg.Logger.With("check", r.cfg.Name)
	if skipped > 0 && skipped == s.skipped { // the first because of this run
		log.Warn("check skipped, the one before is still running", "since", s.started)
	}
	for _, e := range events {
		r.events.Publish(e)
		if e.Changed() {
			log.Info("check changed", "from", e.From, "to", e.To,
				"reason", e.Result.Reason, "detail", e.Result.Detail, "output", e.Result.Output)
		}
	}
}
