package vip_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
)

// count returns how often the log says something, once all is written.
func count(log *bytes.Buffer, text string) int {
	synctest.Wait()
	return strings.Count(log.String(), text)
}

// An address that the kernel goes on refusing costs a few attempts and one line
// of the log, whatever else happens in the kernel.
func TestRefusedAddressIsTriedMoreAndMoreSeldom(t *testing.T) {
	var out bytes.Buffer
	logged := func(cfg *vip.Config) { cfg.Logger = slog.New(slog.NewTextHandler(&out, nil)) }
	inWorld(t, func(w world) {
		list := addresses("eth0", "192.0.2.100/32", "2001:db8::100/128")
		s := w.add(vip.SetConfig{Name: "VI_1", Addresses: list, Schedule: vip.Schedule{Repeat: 1}})
		w.do(s.Acquire)
		time.Sleep(time.Second)
		refusal := errors.New("permission denied")
		refuse := func() {
			w.Fail(func(c vip.Change) error {
				if c.Op == vip.Add && c.Object == vip.Object(list[1]) {
					return refusal
				}
				return nil
			})
		}
		refuse()
		_ = w.Take(list[1])
		foreign := addresses("eth0", "198.51.100.1/24")[0]
		noise := func(d time.Duration) {
			for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
				_ = w.Put(foreign)
				time.Sleep(100 * time.Millisecond)
				_ = w.Take(foreign)
			}
		}
		attempts := func(d time.Duration) int {
			before := w.Batches()
			noise(d)
			return w.Batches() - before
		}
		// At once, as the last IPv6 address is gone, after 1, 3, 7, 15, 31 and
		// 63 s, and each minute.
		if n := attempts(10 * time.Minute); n < 14 || n > 18 {
			w.Errorf("%d attempts in ten minutes", n)
		}
		if n := count(&out, "cannot add address"); n != 1 {
			w.Errorf("%d lines:\n%s", n, &out)
		}
		// A change of the interface is worth an attempt, and a new beginning.
		w.SetUp("eth0", false)
		if n := attempts(10 * time.Second); n < 4 || n > 5 {
			w.Errorf("%d attempts in ten seconds after a change", n)
		}
		refusal = errors.New("out of memory")
		refuse()
		noise(time.Minute)
		if n := count(&out, "cannot add address"); n != 2 || count(&out, "out of memory") != 1 {
			w.Errorf("%d lines:\n%s", n, &out)
		}
		w.Fail(nil)
		w.SetUp("eth0", true)
		time.Sleep(20 * time.Millisecond)
		w.expect("eth0 192.0.2.100/32, eth0 2001:db8::100/128")
		if count(&out, "address added at last") != 1 {
			w.Errorf("log:\n%s", &out)
		}
	}, logged)
}

// When IPv6 is enabled again, its first address tells of it.
func TestRefusedIPv6AddressFollowsTheFirstOne(t *testing.T) {
	inWorld(t, func(w world) {
		var disabled atomic.Bool
		disabled.Store(true)
		w.Fail(func(c vip.Change) error {
			if c.Op == vip.Add && disabled.Load() {
				return errors.New("permission denied")
			}
			return nil
		})
		s := w.add(vip.SetConfig{Addresses: addresses("eth0", "2001:db8::100/128")})
		if err := s.Acquire(w.Context()); err == nil {
			w.Error("no error")
		}
		time.Sleep(10 * time.Minute)
		disabled.Store(false)
		_ = w.Put(addresses("eth0", "fe80::1/64")[0])
		time.Sleep(20 * time.Millisecond)
		w.expect("eth0 fe80::1/64, eth0 2001:db8::100/128")
	})
}

// A refusal that passes by itself is got over without any event.
func TestRefusedAddressIsTriedByTheClock(t *testing.T) {
	inWorld(t, func(w world) {
		w.Fail(func(vip.Change) error { return errors.New("no buffer space") })
		s := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32")})
		if err := s.Acquire(w.Context()); err == nil {
			w.Error("no error")
		}
		w.Fail(nil)
		time.Sleep(999 * time.Millisecond)
		w.expect("")
		time.Sleep(2 * time.Millisecond)
		w.expect("eth0 192.0.2.100/32")
	})
}

// watched is a kernel that counts how often it is asked for everything. What it
// tells meanwhile may lag behind, or fail.
type watched struct {
	*viptest.Kernel
	dumps atomic.Int32
	tell  atomic.Pointer[func(name string) (vip.Interface, error)]
}

func (k *watched) Interfaces() ([]vip.Interface, error) {
	k.dumps.Add(1)
	return k.Kernel.Interfaces()
}

func (k *watched) Seen(name string) (vip.Interface, error) {
	if f := k.tell.Load(); f != nil {
		return (*f)(name)
	}
	return k.Kernel.Seen(name)
}

func inWatchedWorld(t *testing.T, fn func(w world, k *watched), with ...func(*vip.Config)) {
	k := &watched{}
	inWorld(t, func(w world) { fn(w, k) }, append(with, func(cfg *vip.Config) {
		k.Kernel = cfg.Kernel.(*viptest.Kernel)
		cfg.Kernel = k
	})...)
}

func TestOnlyWhatSeemsMissingIsLookedUp(t *testing.T) {
	inWatchedWorld(t, func(w world, k *watched) {
		list := addresses("eth0", "192.0.2.100/32")
		s := w.add(vip.SetConfig{Addresses: append(list, addresses("eth7", "192.0.2.101/32")...)})
		_ = s.Acquire(w.Context()) // there is no eth7
		for _, dev := range []string{"eth0", "eth1"} {
			foreign := addresses(dev, "198.51.100.1/24")[0]
			for range 100 {
				_ = w.Put(foreign)
				time.Sleep(20 * time.Millisecond)
				_ = w.Take(foreign)
				time.Sleep(20 * time.Millisecond)
			}
		}
		if n := k.dumps.Load(); n != 0 {
			w.Errorf("everything was listed %d times", n)
		}
		_ = w.Take(list[0])
		time.Sleep(20 * time.Millisecond)
		w.expect("eth0 192.0.2.100/32")
		if n := k.dumps.Load(); n != 1 {
			w.Errorf("everything was listed %d times", n)
		}
	})
}

// What the kernel has not told yet is not taken for removed, and right after a
// change of ours it is not even looked up.
func TestLateNewsIsNoTrouble(t *testing.T) {
	inWatchedWorld(t, func(w world, k *watched) {
		s := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32")})
		old := func(name string) (vip.Interface, error) { return vip.Interface{Index: 1, Name: name, Up: true}, nil }
		k.tell.Store(&old)
		w.do(s.Acquire)
		synctest.Wait()
		time.Sleep(9 * time.Millisecond)
		if n := k.dumps.Load(); n != 0 {
			w.Errorf("everything was listed %d times", n)
		}
		w.SetUp("eth1", false)
		time.Sleep(time.Second)
		if len(s.Trouble()) != 0 || w.Batches() != 1 || k.dumps.Load() == 0 {
			w.Errorf("%d exchanges, trouble %d, %d lists", w.Batches(), len(s.Trouble()), k.dumps.Load())
		}
	})
}

// A kernel that cannot tell what changes is asked once a second.
func TestGuardWithoutNews(t *testing.T) {
	var out bytes.Buffer
	logged := func(cfg *vip.Config) { cfg.Logger = slog.New(slog.NewTextHandler(&out, nil)) }
	inWatchedWorld(t, func(w world, k *watched) {
		list := addresses("eth0", "192.0.2.100/32")
		s := w.add(vip.SetConfig{Addresses: list})
		w.do(s.Acquire)
		time.Sleep(time.Second)
		blind := func(string) (vip.Interface, error) { return vip.Interface{}, errors.New("no buffer space") }
		k.tell.Store(&blind)
		w.SetUp("eth1", false) // the news that there will be none
		for range 10 {
			time.Sleep(time.Second)
			_ = w.Take(list[0])
			time.Sleep(time.Second)
			w.expect("eth0 192.0.2.100/32")
		}
		if n := count(&out, "cannot follow the addresses"); n != 1 {
			w.Errorf("%d lines:\n%s", n, &out)
		}
		k.tell.Store(nil)
		time.Sleep(2 * time.Second)
		before := k.dumps.Load()
		time.Sleep(time.Minute)
		if n := k.dumps.Load() - before; n != 0 {
			w.Errorf("listed %d times for nothing", n)
		}
	}, logged)
}
