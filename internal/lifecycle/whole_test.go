package lifecycle_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/check/checktest"
	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

var (
	address = netip.MustParsePrefix("192.0.2.100/24")
	backend = netip.MustParseAddrPort("198.51.100.1:80")
)

// whole is a router, its addresses, route and rule, and a check that both depend
// on: everything that an embedder puts together.
type whole struct {
	host    *vrrp.Host
	router  *vrrp.Router
	manager *vip.Manager
	checks  *check.Group
	track   *vrrp.Track
	lvs     *ipvs.Reconciler // nil: the machine has no IPVS
}

func newWhole(network vrrp.Network, kernel vip.Kernel, lvs ipvs.Kernel, checker check.Checker) (_ *whole, err error) {
	w := &whole{host: vrrp.NewHost(vrrp.HostConfig{Network: network}), checks: check.NewGroup()}
	if w.manager, err = vip.NewManager(vip.Config{Kernel: kernel, Lifetime: 2 * time.Second}); err != nil {
		return nil, err
	}
	set, err := w.manager.Add(vip.SetConfig{
		Addresses: vip.Addresses("eth0", address),
		Routes:    []vip.Route{{Destination: netip.MustParsePrefix("203.0.113.0/24"), Type: vip.RouteBlackhole, Table: 100}},
		Rules:     []vip.Rule{{From: netip.MustParsePrefix("203.0.113.0/24"), Table: 100, Priority: 1000}},
	})
	if err != nil {
		return nil, err
	}
	healthy := vrrp.Tracker{Name: "check"}
	w.router, err = w.host.Add(vrrp.Config{
		Interface: "eth0", VRID: 51, Interval: 10 * time.Millisecond, Addresses: []netip.Prefix{address},
		Owner: set, Trackers: []vrrp.Tracker{healthy},
	})
	if err != nil {
		return nil, err
	}
	if w.track, err = w.router.Track(healthy.Name); err != nil {
		return nil, err
	}
	if _, err = w.checks.Add(check.Config{Name: "check", Checker: checker, Interval: 10 * time.Millisecond}); err != nil {
		return nil, err
	}
	if lvs != nil {
		w.lvs, err = ipvs.NewReconciler(ipvs.Config{Kernel: lvs})
	}
	return w, err
}

// run runs everything until ctx is done.
func (w *whole) run(ctx context.Context) error {
	needed, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var parts sync.WaitGroup
	var managerErr, checkErr, lvsErr error
	if w.lvs != nil {
		service := ipvs.Service{Key: ipvs.Key{Protocol: ipvs.TCP, Address: netip.AddrPortFrom(address.Addr(), 80)}, Scheduler: "wrr"}
		table := ipvs.Table{{Service: service, Destinations: []ipvs.Destination{{Address: backend, Weight: 1}}}}
		if err := w.lvs.Apply(ctx, ipvs.State{Table: table}); err != nil {
			return err
		}
		parts.Go(func() { lvsErr = w.lvs.Run(needed) })
	}
	changes := w.checks.Changes()
	parts.Go(func() {
		for e := range changes {
			if e.To == check.Up {
				w.track.Set(vrrp.TrackUp)
			}
		}
	})
	parts.Go(func() { managerErr = w.manager.Run(needed) })
	parts.Go(func() { checkErr = w.checks.Run(needed) })
	err := w.host.Run(ctx)
	stop()
	parts.Wait()
	return errors.Join(err, managerErr, checkErr, lvsErr)
}

// A whole life, again and again, over the fakes. The bubble fails by itself if a
// goroutine of it is left.
func TestNothingIsLeft(t *testing.T) {
	same := netlab.Holding(t)
	for range netlab.Count(50, 1000) {
		synctest.Test(t, func(t *testing.T) {
			kernel := viptest.NewKernel("eth0")
			lvs := new(ipvstest.Kernel)
			w, err := newWhole(vrrptest.NewSegment().Attach("192.0.2.1"), kernel, lvs, checktest.New())
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			go func() { done <- w.run(ctx) }()
			time.Sleep(time.Second)
			for _, want := range []string{"192.0.2.100/24", "203.0.113.0/24", "lookup 100", "-a -t 192.0.2.100:80"} {
				if now := kernel.String() + lvs.String(); !strings.Contains(now, want) {
					t.Errorf("no %s in\n%s", want, now)
				}
			}
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
			if kernel.String() != "eth0\n" || !kernel.Closed() || lvs.String() != "" {
				t.Errorf("left behind, closed %v: %s%s", kernel.Closed(), kernel, lvs)
			}
		})
	}
	same()
}
