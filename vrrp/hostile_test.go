package vrrp_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// badLink is a link with something wrong, over a good one.
type badLink struct {
	vrrp.Link
	recv func([]vrrp.Packet) (int, error)
	send func([]vrrp.Packet) (int, error)
}

func (l *badLink) Recv(ps []vrrp.Packet) (int, error) {
	if l.recv != nil {
		return l.recv(ps)
	}
	return l.Link.Recv(ps)
}

func (l *badLink) Send(ps []vrrp.Packet) (int, error) {
	if l.send != nil {
		return l.send(ps)
	}
	return l.Link.Send(ps)
}

// badNetwork hands out a badLink, which is always ready.
type badNetwork struct {
	*vrrptest.Port
	link    badLink
	opening time.Duration // that opening another interface than eth0 takes
}

func (n *badNetwork) Open(cfg vrrp.LinkConfig) (l vrrp.Link, err error) {
	if cfg.Interface != "eth0" {
		time.Sleep(n.opening)
		return n.Port.Open(cfg)
	}
	n.link.Link, err = n.Port.Open(cfg)
	return &n.link, err
}

func (n *badNetwork) Wait(until, quiet time.Time, ready []vrrp.Link) []vrrp.Link {
	if n.link.recv == nil {
		ready = n.Port.Wait(until, quiet, ready)
		return append(ready[:0], &n.link)
	}
	time.Sleep(time.Millisecond)
	return append(ready, &n.link)
}

// run runs an address owner over n for ten seconds.
func (n *badNetwork) run(t *testing.T, o vrrp.Owner, log *bytes.Buffer) vrrp.Snapshot {
	t.Helper()
	h := vrrp.NewHost(vrrp.HostConfig{Network: n, Logger: slog.New(slog.NewTextHandler(log, nil))})
	r, err := h.Add(vrrp.Config{Interface: "eth0", VRID: 51, Priority: 255, Addresses: prefixes("192.0.2.100/24"), Owner: o})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 9500*time.Millisecond)
	defer cancel()
	if err := h.Run(ctx); err != nil {
		t.Error(err)
	}
	return r.Snapshot()
}

// A flood that never lets the socket run empty does not keep advertisements from
// leaving on time.
func TestFlood(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		n := &badNetwork{Port: b.seg.Attach("192.0.2.1")}
		junk := vrrp.Packet{Payload: []byte{1, 2, 3}, Source: netip.MustParseAddr("192.0.2.66"), Destination: packet.GroupIPv4, TTL: 255}
		n.link.recv = func(ps []vrrp.Packet) (int, error) {
			time.Sleep(time.Duration(len(ps)) * 100 * time.Microsecond) // it keeps us busy
			for i := range ps {
				ps[i] = junk
			}
			return len(ps), nil
		}
		var log bytes.Buffer
		if s := n.run(t, nil, &log); s.Counters.AdvertsSent < 10 {
			t.Errorf("%d advertisements in 9.5 s", s.Counters.AdvertsSent)
		}
	})
}

// A socket that only fails is neither read for ever nor complained about for
// ever.
func TestBrokenReceive(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		n := &badNetwork{Port: b.seg.Attach("192.0.2.1")}
		n.link.recv = func([]vrrp.Packet) (int, error) { return 0, errors.New("input/output error") }
		var log bytes.Buffer
		if s := n.run(t, nil, &log); s.Counters.AdvertsSent != 11 { // 0, 1 .. 9 s, and priority 0
			t.Errorf("%d advertisements in 9.5 s", s.Counters.AdvertsSent)
		}
		if n := strings.Count(log.String(), "input/output error"); n != 1 {
			t.Errorf("complained %d times in 9.5 s", n)
		}
	})
}

// TX-05: what cannot be sent is counted and does not count as sent, nor as proof
// of life; the timer goes on.
func TestBrokenSend(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		n := &badNetwork{Port: b.seg.Attach("192.0.2.1")}
		n.link.send = func([]vrrp.Packet) (int, error) { return 0, errors.New("no buffer space") }
		var log bytes.Buffer
		j := &journal{}
		s := n.run(t, j, &log)
		if s.Counters.AdvertsSent != 0 || s.Counters.SendErrors != 11 || j.renews != 0 {
			t.Errorf("sent %d, errors %d, %d proofs of life", s.Counters.AdvertsSent, s.Counters.SendErrors, j.renews)
		}
		if n := strings.Count(log.String(), "no buffer space"); n != 1 {
			t.Errorf("complained %d times in 9.5 s", n)
		}
	})
}

// One peer that cannot be reached does not keep the others from hearing us.
func TestOnePeerUnreachable(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		n := &badNetwork{Port: b.seg.Attach("192.0.2.1")}
		peers := []netip.Addr{netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("192.0.2.3")}
		n.link.send = func(ps []vrrp.Packet) (int, error) {
			if ps[0].Destination == peers[0] {
				return 0, errors.New("no route to host")
			}
			return n.link.Link.Send(ps[:1])
		}
		heard := b.host("192.0.2.3")
		backup := heard.add(t, 100, func(c *vrrp.Config) { c.Peers = []netip.Addr{netip.MustParseAddr("192.0.2.1")} })
		h := vrrp.NewHost(vrrp.HostConfig{Network: n})
		r, err := h.Add(vrrp.Config{Interface: "eth0", VRID: 51, Priority: 255, Addresses: prefixes("192.0.2.100/24"), Peers: peers})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- h.Run(ctx) }()
		time.Sleep(9500 * time.Millisecond)
		wantState(t, backup, vrrp.Backup)
		if c := r.Snapshot().Counters; c.AdvertsSent != 10 || c.SendErrors != 10 {
			t.Errorf("sent %d, errors %d", c.AdvertsSent, c.SendErrors)
		}
		cancel()
		<-done
	})
}

// Law 8: a link that takes its time to open delays nobody's advertisements.
func TestSlowOpen(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		n := &badNetwork{Port: b.seg.Attach("192.0.2.1"), opening: time.Second}
		var last time.Time
		var gap time.Duration
		b.seg.Tap(func(f vrrptest.Frame) {
			if !last.IsZero() {
				gap = max(gap, f.At.Sub(last))
			}
			last = f.At
		})
		h := vrrp.NewHost(vrrp.HostConfig{Network: n})
		cfg := vrrp.Config{Interface: "eth0", VRID: 51, Priority: 255, Interval: 10 * time.Millisecond, Addresses: prefixes("192.0.2.100/24")}
		if _, err := h.Add(cfg); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- h.Run(ctx) }()
		time.Sleep(100 * time.Millisecond)
		cfg.Interface, cfg.Addresses = "eth1", prefixes("192.0.2.101/24")
		r, err := h.Add(cfg)
		if err != nil {
			t.Fatal(err)
		}
		wantState(t, r, vrrp.Master)
		cancel()
		<-done
		if gap > 10*time.Millisecond {
			t.Errorf("a gap of %v between advertisements", gap)
		}
	})
}

// Forged sources must not use up what the log remembers.
func TestComplaintsAreForgotten(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		var log bytes.Buffer
		h := b.host("192.0.2.1")
		h.add(t, 100, func(c *vrrp.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
		inject := func(n int) {
			a := wellFormed(vrrp.V3)
			p := vrrp.Packet{Source: netip.AddrFrom4([4]byte{10, 0, byte(n >> 8), byte(n)}), Destination: packet.GroupIPv4, TTL: 1}
			p.Payload, _ = a.Append(nil, p.Source, p.Destination, packet.MessageOnly)
			b.seg.Inject(p)
			time.Sleep(time.Millisecond)
		}
		for n := range 1000 {
			inject(n)
		}
		time.Sleep(time.Minute)
		inject(9999)
		h.stop()
		if n := strings.Count(log.String(), "from=10."); n > 20 {
			t.Errorf("a flood of forged sources makes %d lines", n)
		}
		if !strings.Contains(log.String(), "from=10.0.39.15") {
			t.Error("the last one is not logged")
		}
	})
}

// The addresses that routers do not send from are those of all routers, also of
// those added later; a link-local one belongs to one interface.
func TestSourceIsNobodysVirtualAddress(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		h := b.host("192.0.2.100", "192.0.2.1") // .100 was left by a crash
		first := h.add(t, 200, func(c *vrrp.Config) { c.Addresses = prefixes("192.0.2.50/24") })
		synctest.Wait()
		h.add(t, 200, func(c *vrrp.Config) { c.VRID = 52 })
		synctest.Wait()
		if s := first.Snapshot().Source; s != netip.MustParseAddr("192.0.2.1") {
			t.Errorf("sends from %v", s)
		}
	})
	inBubble(t, func(t *testing.T, b *bench) {
		h := b.host("fe80::1")
		r := h.add(t, 255, func(c *vrrp.Config) { c.Interface = "eth1"; c.Addresses = prefixes("fe80::5e:100/64") })
		h.add(t, 100, func(c *vrrp.Config) { c.Interface, c.VRID = "eth2", 52; c.Addresses = prefixes("fe80::1/64") })
		time.Sleep(time.Second)
		wantState(t, r, vrrp.Master)
	})
}
