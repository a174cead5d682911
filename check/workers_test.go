package check_test

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
)

// TestWorkers has many checks due at one moment. Those that hang delay none of
// the others, and the others take few goroutines.
func TestWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const hanging, quick = 20, 500
		g := check.NewGroup()
		var most, made atomic.Int64
		for i := range hanging + quick {
			checker := check.Func(func(context.Context) check.Result {
				made.Add(1)
				for n := int64(runtime.NumGoroutine()); ; {
					if old := most.Load(); n <= old || most.CompareAndSwap(old, n) {
						return check.Result{OK: true}
					}
				}
			})
			if i%26 == 0 {
				checker = func(ctx context.Context) check.Result {
					<-ctx.Done()
					return check.Result{}
				}
			}
			add(t, g, check.Config{Name: fmt.Sprint(i), Checker: checker, Interval: time.Minute, Timeout: 10 * time.Second})
		}
		before := runtime.NumGoroutine()
		stop := runUntil(t, g)
		time.Sleep(time.Second)
		if n := made.Load(); n != quick {
			t.Errorf("%d checks were made beside those that hang, want %d", n, quick)
		}
		if n := int(most.Load()) - before; n > hanging+2*runtime.GOMAXPROCS(0)+10 {
			t.Errorf("%d goroutines", n)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}
