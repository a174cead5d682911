package vip_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
)

// stubborn is a kernel whose packet filter cannot be changed for a while. As the
// real one does, it tells once that something is missing.
type stubborn struct {
	*viptest.Kernel
	refuse atomic.Bool
	told   atomic.Bool
}

func (k *stubborn) Filter(f vip.Filter) error {
	if k.refuse.Load() {
		return errRefused
	}
	k.told.Store(false)
	return k.Kernel.Filter(f)
}

func (k *stubborn) Filtering() (bool, error) {
	whole, err := k.Kernel.Filtering()
	return whole || k.told.Swap(true), err
}

func TestFilterIsPutBackInTheEnd(t *testing.T) {
	k := &stubborn{}
	inWorld(t, func(w world) {
		if err := w.m.Filter(vip.Filter{Silent: []string{"vrrp.51"}}); err != nil {
			w.Fatal(err)
		}
		time.Sleep(time.Second)
		k.refuse.Store(true)
		k.told.Store(false)
		w.FlushFilters()
		time.Sleep(10 * time.Second)
		k.refuse.Store(false)
		time.Sleep(10 * time.Second)
		if f := w.Filtered(""); len(f.Silent) != 1 {
			w.Errorf("the filter is %+v", f)
		}
	}, func(cfg *vip.Config) {
		k.Kernel = cfg.Kernel.(*viptest.Kernel)
		cfg.Kernel = k
	})
}

// The packet filter that somebody flushes is put back, and those whom it is about
// hear of it.
func TestFlushedFilterIsPutBack(t *testing.T) {
	var out bytes.Buffer
	logged := func(cfg *vip.Config) { cfg.Logger = slog.New(slog.NewTextHandler(&out, nil)) }
	inWorld(t, func(w world) {
		about := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32")})
		other := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.101/32")})
		w.do(about.Acquire)
		w.do(other.Acquire)
		if err := w.m.Filter(vip.Filter{Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.100")}}); err != nil {
			w.Fatal(err)
		}
		for range 3 {
			time.Sleep(time.Second)
			w.FlushFilters()
			synctest.Wait()
			if f := w.Filtered(""); len(f.Addresses) != 1 {
				w.Errorf("the filter is %+v", f)
			}
		}
		var lost *vip.FilterError
		if len(about.Trouble()) != 3 || !errors.As(<-about.Trouble(), &lost) || lost.Table != "vrrpkit" || len(other.Trouble()) != 0 {
			w.Errorf("trouble: %d, %d", len(about.Trouble()), len(other.Trouble()))
		}
		if count(&out, "packet filter put back") != 3 {
			w.Errorf("log:\n%s", &out)
		}
		// What is no longer wanted is not.
		if err := w.m.Filter(vip.Filter{}); err != nil {
			w.Fatal(err)
		}
		w.FlushFilters()
		time.Sleep(time.Minute)
		if f := w.Filtered(""); len(f.Addresses) != 0 {
			w.Errorf("the filter is %+v", f)
		}
	}, logged)
}
