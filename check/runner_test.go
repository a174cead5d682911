package check_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/check/checktest"
)

// run starts a runner and returns its results from the first on. stop ends it
// and returns what Run did.
func run(t *testing.T, cfg check.Config) (r *check.Runner, results <-chan check.Event, stop func() error) {
	t.Helper()
	r, err := check.NewRunner(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Snapshot(); got.State != cfg.Initial || got.Name != cfg.Name {
		t.Errorf("before the first result: %+v", got)
	}
	results = r.Results()
	return r, results, runUntil(t, r)
}

func TestRunner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		c := checktest.New(checktest.OK(), checktest.Fail("one"), checktest.Fail("two"), checktest.Fail("three"), checktest.OK())
		r, results, stop := run(t, check.Config{Name: "web", Checker: c, Interval: 2 * time.Second, Rise: 2, Fall: 3})
		time.Sleep(11 * time.Second)
		snap := r.Snapshot()
		if snap.State != check.Up || snap.Since.Sub(start) != 10*time.Second || snap.Runs != 6 || snap.Failures != 3 ||
			snap.Skipped != 0 || snap.Seq != 6 || !snap.LastAt.Equal(snap.Since) || !snap.Last.OK || !snap.Started.IsZero() {
			t.Errorf("%+v", snap)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		var got []string
		for e := range results {
			got = append(got, fmt.Sprintf("%d %s %v %v>%v %v %s %q", e.Seq, e.Name, e.At.Sub(start), e.From, e.To, e.Changed(), e.Result.Reason, e.Result.Detail))
		}
		want := []string{
			`1 web 0s unknown>up true ok ""`,
			`2 web 2s up>up false failed "one"`,
			`3 web 4s up>up false failed "two"`,
			`4 web 6s up>down true failed "three"`,
			`5 web 8s down>down false ok ""`,
			`6 web 10s down>up true ok ""`,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if e, ok := <-r.Results(); ok {
			t.Errorf("after the end: %+v", e)
		}
	})
}

// TestRunnerNoVerdict: what cannot be checked for reasons of our own stays as it
// is, and the log says so once.
func TestRunnerNoVerdict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		local := checktest.Step{Result: check.Result{Reason: check.ReasonLocal, Detail: "too many open files"}}
		c := checktest.New(checktest.OK(), local, local, checktest.Fail("gone"), local)
		r, _, stop := run(t, check.Config{
			Name: "web", Checker: c, Retry: 100 * time.Millisecond, Fall: 2,
			Logger: slog.New(slog.NewTextHandler(&log, nil)),
		})
		time.Sleep(10500 * time.Millisecond)
		if snap := r.Snapshot(); snap.State != check.Up || snap.Last.Reason != check.ReasonLocal || snap.Failures != 11 {
			t.Errorf("%+v", snap)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		if n := strings.Count(log.String(), "cannot be made"); n != 2 || !strings.Contains(log.String(), "too many open files") {
			t.Errorf("%d messages, want 2:\n%s", n, &log)
		}
	})
}

func TestRunnerTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		c := checktest.New(checktest.Step{Takes: time.Hour})
		_, results, stop := run(t, check.Config{Checker: c, Interval: time.Second, Timeout: 300 * time.Millisecond})
		e := <-results
		if took := time.Since(start); took != 300*time.Millisecond || e.To != check.Down || e.Result.Reason != check.ReasonTimeout || e.Result.Latency != took {
			t.Errorf("after %v: %+v", took, e)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// TestRunnerStuck: a check that never ends is a failure soon after its timeout,
// keeps Snapshot and other runners going, and is named when Run has to leave it.
func TestRunnerStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var log bytes.Buffer
		c := checktest.New(checktest.OK(), checktest.Step{Takes: time.Minute, Deaf: true, Result: check.Result{OK: true}})
		r, results, stop := run(t, check.Config{
			Name: "stuck", Checker: c, Interval: time.Second, Fall: 2,
			Logger: slog.New(slog.NewTextHandler(&log, nil)),
		})
		for e := range results {
			if e.To == check.Down {
				if at := e.At.Sub(start); at != 3*time.Second || e.Result.Reason != check.ReasonOverdue ||
					e.Result.Detail != "has not ended 1s after its timeout of 1s" {
					t.Errorf("at %v: %+v", at, e)
				}
				break
			}
		}
		synctest.Wait()
		snap := r.Snapshot()
		if !snap.Overdue || snap.Started.Sub(start) != time.Second || snap.Skipped != 2 || snap.Runs != 2 {
			t.Errorf("%+v", snap)
		}
		if n := strings.Count(log.String(), "check skipped"); n != 1 {
			t.Errorf("%d messages about skipped checks, want one:\n%s", n, &log)
		}
		stopped := time.Now()
		err := stop()
		if took := time.Since(stopped); took != 3*time.Second || err == nil || err.Error() != `check "stuck": the check did not return within 3s of being cancelled` {
			t.Errorf("Run: %v after %v", err, took)
		}
		time.Sleep(time.Minute) // the bubble must end without goroutines
	})
}

// TestRunnerRecovers: when a stuck check ends at last, checking goes on.
func TestRunnerRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := checktest.New(checktest.Step{Takes: 3500 * time.Millisecond, Deaf: true}, checktest.OK())
		r, _, stop := run(t, check.Config{Checker: c, Interval: time.Second})
		time.Sleep(4100 * time.Millisecond)
		if snap := r.Snapshot(); snap.State != check.Up || snap.Overdue || snap.Runs != 2 {
			t.Errorf("%+v", snap)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// TestRunnerSlowReader: a reader that sleeps delays nobody, and finds the state
// that holds.
func TestRunnerSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := checktest.New()
		_, results, stop := run(t, check.Config{Checker: c, Interval: time.Second})
		time.Sleep(999500 * time.Millisecond)
		c.Play(checktest.Fail("at last"))
		time.Sleep(time.Second)
		if err := stop(); err != nil {
			t.Error(err)
		}
		if n := len(c.Calls()); n != 1001 {
			t.Errorf("%d checks, want 1001", n)
		}
		var read, missed uint64
		var last check.Event
		for e := range results {
			read, missed, last = read+1, missed+e.Missed, e
		}
		if read != 256 || read+missed != 1001 || last.To != check.Down || last.Seq != 1001 {
			t.Errorf("read %d, missed %d, last %+v", read, missed, last)
		}
	})
}

func TestRunnerStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := checktest.New(checktest.Step{Takes: time.Hour})
		r, results, stop := run(t, check.Config{Checker: c, Interval: 10 * time.Second, Initial: check.Up})
		time.Sleep(time.Second)
		if err := stop(); err != nil {
			t.Error(err)
		}
		for e := range results {
			t.Errorf("a cancelled check was counted: %+v", e)
		}
		if snap := r.Snapshot(); snap.State != check.Up || !snap.Started.IsZero() || snap.Seq != 0 {
			t.Errorf("%+v", snap)
		}
		if err := r.Run(t.Context()); err == nil {
			t.Error("a second Run works")
		}
	})
}

// pausing is a log that is written when the channel says so.
type pausing struct {
	slog.Handler
	free chan struct{}
}

func (p pausing) Handle(context.Context, slog.Record) error { <-p.free; return nil }
func (p pausing) WithAttrs([]slog.Attr) slog.Handler        { return p }

// TestRunnerStopWhileBusy: a check that ends because it was cancelled is not
// counted, even if the runner hears of that before it looks whether to stop.
func TestRunnerStopWhileBusy(t *testing.T) {
	for range 30 { // each time either may be seen first
		synctest.Test(t, func(t *testing.T) {
			busy := pausing{slog.NewTextHandler(t.Output(), nil), make(chan struct{})}
			c := checktest.New(checktest.Step{Takes: time.Hour})
			r, results, stop := run(t, check.Config{
				Name: "web", Checker: c, Interval: time.Second, Timeout: time.Minute, Initial: check.Up,
				Logger: slog.New(busy),
			})
			time.Sleep(1100 * time.Millisecond) // the runner tells of a skipped check
			go func() {
				synctest.Wait() // the check has ended
				close(busy.free)
			}()
			begun := time.Now()
			if err := stop(); err != nil || time.Since(begun) > 0 {
				t.Errorf("%v after %v", err, time.Since(begun))
			}
			for e := range results {
				t.Errorf("a cancelled check was counted: %+v", e)
			}
			if snap := r.Snapshot(); snap.State != check.Up || !snap.Started.IsZero() || snap.Seq != 0 {
				t.Errorf("%+v", snap)
			}
		})
	}
}

func TestNewRunner(t *testing.T) {
	_, err := check.NewRunner(check.Config{Name: "x", Interval: -1, Timeout: -2, Rise: -3, Fall: -4, Retry: -5, Initial: 9})
	const want = `check "x": no checker
negative interval (-1ns)
negative timeout (-2ns)
negative retry delay (-5ns)
negative rise (-3) or fall (-4)
initial state 9 does not exist`
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	_, err = check.NewRunner(check.Config{Name: "x", Checker: checktest.New(), Jitter: 1100 * time.Millisecond})
	if err == nil || err.Error() != `check "x": jitter 1.1s is longer than the interval of 1s` {
		t.Errorf("jitter: %v", err)
	}
}
