package check_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/check/checktest"
)

// TestActAfterEnd: what is asked of a runner that has ended, or was removed,
// does nothing.
func TestActAfterEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		acts := []func(*check.Runner){(*check.Runner).Resume, (*check.Runner).Trigger, (*check.Runner).Suspend, (*check.Runner).Resume}
		g := check.NewGroup()
		removed, ended := checktest.New(), checktest.New()
		a := add(t, g, check.Config{Name: "removed", Checker: removed})
		b := add(t, g, check.Config{Name: "ended", Checker: ended})
		stop := runUntil(t, g)
		time.Sleep(1500 * time.Millisecond)
		g.Remove(a)
		for _, act := range acts {
			act(a)
		}
		time.Sleep(3 * time.Second)
		if err := stop(); err != nil {
			t.Error(err)
		}
		for _, act := range acts {
			act(b)
		}
		g.Remove(b)
		time.Sleep(3 * time.Second)
		if r, e := len(removed.Calls()), len(ended.Calls()); r != 2 || e != 5 {
			t.Errorf("%d and %d checks, want 2 and 5", r, e)
		}
	})
}

// TestConfirmWithoutVerdict: a check that cannot be made when a failure has
// lasted long enough is made again at its interval, not at once, again and
// again.
func TestConfirmWithoutVerdict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := checktest.New(checktest.OK(), checktest.Fail("gone"), checktest.Step{Result: check.Result{Reason: check.ReasonLocal}})
		r, _, stop := run(t, check.Config{Checker: c, FallDelay: 1500 * time.Millisecond})
		time.Sleep(8200 * time.Millisecond)
		if n := len(c.Calls()); n > 10 {
			t.Errorf("%d checks in 8 s", n)
		}
		c.Play(checktest.Fail("gone"))
		time.Sleep(time.Second)
		if s := r.Snapshot(); s.State != check.Down {
			t.Errorf("%+v", s)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}
