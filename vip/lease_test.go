package vip_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
)

func withLifetime(d time.Duration) func(*vip.Config) {
	return func(c *vip.Config) { c.Lifetime = d }
}

// live renews as a router does, for that long.
func live(s *vip.Set, d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(250 * time.Millisecond) {
		s.Renew(time.Now().Add(time.Second))
	}
}

// Without proof of life the kernel removes the addresses, for each lifetime
// within the promised time; with it they never flicker.
func TestLifetime(t *testing.T) {
	for _, seconds := range []int{2, 3, 10} {
		t.Run(fmt.Sprint(seconds), func(t *testing.T) {
			lifetime := time.Duration(seconds) * time.Second
			inWorld(t, func(w world) {
				s := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32", "2001:db8::100/128")})
				w.do(s.Acquire)
				live(s, time.Minute)
				w.expect("eth0 192.0.2.100/32, eth0 2001:db8::100/128")
				if len(s.Trouble()) != 0 {
					w.Errorf("trouble: %v", <-s.Trouble())
				}
				// The last Renew was 250 ms ago.
				time.Sleep(lifetime*3/4 - 251*time.Millisecond)
				w.expect("eth0 192.0.2.100/32, eth0 2001:db8::100/128")
				time.Sleep(vip.Overhang(lifetime) - lifetime*3/4 - time.Second + time.Millisecond) // viptest is not late
				w.expect("")
				time.Sleep(time.Hour)
				w.expect("")
			}, withLifetime(lifetime))
		})
	}
}

// Nobody ever renews: Acquire alone is no proof of a long life.
func TestLifetimeWithoutRenew(t *testing.T) {
	inWorld(t, func(w world) {
		s := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32")})
		w.do(s.Acquire)
		time.Sleep(vip.Overhang(2*time.Second) - time.Second)
		w.expect("")
	}, withLifetime(2*time.Second))
}

// A Set may have a lifetime of its own, or none.
func TestLifetimeOfSet(t *testing.T) {
	inWorld(t, func(w world) {
		static := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32"), Lifetime: vip.NoLifetime})
		short := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.101/32")})
		long := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.102/32"), Lifetime: 20 * time.Second})
		w.do(static.Acquire)
		w.do(short.Acquire)
		w.do(long.Acquire)
		time.Sleep(10 * time.Second)
		w.expect("eth0 192.0.2.100/32, eth0 192.0.2.102/32")
		time.Sleep(time.Hour)
		w.expect("eth0 192.0.2.100/32")
	}, withLifetime(2*time.Second))
}

// A stall that the protocol survives as master: the addresses come back with its
// first word, are announced, and the trouble is called by its name. Until then
// nothing is announced for what somebody else may hold.
func TestLapse(t *testing.T) {
	inWorld(t, func(w world) {
		s := w.add(vip.SetConfig{
			Addresses: addresses("eth0", "192.0.2.100/32"),
			Schedule:  vip.Schedule{Repeat: 1, Refresh: 3 * time.Second},
		})
		w.do(s.Acquire)
		live(s, time.Second)
		time.Sleep(9 * time.Second)
		w.expect("")
		s.Renew(time.Now().Add(time.Second))
		synctest.Wait()
		w.expect("eth0 192.0.2.100/32")
		w.expectAnnounced("\n0s 192.0.2.100\n10s 192.0.2.100\n")
		var lapsed *vip.LapsedError
		if err := <-s.Trouble(); !errors.As(err, &lapsed) || lapsed.For < 9*time.Second || lapsed.Address != s.Addresses()[0] {
			w.Errorf("trouble: %v", err)
		}
		live(s, 10*time.Second)
		w.expect("eth0 192.0.2.100/32")
	}, withLifetime(2*time.Second))
}

// The kernel is not asked to renew what has been given back.
func TestReleaseEndsLease(t *testing.T) {
	inWorld(t, func(w world) {
		s := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32")})
		w.do(s.Acquire)
		live(s, 5*time.Second)
		w.do(s.Release)
		before := w.Batches()
		live(s, time.Minute)
		w.expect("")
		if n := w.Batches() - before; n != 0 {
			w.Errorf("%d exchanges after Release", n)
		}
	}, withLifetime(2*time.Second))
}

// A thousand addresses are not renewed at once, nor a thousand Sets one by one.
func TestRenewalsAreSpread(t *testing.T) {
	var list []vip.Address
	for i := range 1000 {
		list = append(list, vip.Address{Interface: "eth0", Prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 32)})
	}
	check := func(w world, sets []*vip.Set) {
		for _, s := range sets {
			w.do(s.Acquire)
		}
		time.Sleep(50 * time.Millisecond)
		batches, changes := w.Batches(), len(w.Changed())
		for range 40 {
			for _, s := range sets {
				s.Renew(time.Now().Add(time.Second))
			}
			time.Sleep(250 * time.Millisecond)
		}
		if n := strings.Count(w.String(), "/32"); n != len(list) {
			w.Errorf("%d addresses are left", n)
		}
		// Four renewals to 4 s: one each second, after a first wait of less.
		at := map[time.Duration]int{}
		for _, c := range w.Changed()[changes:] {
			at[c.At]++
		}
		if n := len(w.Changed()) - changes; n < 9000 || n > 10500 {
			w.Errorf("%d renewals in ten seconds", n)
		}
		for moment, n := range at {
			if n > 2*64 {
				w.Errorf("%d renewals at %v", n, moment)
			}
		}
		if n := w.Batches() - batches; n > 1100 {
			w.Errorf("%d exchanges in ten seconds", n)
		}
	}
	t.Run("one set", func(t *testing.T) {
		inWorld(t, func(w world) {
			check(w, []*vip.Set{w.add(vip.SetConfig{Addresses: list})})
		}, withLifetime(4*time.Second))
	})
	t.Run("many sets", func(t *testing.T) {
		inWorld(t, func(w world) {
			var sets []*vip.Set
			for _, a := range list {
				sets = append(sets, w.add(vip.SetConfig{Addresses: []vip.Address{a}}))
			}
			check(w, sets)
		}, withLifetime(4*time.Second))
	})
}

func TestRenewUnderLifetimeDoesNotAllocate(t *testing.T) {
	inWorld(t, func(w world) {
		s := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32")})
		until := time.Now()
		if n := testing.AllocsPerRun(100, func() { s.Renew(until) }); n != 0 {
			w.Errorf("%v allocations", n)
		}
	}, withLifetime(2*time.Second))
}

func TestLifetimeIsWholeSeconds(t *testing.T) {
	for _, d := range []time.Duration{time.Second, 2500 * time.Millisecond, -5 * time.Second, 1 << 62} {
		if _, err := vip.NewManager(vip.Config{Kernel: nopKernel{}, Lifetime: d}); err == nil || !strings.Contains(err.Error(), "whole number of seconds, at least 2s") {
			t.Errorf("%v: %v", d, err)
		}
	}
	inWorld(t, func(w world) {
		if _, err := w.m.Add(vip.SetConfig{Lifetime: time.Second}); err == nil {
			w.Error("a Set may have a Lifetime of a second")
		}
	})
}

// nopKernel is never called.
type nopKernel struct{ vip.Kernel }
