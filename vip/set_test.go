package vip_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
)

// world is a manager over a kernel in memory.
type world struct {
	*testing.T
	*viptest.Kernel
	m     *vip.Manager
	start time.Time
}

func objects(list ...vip.Address) (all []vip.Object) {
	for _, a := range list {
		all = append(all, a)
	}
	return all
}

func addresses(dev string, prefixes ...string) []vip.Address {
	var list []vip.Address
	for _, p := range prefixes {
		list = append(list, vip.Addresses(dev, netip.MustParsePrefix(p))...)
	}
	return list
}

// inWorld runs fn in a bubble with a running manager, and checks that the
// manager leaves the kernel as it was before. with may change the
// configuration.
func inWorld(t *testing.T, fn func(w world), with ...func(*vip.Config)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := world{t, viptest.NewKernel("eth0", "eth1"), nil, time.Now()}
		cfg := vip.Config{Kernel: w.Kernel}
		for _, f := range with {
			f(&cfg)
		}
		var err error
		if w.m, err = vip.NewManager(cfg); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- w.m.Run(ctx) }()
		fn(w)
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		if !w.Closed() {
			t.Error("the kernel is still open")
		}
	})
}

func (w world) add(cfg vip.SetConfig) *vip.Set {
	w.Helper()
	s, err := w.m.Add(cfg)
	if err != nil {
		w.Fatal(err)
	}
	return s
}

func (w world) do(f func(context.Context) error) {
	w.Helper()
	if err := f(w.Context()); err != nil {
		w.Error(err)
	}
}

// expect compares the kernel's addresses, each behind its interface.
func (w world) expect(want string) {
	w.Helper()
	interfaces, err := w.Interfaces()
	if err != nil {
		w.Fatal(err)
	}
	var list []string
	for _, i := range interfaces {
		for _, a := range i.Addresses {
			a.Interface = ""
			list = append(list, i.Name+" "+a.String())
		}
	}
	if got := strings.Join(list, ", "); got != want {
		w.Errorf("addresses: %s\nwant:      %s", got, want)
	}
}

// announced returns the announcements as "time dev address ..." with those of
// one moment in one line.
func (w world) announced() string {
	var b strings.Builder
	last := time.Duration(-1)
	for _, a := range w.Announced() {
		if a.At != last {
			fmt.Fprintf(&b, "\n%v", a.At)
		}
		last = a.At
		fmt.Fprintf(&b, " %v", a.Addr)
	}
	return b.String() + "\n"
}

func (w world) expectAnnounced(want string) {
	w.Helper()
	if got := w.announced(); got != want {
		w.Errorf("announced:%swant:%s", got, want)
	}
}

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
