// Package checktest has a checker to test with: it answers what it is told to, as
// slowly as it is told to, and remembers when it was asked. In a testing/synctest
// bubble its times are exact. It starts no goroutine, and all of its methods may be
// called from any.
package checktest

import (
	"context"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
)

// Step is what one call of a Checker does.
type Step struct {
	Result check.Result
	Takes  time.Duration // time until the call returns Result

	// Deaf makes the call ignore its context. Otherwise it returns a timeout
	// when the context ends before Takes is over.
	Deaf bool
}

// OK is a step that succeeds at once.
func OK() Step { return Step{Result: check.Result{OK: true}} }

// Fail is a step that fails at once.
func Fail(detail string) Step { return Step{Result: check.Result{Detail: detail}} }

// Checker is a check.Checker that plays steps, the last of them for ever. It
// may be used from several goroutines, and in a synctest bubble.
type Checker struct {
	mu    sync.Mutex
	steps []Step
	calls []time.Time
}

var _ check.Checker = (*Checker)(nil)

// New returns a checker that plays steps; without any, it succeeds.
func New(steps ...Step) *Checker {
	c := &Checker{}
	c.Play(steps...)
	return c
}

// Play replaces the steps still to be played. A call that runs is not affected.
func (c *Checker) Play(steps ...Step) {
	if len(steps) == 0 {
		steps = []Step{OK()}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.steps = append([]Step(nil), steps...)
}

// Calls returns when Check was called.
func (c *Checker) Calls() []time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]time.Time(nil), c.calls...)
}

// Check plays the next step.
func (c *Checker) Check(ctx context.Context) check.Result {
	c.mu.Lock()
	step := c.steps[0]
	if len(c.steps) > 1 {
		c.steps = c.steps[1:]
	}
	c.calls = append(c.calls, time.Now())
	c.mu.Unlock()

	if step.Takes == 0 {
		return step.Result
	}
	timer := time.NewTimer(step.Takes)
	defer timer.Stop()
	ended := ctx.Done()
	if step.Deaf {
		ended = nil
	}
	select {
	case <-timer.C:
		return step.Result
	case <-ended:
		return check.Result{Reason: check.ReasonTimeout, Detail: ctx.Err().Error(), ExitCode: -1}
	}
}
