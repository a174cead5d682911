package vip_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
)

// Sets that act while the kernel is busy share the next exchange.
func TestGroupCommit(t *testing.T) {
	inWorld(t, func(w world) {
		w.Delay(10 * time.Millisecond)
		var wg sync.WaitGroup
		refused := errors.New("refused")
		w.Fail(func(c vip.Change) error {
			if c.Object.(vip.Address).Prefix.Addr() == netip.MustParseAddr("10.0.0.77") {
				return refused
			}
			return nil
		})
		for n := range 100 {
			s := w.add(vip.SetConfig{Addresses: addresses("eth0", fmt.Sprintf("10.0.0.%d/32", n))})
			wg.Go(func() {
				if err := s.Acquire(w.Context()); errors.Is(err, refused) != (n == 77) {
					w.Errorf("set %d: %v", n, err)
				}
			})
		}
		start := time.Now()
		wg.Wait()
		if took := time.Since(start); w.Batches() > 2 || took > 20*time.Millisecond {
			w.Errorf("%d exchanges in %v", w.Batches(), took)
		}
		w.Fail(nil)
		w.Delay(0)
	})
}

func TestRunReleasesEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := viptest.NewKernel("eth0")
		m, err := vip.NewManager(vip.Config{Kernel: k})
		if err != nil {
			t.Fatal(err)
		}
		s, err := m.Add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32")})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Acquire(t.Context()); err != nil { // before Run: works
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := m.Run(ctx); err != nil {
			t.Error(err)
		}
		if got := k.String(); got != "eth0\n" {
			t.Errorf("left behind: %s", got)
		}
		if err := s.Acquire(t.Context()); !errors.Is(err, vip.ErrStopped) {
			t.Errorf("Acquire after Run: %v", err)
		}
		if err := s.Release(t.Context()); err != nil {
			t.Errorf("Release after Run: %v", err)
		}
		if n := len(k.Announced()); n != 10 {
			t.Errorf("%d announcements", n)
		}
	})
}

func TestRunReportsWhatItCouldNotUndo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := viptest.NewKernel("eth0")
		m, _ := vip.NewManager(vip.Config{Kernel: k})
		s, _ := m.Add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32")})
		if err := s.Acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
		refused := errors.New("refused")
		k.Fail(func(vip.Change) error { return refused })
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := m.Run(ctx); !errors.Is(err, refused) {
			t.Errorf("Run: %v", err)
		}
	})
}

func TestCleanUp(t *testing.T) {
	inWorld(t, func(w world) {
		for _, a := range append(
			addresses("eth0", "192.0.2.1/24", "192.0.2.100/24", "192.0.2.100/32", "192.0.2.101/32", "2001:db8::100/128"),
			addresses("eth1", "192.0.2.100/24")...) {
			if err := w.Put(a); err != nil {
				w.Fatal(err)
			}
		}
		held := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.101/32")})
		w.do(held.Acquire)
		gone := addresses("eth9", "192.0.2.1/24")
		configured := addresses("eth0", "192.0.2.100/16", "192.0.2.101/32", "2001:db8::100/64", "192.0.2.200/24")
		if err := w.m.CleanUp(w.Context(), objects(append(configured, gone...)...)...); err != nil {
			w.Error(err)
		}
		w.expect("eth0 192.0.2.1/24, eth0 192.0.2.101/32, eth1 192.0.2.100/24")
	})
}

func TestAddReportsEveryMistake(t *testing.T) {
	inWorld(t, func(w world) {
		_, err := w.m.Add(vip.SetConfig{
			Addresses: append(addresses("eth0", "192.0.2.1/24", "192.0.2.1/24", "2001:db8::1/64", "2001:db8::1/128"), vip.Address{}),
			Schedule:  vip.Schedule{Repeat: -1},
		})
		want := `vip: schedule: Repeat is -1, must be at least 1
vip: address 192.0.2.1/24 dev eth0 is twice in the set
vip: address 2001:db8::1/128 dev eth0 is twice in the set
vip: address invalid Prefix: needs an address and a prefix length
vip: address invalid Prefix: needs an interface`
		if err == nil || err.Error() != want {
			w.Errorf("got  %v\nwant %v", err, want)
		}
		list := addresses("eth0", "192.0.2.1/24")
		s := w.add(vip.SetConfig{Addresses: list})
		list[0].Interface = "eth1"
		if got := s.Addresses()[0].Interface; got != "eth0" {
			w.Errorf("the set follows the caller's slice: %s", got)
		}
	})
}

// The later announcements are those of the newest Acquire, however calls
// follow upon one another.
func TestNewestAcquireAnnounces(t *testing.T) {
	inWorld(t, func(w world) {
		s := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32"),
			Schedule: vip.Schedule{Repeat: 1, Delay: time.Second}})
		for range 200 {
			var wg sync.WaitGroup
			wg.Go(func() { w.do(s.Release) })
			wg.Go(func() { w.do(s.Acquire) })
			wg.Wait()
			w.do(s.Acquire)
			before := len(w.Announced())
			time.Sleep(2 * time.Second)
			if n := len(w.Announced()) - before; n != 1 {
				w.Fatalf("%d announcements later", n)
			}
		}
	})
}
