package vip_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
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
