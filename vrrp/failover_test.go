package vrrp_test

import (
	"context"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// TestFailover is the test of README: two routers, one segment, the master is
// cut off, and the backup takes over at exactly the time that the RFC says.
func TestFailover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		seg := vrrptest.NewSegment()
		portA, portB := seg.Attach("192.0.2.1"), seg.Attach("192.0.2.2")

		start := func(port *vrrptest.Port, priority uint8) <-chan vrrp.Event {
			h := vrrp.NewHost(vrrp.HostConfig{Network: port})
			r, err := h.Add(vrrp.Config{
				Interface: "eth0", VRID: 73, Priority: priority,
				Addresses: []netip.Prefix{netip.MustParsePrefix("192.0.2.100/24")},
			})
			if err != nil {
				t.Fatal(err)
			}
			events := r.Events()
			go h.Run(ctx)
			return events
		}
		start(portA, 200)
		events := start(portB, 100)

		time.Sleep(10 * time.Second)
		seg.Cut(portA)
		cut := time.Now()
		time.Sleep(4 * time.Second)

		if got := <-events; got.To != vrrp.Backup {
			t.Fatalf("first event: %v->%v", got.From, got.To)
		}
		got := <-events
		if got.From != vrrp.Backup || got.To != vrrp.Master || got.Reason != vrrp.ReasonNoResponse {
			t.Fatalf("second event: %v->%v, %v", got.From, got.To, got.Reason)
		}
		// A advertised at 3.21875 s and every second since: last at 9.21875 s.
		// B heard it and waits 3 s and a skew time of 156/256 s.
		heard := cut.Add(-781250*time.Microsecond + vrrptest.DefaultDelay)
		if want := heard.Add(3*time.Second + 609375*time.Microsecond); !got.At.Equal(want) {
			t.Errorf("took over %v after the cut, want %v", got.At.Sub(cut), want.Sub(cut))
		}
	})
}
