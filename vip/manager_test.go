package vip_test

import (
	"context"
	"errors"
	"testing"

	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
)

// A manager that is never Run is freed by Close; one that is, by Run. Neither
// happens twice.
func TestManagerEndsOnce(t *testing.T) {
	for _, run := range []bool{false, true} {
		k := viptest.NewKernel("eth0")
		m, err := vip.NewManager(vip.Config{Kernel: k})
		if err != nil {
			t.Fatal(err)
		}
		set, err := m.Add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/24")})
		if err != nil {
			t.Fatal(err)
		}
		if err := set.Acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if run {
			if err := m.Run(ctx); err != nil {
				t.Error(err)
			}
		}
		for range 2 {
			if err := m.Close(); err != nil { // the kernel's second Close would fail
				t.Error(err)
			}
		}
		if err := m.Run(ctx); err == nil {
			t.Error("a second Run, or one after Close, is no error")
		}
		if err := set.Acquire(t.Context()); !errors.Is(err, vip.ErrStopped) {
			t.Errorf("Acquire afterwards: %v", err)
		}
		if got := k.String(); !k.Closed() || got != "eth0\n" {
			t.Errorf("left behind, closed %v:\n%s", k.Closed(), got)
		}
	}
}
