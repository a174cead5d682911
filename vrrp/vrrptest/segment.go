// Package vrrptest is a network segment in memory, to test failover in-process:
// without root, and inside a testing/synctest bubble in virtual time, exact to
// the nanosecond.
//
//	seg := vrrptest.NewSegment()
//	a := vrrp.NewHost(vrrp.HostConfig{Network: seg.Attach("192.0.2.1")})
//	b := vrrp.NewHost(vrrp.HostConfig{Network: seg.Attach("192.0.2.2")})
//
// A segment must be made inside the bubble that uses it. All methods may be called
// from any goroutine.
package vrrptest

import (
	"slices"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

// DefaultDelay is how long a packet travels unless SetDelay says otherwise. It
// is not zero, because two hosts that act in the same instant would then act in
// no defined order.
const DefaultDelay = 100 * time.Microsecond

// Segment is a LAN. All methods may be called from any goroutine; a change
// applies to packets that are sent after it.
type Segment struct {
	mu    sync.Mutex
	delay time.Duration
	ports []*Port
	lost  map[[2]*Port]bool // from, to
	taps  []func(Frame)
}

// Frame is a packet on the segment, as a Tap sees it.
type Frame struct {
	vrrp.Packet       // At is when it was sent
	From        *Port // who sent it
	Lost        bool  // it reached nobody
}

// NewSegment returns a segment without ports that loses nothing.
func NewSegment() *Segment {
	return &Segment{delay: DefaultDelay, lost: map[[2]*Port]bool{}}
}

// Attach connects a new host, whose interface has the given addresses, and
// returns its port: the Network for its vrrp.Host. The interface answers to
// whatever name a router's Config gives it. Attach panics on an address that
// cannot be parsed.
func (s *Segment) Attach(addrs ...string) *Port {
	p := &Port{segment: s, up: true, down: map[string]bool{}, addrs: parse(addrs), woken: make(chan struct{}, 1), changed: make(chan struct{}, 1)}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ports = append(s.ports, p)
	return p
}

// Cut isolates a port: nothing reaches it or leaves it, but its link stays up, as
// when the switch behind it dies, or its machine loses power. It holds for
// injected packets and for ports attached later, too, and until Heal.
func (s *Segment) Cut(p *Port) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.cut = true
}

// Partition separates the given ports from all others. Ports attached later, and
// injected packets, are on both sides.
func (s *Segment) Partition(side ...*Port) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range side {
		for _, q := range s.ports {
			if !slices.Contains(side, q) {
				s.lost[[2]*Port{p, q}] = true
				s.lost[[2]*Port{q, p}] = true
			}
		}
	}
}

// Lose makes everything from one port to another get lost, or arrive again. The
// other direction is not affected.
func (s *Segment) Lose(from, to *Port, lose bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost[[2]*Port{from, to}] = lose
}

// Heal undoes every Cut, Partition and Lose.
func (s *Segment) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.lost)
	for _, p := range s.ports {
		p.cut = false
	}
}

// SetDelay sets how long packets travel from now on.
func (s *Segment) SetDelay(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = d
}

// Tap calls f for every packet sent from now on, in order. f must not block, nor
// call methods of the segment, of ports, or of the routers and hosts on them,
// nor change the payload: it runs while they hold their locks.
func (s *Segment) Tap(f func(Frame)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taps = append(s.taps, f)
}

// Inject sends a packet as if a host that runs no router had sent it: pkt's
// destination decides who hears it.
func (s *Segment) Inject(pkt vrrp.Packet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.send(nil, pkt)
}

// send delivers pkt to every link that listens to its destination. Called with
// mu held.
func (s *Segment) send(from *Port, pkt vrrp.Packet) {
	now := time.Now()
	pkt.Payload = slices.Clone(pkt.Payload)
	frame := Frame{Packet: pkt, From: from, Lost: true}
	frame.At = now
	pkt.At = now.Add(s.delay)
	for _, to := range s.ports {
		if to == from || !to.up || s.loses(from, to) {
			continue
		}
		for _, l := range to.links {
			if l.hears(pkt.Destination) {
				l.inbox = append(l.inbox, pkt)
				frame.Lost = false
				to.notify()
			}
		}
	}
	for _, tap := range s.taps {
		tap(frame)
	}
}

// loses reports whether what one port sends does not reach another. From is nil
// for what is injected.
func (s *Segment) loses(from, to *Port) bool {
	return to.cut || from != nil && from.cut || s.lost[[2]*Port{from, to}]
}
