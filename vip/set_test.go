package vip_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
)

func TestAcquireAndRelease(t *testing.T) {
	inWorld(t, func(w world) {
		s := w.add(vip.SetConfig{Name: "VI_1", Interface: "eth0", Addresses: []vip.Address{
			{Prefix: netip.MustParsePrefix("192.0.2.100/24"), Label: "eth0:web", Scope: vip.ScopeLink},
			{Prefix: netip.MustParsePrefix("2001:db8::100/64"), Interface: "eth1"},
		}})
		time.Sleep(time.Second)
		w.do(s.Acquire)
		w.expect("eth0 192.0.2.100/24 scope link label eth0:web, eth1 2001:db8::100/64")
		w.expectAnnounced(`
1s 192.0.2.100 2001:db8::100 192.0.2.100 2001:db8::100 192.0.2.100 2001:db8::100 192.0.2.100 2001:db8::100 192.0.2.100 2001:db8::100
`)
		time.Sleep(time.Hour)
		w.expectAnnounced(`
1s 192.0.2.100 2001:db8::100 192.0.2.100 2001:db8::100 192.0.2.100 2001:db8::100 192.0.2.100 2001:db8::100 192.0.2.100 2001:db8::100
6s 192.0.2.100 2001:db8::100 192.0.2.100 2001:db8::100 192.0.2.100 2001:db8::100 192.0.2.100 2001:db8::100 192.0.2.100 2001:db8::100
`)
		w.do(s.Release)
		w.expect("")
		w.do(s.Release)
		w.do(s.Announce)
		if n := len(w.Announced()); n != 20 {
			w.Errorf("%d announcements in the end", n)
		}
	})
}

func TestReleaseCancelsAnnouncements(t *testing.T) {
	inWorld(t, func(w world) {
		s := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32"),
			Schedule: vip.Schedule{Repeat: 1, Delay: 5 * time.Second, Refresh: 3 * time.Second}})
		w.do(s.Acquire)
		time.Sleep(4 * time.Second)
		w.do(s.Release)
		time.Sleep(time.Hour)
		w.expectAnnounced("\n0s 192.0.2.100\n3s 192.0.2.100\n")
		w.do(s.Acquire)
		time.Sleep(time.Second)
		w.expectAnnounced("\n0s 192.0.2.100\n3s 192.0.2.100\n1h0m4s 192.0.2.100\n")
	})
}

// More than a hundred announcements are paced; a release in between ends them.
func TestReleaseEndsBurst(t *testing.T) {
	inWorld(t, func(w world) {
		var list []string
		for n := range 250 {
			list = append(list, fmt.Sprintf("10.0.0.%d/32", n))
		}
		s := w.add(vip.SetConfig{Addresses: addresses("eth0", list...)})
		w.do(s.Acquire)
		if n := len(w.Announced()); n != 250 {
			w.Errorf("%d announcements by Acquire", n)
		}
		time.Sleep(5*time.Millisecond + time.Microsecond)
		if n := len(w.Announced()); n != 750 {
			w.Errorf("%d announcements after 5 ms", n)
		}
		w.do(s.Release)
		time.Sleep(time.Minute)
		if n := len(w.Announced()); n != 750 {
			w.Errorf("%d announcements in the end", n)
		}
		w.expect("")
	})
}

func TestManySetsSharePace(t *testing.T) {
	inWorld(t, func(w world) {
		for n := range 200 {
			s := w.add(vip.SetConfig{Addresses: addresses("eth0", fmt.Sprintf("10.0.0.%d/32", n)),
				Schedule: vip.Schedule{Repeat: 5, Delay: time.Second}})
			w.do(s.Acquire)
		}
		time.Sleep(2 * time.Second)
		perMilli := make(map[time.Duration]int)
		for _, a := range w.Announced() {
			perMilli[a.At]++
		}
		if len(perMilli) < 11 || perMilli[time.Second] > 104 || len(w.Announced()) != 2000 {
			w.Errorf("%d announcements, by time: %v", len(w.Announced()), perMilli)
		}
	})
}

func TestAnnounceAfterContest(t *testing.T) {
	inWorld(t, func(w world) {
		s := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32"),
			Schedule: vip.Schedule{Repeat: 1, LowerPrioRepeat: 2, LowerPrioDelay: 3 * time.Second}})
		w.do(s.Acquire)
		time.Sleep(time.Minute)
		w.do(s.Announce)
		time.Sleep(time.Minute)
		w.expectAnnounced(`
0s 192.0.2.100
1m0s 192.0.2.100 192.0.2.100
1m3s 192.0.2.100 192.0.2.100
`)
	})
}

func TestAcquireTakesOverWhatIsThere(t *testing.T) {
	inWorld(t, func(w world) {
		mine, other := addresses("eth0", "192.0.2.100/24"), addresses("eth0", "192.0.2.1/24")
		for _, a := range append(mine, other...) {
			if err := w.Put(a); err != nil {
				w.Fatal(err)
			}
		}
		s := w.add(vip.SetConfig{Addresses: mine})
		w.do(s.Acquire)
		w.do(s.Acquire)
		w.expect("eth0 192.0.2.100/24, eth0 192.0.2.1/24")
		w.do(s.Release)
		w.expect("eth0 192.0.2.1/24")
	})
}

func TestAcquireWithFailures(t *testing.T) {
	refused := errors.New("refused")
	inWorld(t, func(w world) {
		w.Fail(func(c vip.Change) error {
			if c.Object.(vip.Address).Prefix.Addr() == netip.MustParseAddr("192.0.2.101") {
				return refused
			}
			return nil
		})
		s := w.add(vip.SetConfig{Schedule: vip.Schedule{Repeat: 1},
			Addresses: append(addresses("eth0", "192.0.2.100/32", "192.0.2.101/32"), addresses("eth7", "192.0.2.102/32")...)})
		err := s.Acquire(w.Context())
		var change *vip.ChangeError
		if !errors.Is(err, refused) || !errors.Is(err, vip.ErrNoInterface) || !errors.As(err, &change) || change.Err != refused {
			w.Errorf("error %v", err)
		}
		const want = "vip: address add 192.0.2.101/32 dev eth0: refused\nvip: address add 192.0.2.102/32 dev eth7: no such interface"
		if err.Error() != want {
			w.Errorf("error %q\nwant %q", err, want)
		}
		w.expect("eth0 192.0.2.100/32")
		w.expectAnnounced("\n0s 192.0.2.100\n")

		// When the interface appears, its address follows; what was refused is
		// tried again after a second.
		time.Sleep(500 * time.Millisecond)
		w.Fail(nil)
		w.AddInterface("eth7")
		synctest.Wait()
		time.Sleep(time.Second)
		w.expect("eth0 192.0.2.100/32, eth0 192.0.2.101/32, eth7 192.0.2.102/32")
		w.expectAnnounced("\n0s 192.0.2.100\n500ms 192.0.2.100 192.0.2.102\n1s 192.0.2.100 192.0.2.101 192.0.2.102\n")
	})
}

func TestAnnouncementFailureIsReported(t *testing.T) {
	down := errors.New("network is down")
	inWorld(t, func(w world) {
		w.FailAnnounce(func(vip.Announcement) error { return down })
		s := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32")})
		if err := s.Acquire(w.Context()); !errors.Is(err, down) {
			w.Errorf("error %v", err)
		}
		w.expect("eth0 192.0.2.100/32")
	})
}

// At a reload an address may move from one Set to another.
func TestAddressMovesBetweenSets(t *testing.T) {
	inWorld(t, func(w world) {
		before := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32", "192.0.2.101/32")})
		after := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.101/32", "192.0.2.102/32")})
		w.do(before.Acquire)
		w.do(after.Acquire)
		w.do(before.Release)
		w.expect("eth0 192.0.2.101/32, eth0 192.0.2.102/32")
		for _, c := range w.Changed() {
			if c.Op == vip.Delete && c.Object.(vip.Address).Prefix.Addr() == netip.MustParseAddr("192.0.2.101") {
				w.Errorf("%v at %v", c.Change, c.At)
			}
		}
		w.do(after.Release)
		w.expect("")
	})
}

func TestReleaseGoesBackwards(t *testing.T) {
	inWorld(t, func(w world) {
		s := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/24", "192.0.2.101/24")})
		w.do(s.Acquire)
		w.do(s.Release)
		var got []string
		for _, c := range w.Changed() {
			got = append(got, c.String())
		}
		want := "address add 192.0.2.100/24 dev eth0, address add 192.0.2.101/24 dev eth0, address del 192.0.2.101/24 dev eth0, address del 192.0.2.100/24 dev eth0"
		if s := strings.Join(got, ", "); s != want {
			w.Errorf("got  %s\nwant %s", s, want)
		}
	})
}

func TestCancelledCallsDoNothing(t *testing.T) {
	inWorld(t, func(w world) {
		s := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32")})
		ctx, cancel := context.WithCancel(w.Context())
		cancel()
		for _, f := range []func(context.Context) error{s.Acquire, s.Release, s.Announce} {
			if err := f(ctx); !errors.Is(err, context.Canceled) {
				w.Errorf("error %v", err)
			}
		}
		if err := w.m.CleanUp(ctx); !errors.Is(err, context.Canceled) {
			w.Errorf("CleanUp: %v", err)
		}
		if w.Batches() != 0 {
			w.Error("the kernel was asked")
		}
		// Waiting for a call under way ends with the context.
		w.Delay(time.Minute)
		ctx, cancel = context.WithTimeout(w.Context(), time.Second)
		defer cancel()
		go func() { _ = s.Acquire(w.Context()) }()
		synctest.Wait()
		if err := s.Release(ctx); !errors.Is(err, context.DeadlineExceeded) {
			w.Errorf("error %v", err)
		}
		time.Sleep(time.Hour)
		w.Delay(0)
	})
}
