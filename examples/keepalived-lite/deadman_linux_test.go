package main_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

const deadManLifetime = 2 * time.Second

// R7: a master whose process is killed, stopped or stuck, while its machine and
// its cable are well, loses the address by its kernel's hand. Afterwards there is
// exactly one owner, and the one that comes back does not disturb it.
func TestDeadMan(t *testing.T) {
	for _, how := range []string{"killed", "stopped", "stuck"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			var gone, both []time.Duration
			for range netlab.Count(1, 20) {
				t.Run("", func(t *testing.T) {
					s, thaw := deadManScene(t, how)
					begin := time.Now()
					switch how {
					case "killed":
						s.a.Crash() // its kernel lives on
					case "stopped":
						s.a.Freeze()
					}
					if how == "stuck" {
						thaw()
					}
					netlab.Eventually(t, 2*time.Second, "the backup to take over", s.b.holds)
					netlab.Eventually(t, 2*vip.Overhang(deadManLifetime), "the kernel to remove the address", func() bool { return !s.a.holds() })
					removed := time.Since(begin)
					gone, both = append(gone, removed), append(both, s.both(begin))
					limit := vip.Overhang(deadManLifetime)
					if how != "stuck" {
						limit -= deadManLifetime / 4
					}
					if removed > limit+100*time.Millisecond {
						t.Errorf("removed after %v, want %v at most", removed, limit)
					}
					if how == "stopped" {
						s.a.Thaw()
						// The better one takes the address back, as its priority says.
						netlab.Eventually(t, 2*time.Second, "the better one alone to own the address", func() bool { return s.a.holds() && !s.b.holds() })
						return
					}
					time.Sleep(time.Second)
					if s.a.holds() || !s.b.holds() {
						t.Errorf("owners in the end: %v", s.a.owner.Changes())
					}
				})
			}
			slices.Sort(gone)
			slices.Sort(both)
			if len(gone) > 0 {
				t.Logf("%d runs: removed after median %v, worst %v; two owners for median %v, worst %v", len(gone),
					gone[len(gone)/2], gone[len(gone)-1], both[len(both)/2], both[len(both)-1])
			}
		})
	}
}

// deadManScene is a scene whose better node is master under a lifetime. What it
// returns makes the protocol of a "stuck" one hang.
func deadManScene(t *testing.T, how string) (*scene, func()) {
	f := v3()
	f.instance = fmt.Sprintf("address_lifetime %d", deadManLifetime/time.Second)
	s := newScene(t, new(report), f, lite, lite)
	hang := func() {}
	if how == "stuck" {
		hang = startStuck(t, s.a.Host, s.vips)
	} else {
		s.start(s.a)
	}
	netlab.Eventually(t, 3*time.Second, "a master", s.a.holds)
	s.start(s.b)
	time.Sleep(1500 * time.Millisecond)
	netlab.Eventually(t, 5*time.Second, "the better one alone to own the address", func() bool { return s.a.holds() && !s.b.holds() })
	return s, hang
}

// stuckOwner is a vip.Set whose router hangs on demand, in its own loop.
type stuckOwner struct {
	*vip.Set
	mu sync.Mutex
}

func (o *stuckOwner) Renew(until time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.Set.Renew(until)
}

// startStuck runs a router in the test's own process. The function that it
// returns imitates a deadlock of the protocol, until the test ends.
func startStuck(t *testing.T, h *netlab.Host, vips []string) (hang func()) {
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	m, err := vip.NewManager(vip.Config{Namespace: h.NS(), Lifetime: deadManLifetime, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	network, err := vrrp.NewNetwork(vrrp.NetworkConfig{Namespace: h.NS(), Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	var list []netip.Prefix
	for _, v := range vips {
		list = append(list, netip.MustParsePrefix(v))
	}
	set, err := m.Add(vip.SetConfig{Addresses: vip.Addresses("eth0", list...)})
	if err != nil {
		t.Fatal(err)
	}
	owner := &stuckOwner{Set: set}
	host := vrrp.NewHost(vrrp.HostConfig{Network: network, Logger: log})
	if _, err := host.Add(vrrp.Config{
		Interface: "eth0", VRID: 51, Version: vrrp.V3, Priority: 200, Interval: 100 * time.Millisecond,
		Addresses: list, Owner: owner, Checksum: packet.PseudoHeader,
	}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = m.Run(ctx) })
	wg.Go(func() { _ = host.Run(ctx) })
	stuck := false
	t.Cleanup(func() {
		cancel()
		if stuck {
			owner.mu.Unlock()
		}
		wg.Wait()
	})
	return func() {
		owner.mu.Lock()
		stuck = true
	}
}

// Under load, two hundred addresses with the shortest lifetime never flicker and
// the role never moves.
func TestDeadManUnderLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	lab := netlab.New(t)
	h := lab.Host("a", "192.0.2.1/24")
	var vips strings.Builder
	for i := range 200 {
		fmt.Fprintf(&vips, "        10.0.0.%d/32\n", i+1)
	}
	n := startLite(t, h, `
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 150
    version 3
    advert_int 0.1
    address_lifetime 2
    virtual_ipaddress {
`+vips.String()+`
    }
}
`)
	netlab.Eventually(t, 5*time.Second, "the last address", func() bool { return h.HasAddress("10.0.0.200") })
	first, last := lab.Owners("10.0.0.1", h), lab.Owners("10.0.0.200", h)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 { // twice as many as the machine has processors
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	span := 3 * time.Second
	if netlab.Soak() {
		span = 10 * time.Minute
	}
	time.Sleep(span)
	close(stop)
	wg.Wait()
	if changes := len(first.Changes()) + len(last.Changes()); changes != 2 {
		t.Errorf("%d changes of ownership", changes-2)
	}
	if log := n.Log(); strings.Count(log, "Entering") != 2 || strings.Contains(log, "trouble") {
		t.Errorf("the role has moved, or worse:\n%s", log)
	}
	for i := range 200 {
		if a := fmt.Sprintf("10.0.0.%d", i+1); !h.HasAddress(a) {
			t.Errorf("%s is missing", a)
		}
	}
}
