package main_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

const (
	massAddresses = 1000
	massInterval  = 100 * time.Millisecond
)

func massConf(priority, addresses int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "vrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 51\nversion 3\npriority %d\nadvert_int 0.1\n"+
		"virtual_ipaddress {\n10.0.0.0/32\n}\nvirtual_ipaddress_excluded {\n", priority)
	for n := 1; n < addresses; n++ {
		fmt.Fprintf(&b, "%v/32\n", massAddress(n))
	}
	return b.String() + "}\n}\n"
}

func massAddress(n int) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, byte(n >> 8), byte(n)}) }

// massResult is what one takeover of all addresses took.
type massResult struct {
	last      time.Duration // from when the master is due to the last address's first announcement
	p99, most time.Duration // between adverts, in the three seconds from the takeover on
}

// A thousand addresses on one interface, keepalived's time until the last one is
// announced and ours, and whether adverts stay on time meanwhile. How much faster
// one can be is up to the kernel, which takes the better part of the time.
func TestMassTakeover(t *testing.T) {
	lab := netlab.NewAlone(t, netlab.Keepalived)
	var theirs, ours []massResult
	var floors []time.Duration
	for n := range netlab.Count(1, 10) {
		floors = append(floors, kernelFloor(t, lab, fmt.Sprintf("floor%d", n)))
		theirs = append(theirs, massTakeover(t, lab, fmt.Sprintf("ka%d", n), func(h *netlab.Host) *netlab.Proc { return h.Keepalived(massConf(100, massAddresses)).Proc }))
		ours = append(ours, massTakeover(t, lab, fmt.Sprintf("our%d", n), func(h *netlab.Host) *netlab.Proc { return startLite(t, h, massConf(100, massAddresses)).Proc }))
	}
	median := func(list []massResult, of func(massResult) time.Duration) time.Duration {
		var all []time.Duration
		for _, r := range list {
			all = append(all, of(r))
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	figures := func(list []massResult) string {
		return fmt.Sprintf("last address announced after %v; adverts every %v: p99 %v, longest gap %v",
			median(list, func(r massResult) time.Duration { return r.last }), massInterval,
			median(list, func(r massResult) time.Duration { return r.p99 }),
			slices.MaxFunc(list, func(a, b massResult) int { return int(a.most - b.most) }).most)
	}
	slices.Sort(floors)
	floor := floors[len(floors)/2]
	t.Logf("the kernel alone needs %v for %d addresses", floor, massAddresses)
	t.Logf("keepalived: %s", figures(theirs))
	t.Logf("ours:       %s", figures(ours))
	of := func(list []massResult) float64 {
		return float64(median(list, func(r massResult) time.Duration { return r.last })) / float64(floor)
	}
	t.Logf("medians of %d: keepalived takes %.2f times as long as the kernel, we %.2f times", len(ours), of(theirs), of(ours))
	if netlab.Soak() && of(ours) > of(theirs) {
		t.Error("slower than keepalived")
	}
}

func massTakeover(t *testing.T, lab *netlab.Lab, name string, run func(*netlab.Host) *netlab.Proc) (r massResult) {
	t.Helper()
	h := lab.Host(name, "192.0.2.1/24")
	rival := lab.Host(name+"r", "192.0.2.2/24")
	wire := lab.Capture()
	before := startLite(t, rival, massConf(200, 1))
	wire.WaitAdvert(time.Now(), 5*time.Second, "the master", func(netlab.Advert) bool { return true })
	p := run(h)
	time.Sleep(2 * time.Second)
	start := time.Now()
	before.Crash()
	missing := make(map[netip.Addr]bool)
	for n := range massAddresses {
		missing[massAddress(n)] = true
	}
	last := wire.Wait(start, 20*time.Second, "the last address", func(f netlab.Frame) bool {
		if a, ok := f.ARP(); ok && a.Gratuitous() {
			delete(missing, a.Sender)
		}
		return len(missing) == 0
	})
	if held := strings.Count(h.Run("ip", "-4", "-o", "addr", "show", "dev", "eth0"), " 10.0."); held != massAddresses {
		t.Errorf("%s: %d addresses are announced, %d are present", name, massAddresses, held)
	}
	time.Sleep(3 * time.Second)
	var gaps []time.Duration
	var due, previous time.Time // the rival's last advert counts from then on
	for _, a := range wire.Adverts() {
		switch {
		case a.Source == netip.MustParseAddr("192.0.2.2"):
			due = a.At.Add(3*massInterval + massInterval*(256-100)/256)
			continue
		case !previous.IsZero():
			gaps = append(gaps, a.At.Sub(previous))
		}
		previous = a.At
	}
	if len(gaps) < 20 {
		t.Fatalf("%s: %d adverts", name, len(gaps)+1)
	}
	slices.Sort(gaps)
	p.Kill()
	h.Crash()
	h.SetPort("eth0", false)
	return massResult{last.At.Sub(due), gaps[len(gaps)*99/100], gaps[len(gaps)-1]}
}
