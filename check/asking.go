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
	conn     connection // what interrupt is about
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

// end cancels the check, or frees what it needed. It has to be called when the
// runner's context ends, too.
func (a *asking) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.canceled = true
	if a.cancel != nil {
		a.cancel()
	}
	if a.conn != nil {
		_ = a.conn.SetDeadline(longAgo)
	}
}

// connection is what can be interrupted.
type connection interface{ SetDeadline(time.Time) error }

// longAgo is a deadline that has passed.
var longAgo = time.Unix(1, 0)

// interrupt has what is read from c and written to it fail soon after ctx ends,
// until the function returned is called.
func interrupt(ctx context.Context, c connection) (end func()) {
	a, ok := ctx.(*asking)
	if !ok {
		stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(longAgo) })
		return func() { stop() }
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.canceled {
		_ = c.SetDeadline(longAgo)
	} else {
		_ = c.SetDeadline(a.until)
	}
	a.conn = c
	return a.release
}

func (a *asking) release() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.conn = nil
}
