package ipvs_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
)

// A while of faults: calls fail, some after they were done, calls are late, and
// others change the table under us and between our calls. When it is over, the
// kernel has what was desired last, within the time that a look or another try
// may take; and in the end nothing of ours is left, nor is anything of others'
// gone that was never ours.
func TestChaos(t *testing.T) {
	soak(t, "5000")
	rapid.Check(t, func(rt *rapid.T) {
		wishes := rapid.SliceOfN(states, 1, 4).Draw(rt, "wishes")
		meddling := rapid.SliceOfN(states, 1, 3).Draw(rt, "meddling")
		seed := rapid.Uint64().Draw(rt, "seed")
		var err error
		synctest.Test(t, func(t *testing.T) {
			c := chaos{wishes: wishes, meddling: meddling, seed: seed, random: rand.New(rand.NewPCG(seed, 0))}
			err = c.run()
		})
		if err != nil {
			rt.Fatal(err)
		}
	})
}

type chaos struct {
	kernel           ipvstest.Kernel
	wishes, meddling []ipvs.State
	seed             uint64
	random           *rand.Rand // fault's: used by one goroutine at a time: calls of the Kernel do not overlap
}

func (c *chaos) run() error {
	r, err := ipvs.NewReconciler(ipvs.Config{Kernel: &c.kernel, Interval: 5 * time.Second})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan error, 1)
	c.kernel.Intercept(c.fault)
	go func() { done <- r.Run(ctx) }()
	pauses := rand.New(rand.NewPCG(c.seed, 1))
	for _, wish := range c.wishes {
		_ = r.Apply(ctx, wish) // may fail; Run sees to it
		time.Sleep(time.Duration(pauses.IntN(20)) * time.Second)
		synctest.Wait()
	}
	c.kernel.Intercept(nil)
	time.Sleep(time.Minute)
	synctest.Wait()
	if err := c.check(c.wishes[len(c.wishes)-1]); err != nil {
		return err
	}
	if s := r.Snapshot(); s.Err != nil {
		return fmt.Errorf("still failing: %w", s.Err)
	}
	cancel()
	if err := <-done; err != nil {
		return fmt.Errorf("Run: %w", err)
	}
	if left := c.kernel.String(); c.ours(left) {
		return fmt.Errorf("left behind:\n%s", left)
	}
	return nil
}

// fault is what happens to a call.
func (c *chaos) fault(call ipvstest.Call) error {
	switch c.random.IntN(8) {
	case 0:
		return syscall.ENOBUFS
	case 1:
		return []error{os.ErrExist, os.ErrNotExist, syscall.EINVAL}[c.random.IntN(3)]
	case 2: // done, but the answer was lost
		if call.Method == ipvstest.Change {
			_ = c.kernel.Meddle(call.Change)
		}
		return syscall.ETIMEDOUT
	case 3:
		time.Sleep(time.Duration(c.random.IntN(5000)) * time.Millisecond)
	case 4: // others are at work
		for _, change := range ipvs.Plan(c.meddling[c.random.IntN(len(c.meddling))], ipvs.State{}, nil) {
			if c.random.IntN(2) == 0 {
				_ = c.kernel.Meddle(change)
			}
		}
	case 5:
		if c.random.IntN(4) == 0 {
			_ = c.kernel.Meddle(ipvs.Change{Op: ipvs.Flush})
		}
	}
	return nil
}

// check reports whether the kernel has what is desired.
func (c *chaos) check(desired ipvs.State) error {
	now, err := c.kernel.State()
	if err != nil {
		return err
	}
	for _, want := range desired.Table {
		is, _ := entry(now, want.Key)
		if got, want := (ipvs.Table{is}).String(), (ipvs.Table{want}).String(); got != want {
			return fmt.Errorf("have:\n%swant:\n%s", got, want)
		}
	}
	missing := ipvs.Plan(desired, now, nil)
	if len(missing) > 0 {
		return errors.New("not there:\n" + text(missing))
	}
	return nil
}

// ours reports whether the table has a service that was ours and that nobody
// else makes.
func (c *chaos) ours(table string) bool {
	for _, wish := range c.wishes {
		for _, e := range wish.Table {
			foreign := false
			for _, m := range c.meddling {
				_, found := entry(m, e.Key)
				foreign = foreign || found
			}
			if !foreign && strings.Contains(table, "-A "+e.Key.String()+" -s") {
				return true
			}
		}
	}
	return false
}
