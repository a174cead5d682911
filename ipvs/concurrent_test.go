package ipvs_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
)

// Apply by many at once, while others look on and one of them meddles: the
// kernel has what one of them wanted, whole, and it stays.
func TestConcurrentApply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, ipvs.Config{Interval: time.Second}, addForeign)
		var wg sync.WaitGroup
		for i := range 20 {
			s := ipvs.State{Table: mine.Table.Clone()}
			for j := range s.Table[0].Destinations {
				s.Table[0].Destinations[j].Weight = i
			}
			wg.Go(func() { _ = b.Apply(t.Context(), s) }) // the others may get in its way for good; then Run does it
			wg.Go(func() { _, _ = b.Stats(web.Key); _ = b.Snapshot(); _ = b.Events() })
			wg.Go(func() { _ = b.kernel.Meddle(ipvs.Change{Op: ipvs.DeleteService, Service: web}) })
		}
		wg.Wait()
		time.Sleep(2 * time.Second)
		now, _ := b.kernel.State()
		e, ok := entry(now, web.Key)
		if !ok || len(e.Destinations) != 2 || e.Destinations[0].Weight != e.Destinations[1].Weight {
			t.Errorf("have:\n%v", &b.kernel)
		}
		b.stop()
		b.has(foreignText[1:])
	})
}

// A kernel that takes its time: Apply ends with its context, and Run does the
// rest.
func TestApplyGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, ipvs.Config{}, func(k *ipvstest.Kernel) {
			k.Intercept(func(ipvstest.Call) error {
				time.Sleep(time.Second)
				return nil
			})
		})
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		if err := b.Apply(ctx, mine); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Apply: %v", err)
		}
		b.has("-A -t 192.0.2.1:80 -s wrr\n")
		time.Sleep(10 * time.Second)
		b.has(mineText)
		if s := b.Snapshot(); s.Err != nil {
			t.Errorf("%+v", s)
		}

		// While somebody else works, Apply waits no longer than it may.
		go func() { _ = b.Apply(t.Context(), ipvs.State{}) }()
		synctest.Wait()
		short, end := context.WithTimeout(t.Context(), time.Millisecond)
		defer end()
		if err := b.Apply(short, mine); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Apply beside another: %v", err)
		}
		b.stop()
	})
}

// Run can be called once, and says what it could not undo.
func TestRunEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, ipvs.Config{})
		b.apply(mine)
		synctest.Wait()
		if err := b.Run(t.Context()); err == nil {
			t.Error("a second Run returns no error")
		}
		broken := errors.New("broken")
		attempts := 0
		b.kernel.Intercept(func(c ipvstest.Call) error {
			if c.Change.Op == ipvs.DeleteService {
				attempts++
				return broken
			}
			return nil
		})
		b.cancel()
		begin := time.Now()
		if err := <-b.done; !errors.Is(err, broken) || attempts != 3 || time.Since(begin) != 200*time.Millisecond {
			t.Errorf("Run: %v, after %d attempts and %v", err, attempts, time.Since(begin))
		}
		for range b.events { // is closed
		}
	})
}
