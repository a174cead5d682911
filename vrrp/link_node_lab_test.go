//go:build linux

package vrrp_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

const linkTimeout = 5 * time.Second

var (
	group4 = netip.MustParseAddr("224.0.0.18")
	group6 = netip.MustParseAddr("ff02::12")
)

// advert3 is a VRRPv3 advertisement for IPv4 with the checksum of RFC 9568.
var advert3 = []byte{0x31, 51, 150, 1, 0, 100, 0x76, 0x02, 192, 0, 2, 100}

// node is a lab host with the kernel's Network on it.
type node struct {
	*netlab.Host
	vrrp.Network
	t testing.TB
}

func newNode(t testing.TB, h *netlab.Host) *node {
	t.Helper()
	network, err := vrrp.NewNetwork(vrrp.NetworkConfig{Namespace: h.NS()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := network.Close(); err != nil {
			t.Errorf("closing the network of %s: %v", h.Name, err)
		}
	})
	return &node{h, network, t}
}

// pair is a lab of two nodes, a and b, on one wire.
func pair(t testing.TB) (lab *netlab.Lab, a, b *node) {
	t.Helper()
	lab = netlab.New(t)
	a = newNode(t, lab.Host("a", "192.0.2.1/24", "2001:db8::1/64"))
	b = newNode(t, lab.Host("b", "192.0.2.2/24", "2001:db8::2/64"))
	connect(a, b, "eth0")
	return lab, a, b
}

// connect waits until b hears a on dev: a switch begins to forward a little
// after there is a carrier.
func connect(a, b *node, dev string) {
	a.t.Helper()
	cfg := vrrp.LinkConfig{Interface: dev, Group: group4}
	from, to := a.open(cfg), b.open(cfg)
	a.until(from, dev, up)
	b.until(to, dev, up)
	b.hears(to, from)
	if err := errors.Join(from.Close(), to.Close()); err != nil {
		a.t.Error(err)
	}
}

func (n *node) open(cfg vrrp.LinkConfig) vrrp.Link {
	n.t.Helper()
	l, err := n.Open(cfg)
	if err != nil {
		n.t.Fatal(err)
	}
	return l
}

// hears sends from one link until another has received something.
func (n *node) hears(to, from vrrp.Link) {
	n.t.Helper()
	ps := make([]vrrp.Packet, 8)
	for end := time.Now().Add(linkTimeout); time.Now().Before(end); {
		send(n.t, from, vrrp.Packet{Payload: advert3, Destination: group4, TTL: 255})
		n.Wait(time.Now().Add(20*time.Millisecond), time.Time{}, nil)
		if m, err := to.Recv(ps); err != nil {
			n.t.Fatalf("%s: Recv: %v", n.Name, err)
		} else if m > 0 {
			return
		}
	}
	n.t.Fatalf("%s does not hear", n.Name)
}

// recv waits for want packets, and returns all that came.
func (n *node) recv(l vrrp.Link, want int) []vrrp.Packet {
	n.t.Helper()
	var got []vrrp.Packet
	for end := time.Now().Add(linkTimeout); len(got) < want; {
		ready := n.Wait(end, time.Time{}, nil)
		if len(ready) == 0 && !time.Now().Before(end) {
			n.t.Fatalf("%s received %d packets, want %d", n.Name, len(got), want)
		}
		if !slices.Contains(ready, l) {
			continue
		}
		ps := make([]vrrp.Packet, 8)
		m, err := l.Recv(ps)
		if err != nil {
			n.t.Fatalf("%s: Recv: %v", n.Name, err)
		}
		for _, p := range ps[:m] {
			p.Payload = slices.Clone(p.Payload)
			got = append(got, p)
		}
	}
	return got
}

// nothing sees that no packet waits, now that whatever was sent has arrived.
func (n *node) nothing(l vrrp.Link) {
	n.t.Helper()
	ps := make([]vrrp.Packet, 8)
	if m, err := l.Recv(ps); m != 0 || err != nil {
		n.t.Errorf("%s received %+v, %v, want nothing", n.Name, ps[:m], err)
	}
}

// until waits for a state.
func (n *node) until(l vrrp.Link, what string, ok func(vrrp.LinkState) bool) {
	n.t.Helper()
	start := time.Now()
	for !ok(l.State()) {
		if ready := n.Wait(start.Add(linkTimeout), time.Time{}, nil); len(ready) == 0 && time.Since(start) >= linkTimeout {
			n.t.Fatalf("waited for %s, state is %+v", what, l.State())
		}
	}
}

func up(s vrrp.LinkState) bool { return s.Up && s.Why == "" }

func send(t testing.TB, l vrrp.Link, ps ...vrrp.Packet) {
	t.Helper()
	if n, err := l.Send(ps); n != len(ps) || err != nil {
		t.Fatalf("Send = %d, %v, want %d", n, err, len(ps))
	}
}
