package vrrp

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// still is a Network, its Link and an Owner that cost nothing: what is measured
// over it is the host.
type still struct {
	arrived []Packet
	sent    int

	mu    sync.Mutex
	calls []string
}

func (s *still) Open(LinkConfig) (Link, error)            { return s, nil }
func (s *still) Wait(_, _ time.Time, ready []Link) []Link { return ready }
func (s *still) Wake()                                    {}
func (s *still) Close() error                             { return nil }
func (s *still) Send(ps []Packet) (int, error)            { s.sent += len(ps); return len(ps), nil }
func (s *still) Acquire(context.Context) error            { return s.note("acquire") }
func (s *still) Release(context.Context) error            { return s.note("release") }
func (s *still) Announce(context.Context) error           { return s.note("announce") }
func (s *still) Renew(time.Time)                          {}
func (s *still) Trouble() <-chan error                    { return nil }

func (s *still) Recv(ps []Packet) (int, error) {
	n := copy(ps, s.arrived)
	s.arrived = s.arrived[n:]
	return n, nil
}

func (s *still) State() LinkState { return LinkState{Up: true, Addresses: stillAddresses} }

var stillAddresses = []netip.Addr{us}

func (s *still) note(call string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, call)
	return nil
}

// turner is a host whose turns a test makes itself.
type turner struct {
	*Host
	net    *still
	router *Router
	inbox  [1]Packet
}

func newTurner(t testing.TB, priority uint8) *turner {
	t.Helper()
	n := &still{}
	h := &turner{Host: NewHost(HostConfig{Network: n}), net: n}
	var err error
	h.router, err = h.Add(Config{
		Interface: "eth0", VRID: 51, Priority: priority, Owner: n,
		Addresses: []netip.Prefix{netip.MustParsePrefix("192.0.2.100/32")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.begin(t.Context(), context.Background()); err != nil {
		t.Fatal(err)
	}
	h.mu.Lock()
	h.startNew()
	h.turn(time.Now())
	h.mu.Unlock()
	h.calls.Wait()
	return h
}

// hear makes a turn in which the given packet has arrived.
func (h *turner) hear(p Packet) {
	h.inbox[0] = p
	h.net.arrived = h.inbox[:]
	h.mu.Lock()
	h.drain(h.net)
	h.turn(time.Now())
	h.renewals = h.renewals[:0]
	h.mu.Unlock()
}

func advertFrom(t testing.TB, priority uint8) Packet {
	t.Helper()
	a := packet.Advert{
		Version: V3, VRID: 51, Priority: priority, Interval: time.Second,
		Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.100")},
	}
	b, err := a.Append(nil, upper, packet.GroupIPv4, packet.MessageOnly)
	if err != nil {
		t.Fatal(err)
	}
	return Packet{Payload: b, Source: upper, Destination: packet.GroupIPv4, TTL: 255}
}

// The hot paths of a host: an advertisement in, one out, one answered.
func TestTurnsDoNotAllocate(t *testing.T) {
	for name, turn := range hotPaths(t) {
		if n := testing.AllocsPerRun(1000, turn); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// A host looks twice a second whether it was stalled, and tells a master's owner
// four times a second that the protocol lives.
func TestTurnWaits(t *testing.T) {
	h := newTurner(t, 100)
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	if until, _ := h.turn(now); until.Sub(now) != 500*time.Millisecond {
		t.Errorf("a backup waits %v", until.Sub(now))
	}
	now = now.Add(4 * time.Second)
	if until, _ := h.turn(now); until.Sub(now) != 250*time.Millisecond {
		t.Errorf("a master waits %v", until.Sub(now))
	}
}

func BenchmarkTurn(b *testing.B) {
	for name, turn := range hotPaths(b) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				turn()
			}
		})
	}
}

func hotPaths(t testing.TB) map[string]func() {
	backup, master := newTurner(t, 100), newTurner(t, 255)
	better, worse := advertFrom(t, 200), advertFrom(t, 50)
	now := time.Now()
	return map[string]func(){
		"in":       func() { backup.hear(better) },
		"answered": func() { master.hear(worse) },
		"out": func() {
			now = now.Add(time.Second)
			master.mu.Lock()
			master.turn(now)
			master.renewals = master.renewals[:0]
			master.mu.Unlock()
		},
	}
}

// A wish that is overtaken before it began is not carried out: nothing must be
// acquired after priority 0 has been said. Giving back always is.
func TestOvertakenWishIsSkipped(t *testing.T) {
	h := newTurner(t, 100)
	for _, tt := range []struct{ wishes, want []OutputKind }{
		{[]OutputKind{OutputAcquire, OutputRelease}, []OutputKind{OutputRelease}},
		{[]OutputKind{OutputRelease, OutputAcquire}, []OutputKind{OutputRelease, OutputAcquire}},
		{[]OutputKind{OutputAcquire, OutputAnnounce}, []OutputKind{OutputAcquire, OutputAnnounce}},
		{[]OutputKind{OutputAnnounce, OutputRelease}, []OutputKind{OutputRelease}},
		{[]OutputKind{OutputAcquire, OutputRelease, OutputAnnounce}, []OutputKind{OutputRelease}},
	} {
		h.net.calls = nil
		c := h.router.owner
		h.mu.Lock()
		c.next = wish{set: true, kind: tt.wishes[0]}
		c.advance()
		first := c.current // whose goroutine has been started, and does not run yet
		for i, kind := range tt.wishes[1:] {
			c.want(kind, uint32(i+1))
		}
		h.mu.Unlock()
		h.calls.Add(1)
		c.run(first)
		var want []string
		for _, kind := range tt.want {
			want = append(want, callName(kind))
		}
		if !slices.Equal(h.net.calls, want) {
			t.Errorf("wishes %v: calls %v, want %v", tt.wishes, h.net.calls, want)
		}
	}
}
