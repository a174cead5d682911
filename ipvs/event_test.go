package ipvs_test

import (
	"errors"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
)

// A reader sees what has failed and that it has been made good, numbered, with the
// time; the Snapshot is as new as the latest event.
func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, ipvs.Config{})
		b.kernel.Intercept(func(c ipvstest.Call) error {
			if c.Method == ipvstest.Change {
				return syscall.EPERM
			}
			return nil
		})
		begin := time.Now()
		if err := b.Apply(t.Context(), mine); !errors.Is(err, syscall.EPERM) {
			t.Errorf("Apply: %v", err)
		}
		e := <-b.events
		var refused *ipvs.ChangeError
		if e.Kind != ipvs.Failed || e.Seq != 1 || !e.At.Equal(begin) || !errors.As(e.Err, &refused) || refused.Err != syscall.EPERM {
			t.Errorf("%+v", e)
		}
		b.kernel.Intercept(nil)
		for want := uint64(2); e.Kind != ipvs.Recovered; want++ {
			if e = <-b.events; e.Seq != want || e.Missed != 0 {
				t.Errorf("%+v, want number %d", e, want)
			}
		}
		synctest.Wait()
		if s := b.Snapshot(); s.Seq != e.Seq || s.Err != nil || s.Looked.Before(begin) {
			t.Errorf("%+v after %+v", s, e)
		}
		b.stop()
	})
}

// Who reads nothing for long gets the newest events, and is told how many are lost.
func TestEventsMissed(t *testing.T) {
	const buffer, changes = 256, 300
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, ipvs.Config{})
		for i := range changes {
			b.apply(ipvs.State{Table: ipvs.Table{{Service: web, Destinations: []ipvs.Destination{nat("198.51.100.1:80", i)}}}})
		}
		missed, last := uint64(0), uint64(0)
		for range buffer {
			e := <-b.events
			missed, last = missed+e.Missed, e.Seq
		}
		if missed != changes-buffer || last != changes {
			t.Errorf("%d missed, the last is number %d", missed, last)
		}
		b.stop()
	})
}

// Reading what a slow kernel counts is intercepted as well.
func TestStatsAreIntercepted(t *testing.T) {
	var k ipvstest.Kernel
	k.Intercept(func(c ipvstest.Call) error {
		if c.Method == ipvstest.Stats {
			return syscall.EIO
		}
		return nil
	})
	if _, err := k.Stats(); !errors.Is(err, syscall.EIO) {
		t.Errorf("Stats: %v", err)
	}
	if _, err := k.State(); err != nil {
		t.Errorf("State: %v", err)
	}
}

// A service that cannot be added is one error, which counts the destinations
// that it would have had.
func TestChangeErrorSkipped(t *testing.T) {
	var k ipvstest.Kernel
	k.Intercept(func(c ipvstest.Call) error {
		if c.Method == ipvstest.Change && c.Change.Op == ipvs.AddService {
			return syscall.ENOENT
		}
		return nil
	})
	_, err := ipvs.Apply(t.Context(), &k, mine, nil)
	var refused *ipvs.ChangeError
	if !errors.As(err, &refused) || refused.Skipped != len(mine.Table[0].Destinations) {
		t.Errorf("%v: %+v", err, refused)
	}
}
