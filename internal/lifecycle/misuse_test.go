package lifecycle_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/check/checktest"
	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// runner is what everything with a life has.
type runner interface{ Run(context.Context) error }

// must returns v, of a call that must succeed.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// lives are all that have a life, ready to be run.
func lives() map[string]runner {
	return map[string]runner{
		"vrrp.Host":       vrrp.NewHost(vrrp.HostConfig{Network: vrrptest.NewSegment().Attach("192.0.2.1")}),
		"vip.Manager":     must(vip.NewManager(vip.Config{Kernel: viptest.NewKernel("eth0")})),
		"check.Group":     check.NewGroup(),
		"check.Runner":    must(check.NewRunner(check.Config{Checker: checktest.New()})),
		"ipvs.Reconciler": must(ipvs.NewReconciler(ipvs.Config{Kernel: new(ipvstest.Kernel)})),
	}
}

// A context that is done already is no mistake: Run undoes what there is to undo,
// and returns nil. A second Run is one, during the first and after it.
func TestRunOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		done, cancel := context.WithCancel(t.Context())
		cancel()
		for name, r := range lives() {
			if err := r.Run(done); err != nil {
				t.Errorf("%s: Run with a context that is done: %v", name, err)
			}
			if err := r.Run(done); err == nil {
				t.Errorf("%s: a second Run is no error", name)
			}
		}
		for name, r := range lives() {
			ctx, cancel := context.WithCancel(t.Context())
			first := make(chan error)
			go func() { first <- r.Run(ctx) }()
			synctest.Wait()
			if err := r.Run(ctx); err == nil {
				t.Errorf("%s: a second Run during the first is no error", name)
			}
			cancel()
			if err := <-first; err != nil {
				t.Errorf("%s: the first Run: %v", name, err)
			}
		}
	})
}

// What has ended says so to whoever wants more of it, by one error in each package.
func TestStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		done, cancel := context.WithCancel(t.Context())
		cancel()
		host := vrrp.NewHost(vrrp.HostConfig{Network: vrrptest.NewSegment().Attach("192.0.2.1")})
		valid := vrrp.Config{Interface: "eth0", VRID: 51, Addresses: []netip.Prefix{address}}
		router := must(host.Add(valid))
		manager := must(vip.NewManager(vip.Config{Kernel: viptest.NewKernel("eth0")}))
		set := must(manager.Add(vip.SetConfig{Addresses: vip.Addresses("eth0", address)}))
		checks := check.NewGroup()
		reconciler := must(ipvs.NewReconciler(ipvs.Config{Kernel: new(ipvstest.Kernel)}))
		for _, r := range []runner{host, manager, checks, reconciler} {
			if err := r.Run(done); err != nil {
				t.Errorf("%T: %v", r, err)
			}
		}
		second := func(_ any, err error) error { return err }
		for name, got := range map[string]struct{ err, want error }{
			"vrrp.Host.Add":         {second(host.Add(valid)), vrrp.ErrStopped},
			"vrrp.Host.AddGroup":    {second(host.AddGroup(vrrp.GroupConfig{Name: "G"})), vrrp.ErrStopped},
			"vrrp.Router.Update":    {router.Update(valid), vrrp.ErrStopped},
			"vip.Set.Acquire":       {set.Acquire(t.Context()), vip.ErrStopped},
			"check.Group.Add":       {second(checks.Add(check.Config{Checker: checktest.New()})), check.ErrStopped},
			"ipvs.Reconciler.Apply": {reconciler.Apply(t.Context(), ipvs.State{}), ipvs.ErrStopped},
		} {
			if !errors.Is(got.err, got.want) {
				t.Errorf("%s after the end: %v", name, got.err)
			}
		}
	})
}

// Zero configurations: each says what is missing, or is good.
func TestZeroConfig(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := vrrp.NewHost(vrrp.HostConfig{})
		valid := vrrp.Config{Interface: "eth0", VRID: 51, Addresses: []netip.Prefix{address}}
		second := func(_ any, err error) error { return err }
		for want, err := range map[string]error{
			"no interface":            second(vrrp.New(vrrp.Config{})),
			"set HostConfig.Network":  second(host.Add(valid)),
			"has no Network":          host.Run(t.Context()),
			"Watch without a Network": vrrp.Watch(t.Context(), vrrp.WatchConfig{}, nil),
			"no Link for eth0":        second(vrrp.NewHost(vrrp.HostConfig{Network: noLinks{vrrptest.NewSegment().Attach("192.0.2.1")}}).Add(valid)),
			"no checker":              second(check.NewRunner(check.Config{})),
			"TCP":                     second(check.NewTCP(check.TCPConfig{})),
			"HTTP":                    second(check.NewHTTP(check.HTTPConfig{})),
			"Argv":                    second(check.NewScript(check.ScriptConfig{})),
		} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want something about %q", err, want)
			}
		}
		if err := host.Close(); err != nil {
			t.Error(err)
		}
	})
}

// noLinks is a Network that forgets to say why it opens nothing.
type noLinks struct{ vrrp.Network }

func (noLinks) Open(vrrp.LinkConfig) (vrrp.Link, error) { return nil, nil }

// panics is an Owner, and a Checker, whose calls panic.
type panics struct{}

func (panics) Acquire(context.Context) error       { panic("no addresses") }
func (panics) Release(context.Context) error       { panic("no addresses") }
func (panics) Announce(context.Context) error      { panic("no addresses") }
func (panics) Renew(time.Time)                     {}
func (panics) Trouble() <-chan error               { return nil }
func (panics) Check(context.Context) check.Result  { panic("no check") }
func (panics) Watch(context.Context, func()) error { panic("no watch") }

// Callbacks that panic have failed. The protocol, and everybody else, goes on.
func TestPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := vrrp.NewHost(vrrp.HostConfig{Network: vrrptest.NewSegment().Attach("192.0.2.1")})
		cfg := vrrp.Config{Interface: "eth0", VRID: 51, Addresses: []netip.Prefix{address}, Owner: panics{}}
		bad := must(host.Add(cfg))
		cfg.VRID, cfg.Owner = 52, nil
		good := must(host.Add(cfg))
		events := vrrptest.Record(bad.Events())
		checks := check.NewGroup()
		checker := must(checks.Add(check.Config{Checker: panics{}}))

		ctx, cancel := context.WithCancel(t.Context())
		hostDone, checksDone := make(chan error), make(chan error)
		go func() { hostDone <- host.Run(ctx) }()
		go func() { checksDone <- checks.Run(ctx) }()
		time.Sleep(10 * time.Second)
		for _, r := range []*vrrp.Router{bad, good} {
			if s := r.Snapshot(); s.State != vrrp.Master || s.Counters.AdvertsSent < 6 {
				t.Errorf("%v: %v, %d advertisements", r, s.State, s.Counters.AdvertsSent)
			}
		}
		if all := events.Events(); len(all) != 2 || all[1].Err == nil || !strings.Contains(all[1].Err.Error(), "panicked: no addresses") {
			t.Errorf("events: %s", events.Transitions())
		}
		if s := checker.Snapshot(); s.State != check.Down || !strings.Contains(s.Last.Detail, "no check") || s.Runs < 9 {
			t.Errorf("check: %+v", s)
		}
		cancel()
		if err := <-hostDone; err == nil || !strings.Contains(err.Error(), "panicked") {
			t.Errorf("Run, with an owner that gave nothing back: %v", err)
		}
		if err := <-checksDone; err != nil {
			t.Error(err)
		}
	})
}

// blocks is an Owner, and a Checker, that ignores its context until released.
type blocks chan struct{}

func (b blocks) Acquire(context.Context) error      { <-b; return nil }
func (b blocks) Release(context.Context) error      { <-b; return nil }
func (b blocks) Announce(context.Context) error     { <-b; return nil }
func (b blocks) Renew(time.Time)                    {}
func (b blocks) Trouble() <-chan error              { return nil }
func (b blocks) Check(context.Context) check.Result { <-b; return check.Result{OK: true} }

// Callbacks that never return are named by the error of a Run that does.
func TestBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := make(blocks)
		host := vrrp.NewHost(vrrp.HostConfig{Network: vrrptest.NewSegment().Attach("192.0.2.1")})
		cfg := vrrp.Config{Name: "stuck", Interface: "eth0", VRID: 51, Addresses: []netip.Prefix{address}, Owner: stuck}
		router := must(host.Add(cfg))
		events := vrrptest.Record(router.Events())
		checks := check.NewGroup()
		checker := must(checks.Add(check.Config{Name: "stuck", Checker: stuck}))

		ctx, cancel := context.WithCancel(t.Context())
		hostDone, checksDone := make(chan error), make(chan error)
		go func() { hostDone <- host.Run(ctx) }()
		go func() { checksDone <- checks.Run(ctx) }()
		time.Sleep(10 * time.Second)
		if all := events.Events(); len(all) != 2 || !errors.Is(all[1].Err, vrrp.ErrOwnerTimeout) {
			t.Errorf("events: %s", events.Transitions())
		}
		if s := checker.Snapshot(); s.State != check.Down || !s.Overdue {
			t.Errorf("check: %+v", s)
		}
		cancel()
		asked := time.Now()
		for name, done := range map[string]chan error{"host": hostDone, "checks": checksDone} {
			if err := <-done; err == nil || !strings.Contains(err.Error(), "stuck") {
				t.Errorf("%s: Run, with a callback that is stuck: %v", name, err)
			}
		}
		if took := time.Since(asked); took > 5*time.Second {
			t.Errorf("it took %v", took)
		}
		close(stuck)
	})
}
