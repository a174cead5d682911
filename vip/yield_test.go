package vip_test

import (
	"cmp"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
)

// troubles returns what there is to read.
func troubles(s *vip.Set) (list []error) {
	for len(s.Trouble()) > 0 {
		list = append(list, <-s.Trouble())
	}
	return list
}

// After so many removals in the window the owner is told to yield, and the
// addresses are put back nonetheless; removals that come slowly never add up.
func TestYield(t *testing.T) {
	for _, tt := range []struct {
		limit    int
		removals int
		every    time.Duration
		want     int // times told to yield
	}{
		{0, 99, 20 * time.Millisecond, 0},
		{0, 100, 20 * time.Millisecond, 1},
		{0, 250, 20 * time.Millisecond, 2},
		{0, 200, 51 * time.Millisecond, 0},
		{1, 3, 20 * time.Millisecond, 3},
		{3, 3, 2 * time.Second, 1},
		{3, 5, vip.YieldWindow/2 + time.Millisecond, 0},
	} {
		t.Run(fmt.Sprintf("%d of %d, each %v", tt.limit, tt.removals, tt.every), func(t *testing.T) {
			inWorld(t, func(w world) {
				list := addresses("eth0", "192.0.2.100/32", "192.0.2.101/32")
				s := w.add(vip.SetConfig{Name: "VI_1", Addresses: list, YieldAfter: tt.limit})
				w.do(s.Acquire)
				time.Sleep(time.Second)
				got := 0
				for range tt.removals {
					_ = w.Take(list[0])
					time.Sleep(tt.every)
					w.expect("eth0 192.0.2.101/32, eth0 192.0.2.100/32")
					for _, err := range troubles(s) {
						var yield *vip.YieldError
						if errors.As(err, &yield) && yield.Yield() && yield.Removals == cmp.Or(tt.limit, vip.DefaultYieldAfter) && yield.Object.String() == list[0].String() {
							got++
						}
					}
				}
				if got != tt.want {
					w.Errorf("told %d times to yield, want %d", got, tt.want)
				}
			})
		})
	}
}

// A duplicate address is given up, said so, not announced, and tried again more
// and more rarely, until it is free.
func TestDuplicateAddress(t *testing.T) {
	inWorld(t, func(w world) {
		list := addresses("eth0", "2001:db8::100/64", "2001:db8::101/64")
		s := w.add(vip.SetConfig{Addresses: list, Schedule: vip.Schedule{Repeat: 1}})
		taken := true
		fail := func() {
			for range 100 {
				time.Sleep(100 * time.Millisecond)
				for _, c := range w.Changed() {
					if age := time.Since(w.start) - c.At; taken && c.Op == vip.Add && c.Object.String() == list[0].String() && age > 0 && age <= 100*time.Millisecond {
						w.Duplicate(list[0])
					}
				}
			}
		}
		w.do(s.Acquire)
		fail()
		w.expect("eth0 2001:db8::101/64")
		var tries []time.Duration
		for _, c := range w.Changed() {
			if c.Op == vip.Add && c.Object.String() == list[0].String() {
				tries = append(tries, c.At.Round(100*time.Millisecond))
			}
		}
		if got := fmt.Sprint(tries); got != "[0s 1.1s 3.2s 7.3s]" {
			w.Errorf("tried at %s", got)
		}
		for _, err := range troubles(s) {
			var duplicate *vip.DuplicateError
			if !errors.As(err, &duplicate) || !errors.Is(err, vip.ErrDuplicate) || duplicate.Address != list[0] || !duplicate.Contested() {
				w.Errorf("trouble: %v", err)
			}
		}
		taken = false
		time.Sleep(time.Minute)
		synctest.Wait()
		w.expect("eth0 2001:db8::101/64, eth0 2001:db8::100/64")
		if n := len(troubles(s)); n != 0 {
			w.Errorf("%d more errors", n)
		}
	})
}
