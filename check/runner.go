package check

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/broadcast"
)

const eventBuffer = 256

// watchAgain is how long after a Watch that ended the next is tried.
const watchAgain = 5 * time.Second

// Runner runs a checker at an interval. What it finds may be read by any number
// of users.
type Runner struct {
	cfg    Config
	group  *Group
	alone  bool // the group has no other runner and is run by Run
	events *broadcast.Topic[Event]

	// Guarded by the group's mutex.
	schedule schedule
	snapshot Snapshot
	index    int                // in the group's queue; -1: it has no deadline
	ctx      context.Context    // of all that the runner does; nil before the group runs
	end      context.CancelFunc // of ctx
	asked    *asking            // the running check's, or the last one's
}

// NewRunner returns a runner on its own that is still to be Run. For many, see
// [Group].
func NewRunner(cfg Config) (*Runner, error) {
	r, err := NewGroup().Add(cfg)
	if err != nil {
		return nil, err
	}
	r.alone = true
	return r, nil
}

// Run checks until ctx ends. A check that runs then is cancelled, waited for and
// not counted; if it does not return within 3 s the error says so, otherwise it
// is nil. Run can be called once. The runners of a Group are run by the Group.
func (r *Runner) Run(ctx context.Context) error {
	if !r.alone {
		return fmt.Errorf("check %q: its group runs it", r.cfg.Name)
	}
	return r.group.Run(ctx)
}

// Results returns a new channel of the results from now on, with a buffer of
// 256; to see the first one, call it before the runner runs. A reader that falls
// behind loses the oldest: the newest, with the state that holds now, always
// gets through. The channel is closed when the runner ends.
func (r *Runner) Results() <-chan Event { return r.events.Subscribe() }

// Snapshot returns how the runner stands. It may be called at any time.
func (r *Runner) Snapshot() Snapshot {
	r.group.mu.Lock()
	defer r.group.mu.Unlock()
	return r.snapshot
}

// Trigger checks at once instead of at the next due time, or once more if a
// check is running. The next is due an interval later, give or take half of one:
// a runner keeps its place among the others.
func (r *Runner) Trigger() {
	r.act(func(now time.Time, out []output) []output { return r.schedule.trigger(now, out) })
}

// Suspend starts no more checks until Resume and cancels the running one, which
// does not count. The state stays as it is.
func (r *Runner) Suspend() {
	r.act(func(_ time.Time, out []output) []output {
		r.schedule.pause()
		if r.asked != nil {
			r.asked.end()
		}
		return out
	})
}

// Resume checks again, the first time within Warmup.
func (r *Runner) Resume() {
	r.act(func(now time.Time, out []output) []output {
		if r.schedule.paused {
			r.schedule.resume(now, r.cfg.Warmup)
		}
		return out
	})
}

// act lets f change the schedule of a runner that has not ended.
func (r *Runner) act(f func(now time.Time, out []output) []output) {
	g := r.group
	g.mu.Lock()
	defer g.unlock()
	if g.ended || !g.runners[r] {
		return
	}
	now := time.Now()
	g.carryOut(r, now, f(now, nil))
	r.snapshot.Suspended = r.schedule.paused
}

// judged does the bookkeeping of a result.
func (r *Runner) judged(now time.Time, o output) Event {
	s := &r.snapshot
	e := Event{
		Runner: r, Name: r.cfg.Name, Seq: s.Seq + 1, At: now, From: o.from, To: o.to, Result: o.result,
		reweighed: o.result.Weighted != s.Last.Weighted || o.result.Weight != s.Last.Weight,
	}
	s.Seq, s.Last, s.LastAt = e.Seq, o.result, now
	if !o.result.OK {
		s.Failures++
	}
	if o.from != o.to {
		s.State, s.Since = o.to, now
	}
	return e
}

// checked takes the result of the running check.
func (r *Runner) checked(result Result) {
	g := r.group
	r.asked.end()
	g.running--
	if !g.runners[r] {
		delete(g.runners, r)
	}
	if r.ctx.Err() != nil { // what was cancelled says nothing
		r.schedule.started, r.snapshot.Started, r.snapshot.Overdue = time.Time{}, time.Time{}, false
		return
	}
	now := time.Now()
	g.excuse(now)
	g.carryOut(r, now, r.schedule.done(now, result, nil))
}

// ask makes the check. One that panics has failed: the others go on.
func (r *Runner) ask(ctx context.Context) (result Result) {
	defer func() {
		if p := recover(); p != nil {
			result = Result{Reason: ReasonFailed, Detail: fmt.Sprintf("the checker panicked: %v", p)}
			r.cfg.Logger.Error("a checker panicked", "check", r.cfg.Name, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	return r.cfg.Checker.Check(ctx)
}

// watch triggers checks when the checker asks for them, until ctx ends.
func (r *Runner) watch(ctx context.Context, w Watcher) {
	defer r.group.leave()
	for said := ""; ; {
		err := r.follow(ctx, w)
		if ctx.Err() != nil {
			return
		}
		if text := fmt.Sprint(err); text != said {
			said = text
			r.cfg.Logger.Warn("check goes by its interval alone", "check", r.cfg.Name, "interval", r.cfg.Interval, "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(watchAgain):
		}
	}
}

// follow watches until that ends.
func (r *Runner) follow(ctx context.Context, w Watcher) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the watcher panicked: %v\n%s", p, debug.Stack())
		}
	}()
	return w.Watch(ctx, r.Trigger)
}
