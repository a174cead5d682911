package vip_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
)

// Of many addresses each step is announced while the next is being added: the
// first ones need not wait for the last. Every address counts one round.
func TestManyAddressesAreAnnouncedInSteps(t *testing.T) {
	for _, tt := range []struct {
		name     string
		schedule vip.Schedule
		want     []int // announcements by 0, 1, 2, 3 ms, and by a minute
	}{
		{"one round", vip.Schedule{Repeat: 1}, []int{100, 200, 250, 250, 250}},
		{"two rounds", vip.Schedule{Repeat: 2}, []int{100, 200, 250, 350, 500}},
		{"a second burst", vip.Schedule{Repeat: 1, Delay: 5 * time.Second}, []int{100, 200, 250, 250, 500}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inWorld(t, func(w world) {
				var list []string
				for n := range 250 {
					list = append(list, fmt.Sprintf("10.0.0.%d/32", n))
				}
				s := w.add(vip.SetConfig{Addresses: addresses("eth0", list...), Schedule: tt.schedule})
				done := make(chan error, 1)
				go func() { done <- s.Acquire(w.Context()) }()
				for i, pause := range []time.Duration{time.Microsecond, time.Millisecond, time.Millisecond, time.Millisecond, time.Minute} {
					time.Sleep(pause)
					if n := len(w.Announced()); n != tt.want[i] {
						w.Errorf("%d: %d announcements, want %d", i, n, tt.want[i])
					}
				}
				if err := <-done; err != nil {
					w.Error(err)
				}
				for i, a := range w.Announced() {
					if want, _, _ := strings.Cut(list[i%250], "/"); a.Addr.String() != want {
						w.Fatalf("%d: %v, want %s", i, a.Addr, want)
					}
				}
			})
		})
	}
}

// What the kernel refuses in a later step is named, and not announced.
func TestManyAddressesSomeRefused(t *testing.T) {
	inWorld(t, func(w world) {
		var list []vip.Address
		for n := range 250 {
			dev := "eth0"
			if n == 120 {
				dev = "missing0"
			}
			list = append(list, addresses(dev, fmt.Sprintf("10.0.0.%d/32", n))...)
		}
		s := w.add(vip.SetConfig{Addresses: list, Schedule: vip.Schedule{Repeat: 1}})
		err := s.Acquire(w.Context())
		var change *vip.ChangeError
		if !errors.Is(err, vip.ErrNoInterface) || !errors.As(err, &change) || change.Change.Object != vip.Object(s.Addresses()[120]) {
			w.Errorf("error %v", err)
		}
		for _, a := range w.Announced() {
			if a.Addr == list[120].Prefix.Addr() {
				w.Error("it was announced")
			}
		}
		if n := len(w.Announced()); n != 249 {
			w.Errorf("%d announcements", n)
		}
	})
}

// When many Sets are acquired at once, the kernel is asked a few times, and every
// address is announced before those of the crowd are announced again.
func TestCrowdOfSetsIsAnnouncedInRounds(t *testing.T) {
	inWorld(t, func(w world) {
		const n = 50
		w.Delay(time.Millisecond)
		var wg sync.WaitGroup
		for i := range n {
			s := w.add(vip.SetConfig{Addresses: addresses("eth0", fmt.Sprintf("10.0.0.%d/32", i)), Schedule: vip.Schedule{Repeat: 3}})
			wg.Go(func() {
				if err := s.Acquire(w.Context()); err != nil {
					w.Error(err)
				}
			})
		}
		wg.Wait()
		if b := w.Batches(); b > 3 {
			w.Errorf("the kernel was asked %d times", b)
		}
		time.Sleep(time.Second)
		times := make(map[netip.Addr]int)
		for i, a := range w.Announced() {
			times[a.Addr]++
			if i < n && times[a.Addr] > 1 && len(times) > 1 {
				w.Fatalf("%v again, before %d others", a.Addr, n-len(times))
			}
		}
		for a, count := range times {
			if count != 3 {
				w.Errorf("%v: announced %d times", a, count)
			}
		}
		if len(times) != n {
			w.Errorf("%d addresses announced", len(times))
		}
	})
}
