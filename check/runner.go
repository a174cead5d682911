package check

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/broadcast"
)

const (
	eventBuffer = 256

	// stopTimeout is how long Run waits for a cancelled check to return.
	stopTimeout = 3 * time.Second
)

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
// 256; to see the first one, call it before Run. A reader that falls behind loses the oldest: the newest, with the state
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

		var result Result
		ended := true
		select {
		case <-ctx.Done():
			ended = false
		case result = <-results:
		case <-timer.C:
			select {
			case result = <-results: // it came in time
			default:
				ended = false
			}
		}
		// Of a cancelled check the result may win, which says nothing.
		if ctx.Err() != nil {
			return r.stop(s, results, ended)
		}
		out = out[:0]
		if ended {
			out = s.done(time.Now(), result, out)
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

// stop waits for the check that runs, if any and unless it has ended.
func (r *Runner) stop(s *schedule, results <-chan Result, ended bool) error {
	if !s.running() {
		return nil
	}
	if !ended {
		timer := time.NewTimer(stopTimeout)
		defer timer.Stop()
		select {
		case <-results:
		case <-timer.C:
			return fmt.Errorf("check %q: the check did not return within %v of being cancelled", r.cfg.Name, stopTimeout)
		}
	}
	s.started = time.Time{}
	r.report(s, nil)
	return nil
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
