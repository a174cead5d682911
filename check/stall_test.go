package check_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/check/checktest"
)

// stall is a log that takes long once, and Run with it.
type stall struct {
	slog.Handler
	takes time.Duration
	until atomic.Pointer[time.Time]
}

func (s *stall) Enabled(context.Context, slog.Level) bool { return true }
func (s *stall) WithAttrs([]slog.Attr) slog.Handler       { return s }

func (s *stall) Handle(context.Context, slog.Record) error {
	until := time.Now().Add(s.takes)
	if s.until.CompareAndSwap(nil, &until) {
		time.Sleep(s.takes)
	}
	return nil
}

// TestGroupStall: our process does not run for some seconds, and of the checks
// that run then none can go on. None of them fails, and all go on spread over the
// interval as they were.
func TestGroupStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 200
		s := &stall{Handler: slog.DiscardHandler, takes: 3300 * time.Millisecond}
		g := check.NewGroup()
		var runners []*check.Runner
		starts := make([][]time.Time, n)
		for i := range n {
			c := check.Func(func(ctx context.Context) check.Result {
				starts[i] = append(starts[i], time.Now())
				time.Sleep(300 * time.Millisecond)
				if until := s.until.Load(); until != nil {
					time.Sleep(time.Until(*until) + time.Duration(i%2)*time.Millisecond) // Run first, or the checks
				}
				return check.Result{OK: ctx.Err() == nil, Reason: check.ReasonTimeout}
			})
			runners = append(runners, add(t, g, check.Config{Name: fmt.Sprint(i), Checker: c, Warmup: time.Second}))
		}
		// The log is told that this one's check is skipped.
		add(t, g, check.Config{Name: "slow", Checker: checktest.New(checktest.Step{Takes: 4500 * time.Millisecond}), Interval: 3 * time.Second, Timeout: 5 * time.Second, Logger: slog.New(s)})
		stop := runUntil(t, g)
		time.Sleep(12 * time.Second)
		if err := stop(); err != nil {
			t.Error(err)
		}
		if s.until.Load() == nil {
			t.Fatal("nothing stalled")
		}
		excused := 0
		for i, r := range runners {
			snap := r.Snapshot()
			if snap.State != check.Up || snap.Since.Sub(starts[i][0]) != 300*time.Millisecond {
				t.Errorf("%d: %+v", i, snap)
			}
			excused += int(snap.Failures)
			last := starts[i][len(starts[i])-1]
			if phase := last.Sub(starts[i][0]) - last.Sub(starts[i][0]).Round(time.Second); phase.Abs() > 10*time.Millisecond {
				t.Errorf("%d: moved by %v", i, phase)
			}
			if len(starts[i]) < 8 {
				t.Errorf("%d: %d checks", i, len(starts[i]))
			}
		}
		if excused < n/10 || excused > n/2 {
			t.Errorf("%d of %d checks were stalled", excused, n)
		}
	})
}
