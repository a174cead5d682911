package vrrp_test

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

func TestNetworkDoesNotAllocate(t *testing.T) {
	_, a, b := pair(t)
	la := a.open(vrrp.LinkConfig{Interface: "eth0", Group: group4})
	lb := b.open(vrrp.LinkConfig{Interface: "eth0", Group: group4})
	out := make([]vrrp.Packet, 8)
	for i := range out {
		out[i] = vrrp.Packet{Payload: advert3, Source: netip.MustParseAddr("192.0.2.1"), Destination: group4, TTL: 255, TOS: 0xc0}
	}
	in := make([]vrrp.Packet, 32)
	ready := make([]vrrp.Link, 0, 8)
	n := testing.AllocsPerRun(100, func() {
		if _, err := la.Send(out); err != nil {
			t.Fatal(err)
		}
		ready = b.Wait(time.Now().Add(time.Second), time.Time{}, ready[:0])
		for got := 0; got < len(out); {
			m, err := lb.Recv(in)
			if err != nil {
				t.Fatal(err)
			}
			got += m
		}
		_ = lb.State()
		ready = b.Wait(time.Now().Add(100*time.Microsecond), time.Time{}, ready[:0])
	})
	if n != 0 {
		t.Errorf("Send, Wait and Recv allocate %v times, want 0", n)
	}
}

func TestNetworkCloseTwice(t *testing.T) {
	n, err := vrrp.NewNetwork(vrrp.NetworkConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := n.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	n.Wake()
}

// sockets returns how many sockets the process has open.
func sockets(t *testing.T) (n int) {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}

// TestNetworkCloseClosesEverything: links in use, closed ones, and such whose
// new socket Wait has not picked up.
func TestNetworkCloseClosesEverything(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("a", "192.0.2.1/24")
	before := sockets(t)
	n := newNode(t, h)
	for i := range 4 {
		l := n.open(vrrp.LinkConfig{Interface: "eth0", Group: group4})
		n.open(vrrp.LinkConfig{Interface: "eth7", Group: group4})
		if i%2 == 0 {
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	with := sockets(t)
	h.AddLink("eth7", "lan", "192.0.2.7/24")
	netlab.Eventually(t, linkTimeout, "sockets for eth7", func() bool { return sockets(t) > with })
	if err := n.Close(); err != nil {
		t.Error(err)
	}
	if after := sockets(t); after != before {
		t.Errorf("%d sockets are open, were %d before", after, before)
	}
}

// TestOpenDuringClose opens links while the network is waited for and closed.
func TestOpenDuringClose(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("a", "192.0.2.1/24")
	before := sockets(t)
	for range 10 {
		n := newNode(t, h)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for {
					if _, err := n.Open(vrrp.LinkConfig{Interface: "eth0", Group: group4}); err != nil {
						if !errors.Is(err, net.ErrClosed) {
							t.Errorf("Open during Close: %v", err)
						}
						return
					}
				}
			})
		}
		for range 3 {
			n.Wait(time.Now().Add(time.Millisecond), time.Time{}, nil)
		}
		if err := n.Close(); err != nil {
			t.Error(err)
		}
		if _, err := n.Open(vrrp.LinkConfig{Interface: "eth0", Group: group4}); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Open after Close: %v", err)
		}
		wg.Wait()
	}
	if after := sockets(t); after != before {
		t.Errorf("%d sockets are open, were %d before", after, before)
	}
}

// BenchmarkWaitLateness reports how late an idle Wait is, in microseconds.
func BenchmarkWaitLateness(b *testing.B) {
	n, err := vrrp.NewNetwork(vrrp.NetworkConfig{})
	if err != nil {
		b.Fatal(err)
	}
	defer n.Close()
	var late []time.Duration
	for b.Loop() {
		until := time.Now().Add(10 * time.Millisecond)
		n.Wait(until, time.Time{}, nil)
		late = append(late, time.Since(until))
	}
	slices.Sort(late)
	b.ReportMetric(float64(late[len(late)/2].Microseconds()), "p50-us")
	b.ReportMetric(float64(late[len(late)*99/100].Microseconds()), "p99-us")
}

// BenchmarkAdvert is one advertisement from a Send to the return of Recv behind
// a Wait, over a veth pair and a bridge.
func BenchmarkAdvert(b *testing.B) {
	_, from, to := pair(b)
	la := from.open(vrrp.LinkConfig{Interface: "eth0", Group: group4})
	lb := to.open(vrrp.LinkConfig{Interface: "eth0", Group: group4})
	out := []vrrp.Packet{{Payload: advert3, Source: netip.MustParseAddr("192.0.2.1"), Destination: group4, TTL: 255, TOS: 0xc0}}
	in := make([]vrrp.Packet, 32)
	ready := make([]vrrp.Link, 0, 8)
	until := time.Now().Add(time.Hour)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := la.Send(out); err != nil {
			b.Fatal(err)
		}
		ready = to.Wait(until, time.Time{}, ready[:0])
		if _, err := lb.Recv(in); err != nil {
			b.Fatal(err)
		}
	}
}
