package check_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/check/checktest"
)

// runUntil runs a group, or a single runner, until stop is called.
func runUntil(t *testing.T, g interface{ Run(context.Context) error }) (stop func() error) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	return func() error {
		cancel()
		return <-ended
	}
}

func add(t *testing.T, g *check.Group, cfg check.Config) *check.Runner {
	t.Helper()
	r, err := g.Add(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestGroupMany: thousands in one process, spread over their interval, one of
// them stuck.
func TestGroupMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 3000
		g := check.NewGroup()
		var runners []*check.Runner
		var checkers []*checktest.Checker
		for i := range n {
			c := checktest.New()
			if i == 0 {
				c.Play(checktest.Step{Takes: time.Minute, Deaf: true})
			}
			checkers = append(checkers, c)
			runners = append(runners, add(t, g, check.Config{Name: fmt.Sprint(i), Checker: c, Warmup: time.Second}))
		}
		changes := g.Changes()
		begun := time.Now()
		stop := runUntil(t, g)
		time.Sleep(4500 * time.Millisecond)
		if err := stop(); err == nil || err.Error() != `check "0": the check did not return within 3s of being cancelled` {
			t.Errorf("Run: %v", err)
		}
		late := 0
		for i, r := range runners[1:] {
			calls := checkers[i+1].Calls()
			first := calls[0].Sub(begun)
			if snap := r.Snapshot(); snap.State != check.Up || int(snap.Runs) != len(calls) || first < 0 || first > 1001*time.Millisecond {
				t.Fatalf("runner %d, first checked after %v: %+v", i+1, first, snap)
			}
			for k, call := range calls {
				if d := call.Sub(begun) - first - time.Duration(k)*time.Second; d < -time.Millisecond || d > time.Millisecond {
					t.Fatalf("runner %d: check %d is off by %v", i+1, k, d)
				}
			}
			if first > 500*time.Millisecond {
				late++
			}
		}
		if late < n/3 || late > 2*n/3 {
			t.Errorf("%d of %d first checks were in the second half of the warm-up", late, n)
		}
		read, missed := 0, 0
		for e := range changes {
			read, missed = read+1, missed+int(e.Missed)
		}
		if read != 1024 || read+missed != n {
			t.Errorf("read %d changes, missed %d of %d", read, missed, n)
		}
		time.Sleep(time.Minute) // the bubble must end without goroutines
	})
}

func TestGroupChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		weighted := func(w int) checktest.Step {
			return checktest.Step{Result: check.Result{OK: true, Weight: w, Weighted: true}}
		}
		g := check.NewGroup()
		a := add(t, g, check.Config{Name: "a", Checker: checktest.New(checktest.OK(), checktest.Fail("gone"), checktest.OK())})
		changes := g.Changes()
		stop := runUntil(t, g)
		time.Sleep(100 * time.Millisecond)
		b := add(t, g, check.Config{Name: "b", Checker: checktest.New(weighted(5), weighted(5), weighted(7))})
		time.Sleep(3 * time.Second)
		g.Remove(a)
		g.Remove(a)
		if _, open := <-a.Results(); open {
			t.Error("a removed runner has results")
		}
		runs := a.Snapshot().Runs
		time.Sleep(3 * time.Second)
		if a.Snapshot().Runs != runs {
			t.Error("a removed runner checks")
		}
		if err := a.Run(t.Context()); err == nil || err.Error() != `check "a": its group runs it` {
			t.Errorf("Run of a member: %v", err)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		var got strings.Builder
		for e := range changes {
			if e.Runner != a && e.Runner != b {
				t.Errorf("whose is %+v", e)
			}
			fmt.Fprintf(&got, "%s %v>%v %d\n", e.Name, e.From, e.To, e.Result.Weight)
		}
		want := "a unknown>up 0\nb unknown>up 5\na up>down 0\na down>up 0\nb up>up 7\n"
		if got.String() != want {
			t.Errorf("got:\n%swant:\n%s", &got, want)
		}
		if _, err := g.Add(check.Config{Name: "c", Checker: checktest.New()}); err == nil {
			t.Error("an ended group takes runners")
		}
		if err := g.Run(t.Context()); err == nil {
			t.Error("a second Run works")
		}
	})
}

// TestGroupRemoveStuck: a removed check that hangs is still named in the end.
func TestGroupRemoveStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := check.NewGroup()
		r := add(t, g, check.Config{Name: "stuck", Checker: checktest.New(checktest.Step{Takes: time.Minute, Deaf: true})})
		stop := runUntil(t, g)
		time.Sleep(100 * time.Millisecond)
		g.Remove(r)
		if err := stop(); err == nil || !strings.Contains(err.Error(), `check "stuck"`) {
			t.Errorf("Run: %v", err)
		}
		time.Sleep(time.Minute)
	})
}

func TestSuspend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := checktest.New(checktest.OK(), checktest.Step{Takes: time.Hour})
		r, err := check.NewRunner(check.Config{Checker: c})
		if err != nil {
			t.Fatal(err)
		}
		r.Suspend()
		stop := runUntil(t, r)
		time.Sleep(5 * time.Second)
		if snap := r.Snapshot(); snap.Runs != 0 || !snap.Suspended {
			t.Errorf("suspended from the start: %+v", snap)
		}
		r.Resume()
		r.Resume()
		time.Sleep(1500 * time.Millisecond) // up, and a check that takes long
		r.Suspend()
		c.Play(checktest.Fail("down"))
		time.Sleep(5 * time.Second)
		if snap := r.Snapshot(); snap.Runs != 2 || snap.State != check.Up || snap.Seq != 1 || !snap.Started.IsZero() {
			t.Errorf("suspended: %+v", snap)
		}
		resumed := time.Now()
		r.Resume()
		synctest.Wait()
		time.Sleep(time.Millisecond)
		if snap := r.Snapshot(); snap.State != check.Down || snap.LastAt.Sub(resumed) > time.Millisecond || snap.Suspended {
			t.Errorf("resumed: %+v", snap)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// A runner that a group gets while it runs may have to wait.
func TestSuspended(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := check.NewGroup()
		stop := runUntil(t, g)
		synctest.Wait()
		r, err := g.Add(check.Config{Checker: checktest.New(checktest.OK()), Suspended: true})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		if snap := r.Snapshot(); snap.Runs != 0 || !snap.Suspended {
			t.Errorf("before Resume: %+v", snap)
		}
		r.Resume()
		synctest.Wait()
		if snap := r.Snapshot(); snap.Runs != 1 || snap.State != check.Up || snap.Suspended {
			t.Errorf("after it: %+v", snap)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// watcher is a Checker that is told when to be asked.
type watcher struct {
	*checktest.Checker
	tell chan struct{}
	fail chan error
}

func (w *watcher) Watch(ctx context.Context, changed func()) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-w.tell:
			changed()
		case err := <-w.fail:
			return err
		}
	}
}

// TestWatcher: a change is found out at once, not only at the next due time.
func TestWatcher(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &watcher{checktest.New(), make(chan struct{}), make(chan error)}
		r, results, stop := run(t, check.Config{Checker: w, Interval: time.Hour})
		<-results
		time.Sleep(time.Minute)
		w.Play(checktest.Fail("gone"))
		told := time.Now()
		w.tell <- struct{}{}
		if e := <-results; e.To != check.Down || !e.At.Equal(told) {
			t.Errorf("%v later: %+v", e.At.Sub(told), e)
		}
		w.fail <- fmt.Errorf("cannot watch")
		w.tell <- struct{}{} // it is watched again
		<-results
		if time.Since(told) > 10*time.Second {
			t.Errorf("watched again after %v", time.Since(told))
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		if r.Snapshot().Runs != 3 {
			t.Errorf("%+v", r.Snapshot())
		}
	})
}
