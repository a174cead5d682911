package check

import (
	"context"
	"sync"
	"time"
)

// asking is the context of one check. Many checks are over before they have to
// wait for anything, so it becomes a context with a timer, which costs as much as
// all else that a Group does about a check, only for those that do.
type asking struct {
	runner context.Context // of all that the runner does
	until  time.Time

	mu       sync.Mutex
	canceled bool
	waiting  context.Context // once somebody has asked for Done
	cancel   context.CancelFunc
}

var _ context.Context = (*asking)(nil)

// Deadline returns the check's.
func (a *asking) Deadline() (time.Time, bool) { return a.until, true }

// Done returns what waits for the end of the check's time.
func (a *asking) Done() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.waiting == nil {
		a.waiting, a.cancel = context.WithDeadline(a.runner, a.until)
		if a.canceled {
			a.cancel()
		}
	}
	return a.waiting.Done()
}

// Err returns why the check has to end, or nil.
func (a *asking) Err() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.waiting != nil:
		return a.waiting.Err()
	case a.canceled:
		return context.Canceled
	case a.runner.Err() != nil:
		return a.runner.Err()
	case !time.Now().Before(a.until):
		return context.DeadlineExceeded
	}
	return nil
}

// Value returns what the runner's context has, or, for package context, what
// tells it that Done comes from one of its own.
func (a *asking) Value(key any) any {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.waiting != nil {
		return a.waiting.Value(key)
	}
	return a.runner.Value(key)
}

// end cancels the check, or frees what it needed.
func (a *asking) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.canceled = true
	if a.cancel != nil {
		a.cancel()
	}
}
