package vrrptest

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

var group = netip.MustParseAddr("224.0.0.18")

func open(t *testing.T, p *Port, cfg vrrp.LinkConfig) vrrp.Link {
	t.Helper()
	l, err := p.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// heard returns whether a link has received something by now.
func heard(t *testing.T, l vrrp.Link) bool {
	t.Helper()
	time.Sleep(DefaultDelay)
	n, err := l.Recv(make([]vrrp.Packet, 8))
	if err != nil {
		t.Fatal(err)
	}
	return n > 0
}

// TestCut: nothing passes a cut port in either direction, whoever sends, and
// whenever he came.
func TestCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seg := NewSegment()
		cfg := vrrp.LinkConfig{Interface: "eth0", Group: group}
		pkt := vrrp.Packet{Payload: []byte{1}, Destination: group, TTL: 255}
		cutPort, before := seg.Attach("192.0.2.1"), seg.Attach("192.0.2.2")
		cut, early := open(t, cutPort, cfg), open(t, before, cfg)
		seg.Cut(cutPort)
		late := open(t, seg.Attach("192.0.2.3"), cfg)
		for _, tt := range []struct {
			name string
			send func()
			want []bool // heard by cut, early, late
			heal []bool
		}{
			{"the cut port", func() { _, _ = cut.Send([]vrrp.Packet{pkt}) }, []bool{false, false, false}, []bool{false, true, true}},
			{"an older port", func() { _, _ = early.Send([]vrrp.Packet{pkt}) }, []bool{false, false, true}, []bool{true, false, true}},
			{"a younger port", func() { _, _ = late.Send([]vrrp.Packet{pkt}) }, []bool{false, true, false}, []bool{true, true, false}},
			{"nobody", func() { seg.Inject(pkt) }, []bool{false, true, true}, []bool{true, true, true}},
		} {
			for healed, want := range [][]bool{tt.want, tt.heal} {
				if healed == 1 {
					seg.Heal()
				}
				tt.send()
				if got := []bool{heard(t, cut), heard(t, early), heard(t, late)}; !slices.Equal(got, want) {
					t.Errorf("%s sends, healed %d: heard %v, want %v", tt.name, healed, got, want)
				}
			}
			seg.Cut(cutPort)
		}
		if st := cut.State(); !st.Up {
			t.Errorf("a cut port's link is down: %+v", st)
		}
	})
}

// TestUnicastWithoutItsAddress has a link down while its address is missing, as
// over the kernel.
func TestUnicastWithoutItsAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		port := NewSegment().Attach("192.0.2.1", "fe80::1%eth0")
		for _, tt := range []struct{ local, why string }{
			{"192.0.2.1", ""},
			{"fe80::1%eth0", ""},
			{"0.0.0.0", ""},
			{"192.0.2.9", "address 192.0.2.9 is on no interface"},
		} {
			l := open(t, port, vrrp.LinkConfig{Interface: "eth0", Local: netip.MustParseAddr(tt.local)})
			if st := l.State(); st.Up != (tt.why == "") || st.Why != tt.why {
				t.Errorf("%s: state = %+v, want %q", tt.local, st, tt.why)
			}
		}
		l := open(t, port, vrrp.LinkConfig{Interface: "eth0", Local: netip.MustParseAddr("192.0.2.9")})
		port.SetAddresses("192.0.2.9")
		if ready := port.Wait(time.Time{}, time.Time{}, nil); !slices.Contains(ready, l) || !l.State().Up {
			t.Errorf("the address has come: ready %v, state %+v", ready, l.State())
		}
	})
}

// TestWait: deadlines, packets under way and wake-ups, to the nanosecond.
func TestWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seg := NewSegment()
		port := seg.Attach("192.0.2.1")
		l := open(t, port, vrrp.LinkConfig{Interface: "eth0", Group: group})
		inject := func() { seg.Inject(vrrp.Packet{Destination: group}) }
		for _, tt := range []struct {
			name  string
			do    func()
			until time.Duration // negative: no limit
			want  time.Duration
			ready bool
		}{
			{"a limit", func() {}, time.Second, time.Second, false},
			{"a limit that has passed", func() {}, 0, 0, false},
			{"a packet", inject, -1, DefaultDelay, true},
			{"a packet just at the limit", inject, DefaultDelay, DefaultDelay, true},
			{"a limit before the packet", inject, DefaultDelay - 1, DefaultDelay - 1, false},
			{"a wake-up", port.Wake, -1, 0, false},
		} {
			start := time.Now()
			tt.do()
			var until time.Time
			if tt.until >= 0 {
				until = start.Add(tt.until)
			}
			ready := port.Wait(until, time.Time{}, nil)
			if d := time.Since(start); d != tt.want || slices.Contains(ready, l) != tt.ready {
				t.Errorf("%s: ready %v after %v, want %v after %v", tt.name, len(ready) > 0, d, tt.ready, tt.want)
			}
			heard(t, l) // empties it
		}
	})
}

func TestOpenAfterClose(t *testing.T) {
	port := NewSegment().Attach("192.0.2.1")
	if err := port.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := port.Open(vrrp.LinkConfig{Interface: "eth0", Group: group}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Open after Close: %v", err)
	}
}

// TestRecorderWait: behind Wait the last transition is recorded.
func TestRecorderWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := vrrp.NewHost(vrrp.HostConfig{Network: NewSegment().Attach("192.0.2.1")})
		if _, err := h.Add(vrrp.Config{
			Interface: "eth0", VRID: 51, Addresses: []netip.Prefix{netip.MustParsePrefix("192.0.2.100/24")},
		}); err != nil {
			t.Fatal(err)
		}
		events := Record(h.Events())
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := h.Run(ctx); err != nil {
			t.Fatal(err)
		}
		events.Wait()
		if got := events.Transitions(); !strings.HasSuffix(got, "MASTER->INIT: shutdown\n") {
			t.Errorf("recorded:\n%s", got)
		}
	})
}
