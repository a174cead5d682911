//go:build linux

package vrrp_test

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

func TestLinkRoundTrip(t *testing.T) {
	addr := netip.MustParseAddr
	tests := []struct {
		name     string
		a, b     vrrp.LinkConfig
		from, to netip.Addr
		wire     string // what tshark says of the first packet: ttl, class, id, sum, bytes
	}{
		{
			name: "IPv4 multicast",
			a:    vrrp.LinkConfig{Group: group4}, b: vrrp.LinkConfig{Group: group4},
			from: addr("192.0.2.1"), to: group4, wire: "255 0xc0 0x0001 1 32 01:00:5e:00:00:12",
		}, {
			name: "IPv6 multicast",
			a:    vrrp.LinkConfig{Group: group6}, b: vrrp.LinkConfig{Group: group6},
			from: addr("fe80::ff:fe00:100"), to: group6, wire: "255 0x000000c0   12 33:33:00:00:00:12",
		}, {
			name: "IPv4 unicast",
			a:    vrrp.LinkConfig{Local: addr("192.0.2.1")}, b: vrrp.LinkConfig{Local: addr("192.0.2.2")},
			from: addr("192.0.2.1"), to: addr("192.0.2.2"), wire: "255 0xc0 0x0001 1 32 02:00:00:00:02:00",
		}, {
			name: "IPv6 unicast",
			a:    vrrp.LinkConfig{Local: addr("2001:db8::1")}, b: vrrp.LinkConfig{Local: addr("2001:db8::2")},
			from: addr("2001:db8::1"), to: addr("2001:db8::2"), wire: "255 0x000000c0   12 02:00:00:00:02:00",
		}, {
			name: "IPv6 unicast, link-local",
			a:    vrrp.LinkConfig{Local: addr("fe80::ff:fe00:100")}, b: vrrp.LinkConfig{Local: addr("fe80::ff:fe00:200%eth0")},
			from: addr("fe80::ff:fe00:100"), to: addr("fe80::ff:fe00:200"), wire: "255 0x000000c0   12 02:00:00:00:02:00",
		}, {
			name: "source chosen by the kernel",
			a:    vrrp.LinkConfig{Group: group4}, b: vrrp.LinkConfig{Group: group4},
			to: group4, wire: "255 0xc0 0x0001 1 32 01:00:5e:00:00:12",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			netlab.Require(t, netlab.Tshark)
			lab, a, b := pair(t)
			wire := lab.Capture()
			tt.a.Interface, tt.b.Interface = "eth0", "eth0"
			la, lb := a.open(tt.a), b.open(tt.b)
			if !up(la.State()) || !up(lb.State()) {
				t.Fatalf("states %+v, %+v, want both up", la.State(), lb.State())
			}
			p := vrrp.Packet{Payload: advert3, Source: tt.from, Destination: tt.to, TTL: 255, TOS: 0xc0}
			q := p
			q.TTL, q.TOS = 3, 0x20
			q.Payload = append(slices.Clone(advert3), 1, 2, 3)
			time.Sleep(20 * time.Millisecond) // the kernel begins to stamp packets in the background
			start := time.Now()
			send(t, la, p, q, p)
			time.Sleep(50 * time.Millisecond) // the kernel's clock counts, not ours
			got := b.recv(lb, 3)
			b.nothing(lb)
			a.nothing(la) // of our own
			from := tt.from
			if !from.IsValid() {
				from = addr("192.0.2.1")
			}
			for i, g := range got {
				want := []vrrp.Packet{p, q, p}[i]
				if string(g.Payload) != string(want.Payload) || g.Source != from || g.Destination != tt.to ||
					g.TTL != want.TTL || g.TOS != want.TOS || g.Protocol != 112 {
					t.Errorf("packet %d is %+v, want %+v", i, g, want)
				}
				if from.Is4() && int(g.ID) != i+1 {
					t.Errorf("packet %d has ID %d, want %d", i, g.ID, i+1)
				}
				if age := g.At.Sub(start); age < -time.Millisecond || age > 40*time.Millisecond {
					t.Errorf("packet %d was received %v after it was sent", i, age)
				}
			}
			netlab.Eventually(t, linkTimeout, "the capture", func() bool { return len(wire.Adverts()) >= 3 })
			lines := wire.Tshark("-Y", "vrrp", "-T", "fields", "-E", "separator= ", "-e", "ip.ttl", "-e", "ipv6.hlim",
				"-e", "ip.dsfield", "-e", "ipv6.tclass", "-e", "ip.id", "-e", "ip.checksum.status", "-e", "ip.len", "-e", "ipv6.plen", "-e", "eth.dst")
			if len(lines) != 3 {
				t.Fatalf("tshark saw %q, want three packets", lines)
			}
			if squeeze(lines[0]) != squeeze(tt.wire) {
				t.Errorf("tshark saw %q, want %q", squeeze(lines[0]), squeeze(tt.wire))
			}
			if bad := wire.Tshark("-Y", "_ws.malformed && frame.len < 60 || ip.checksum.status == 0 || icmp || icmpv6.type < 128"); len(bad) != 0 {
				t.Errorf("tshark complains about %q", bad)
			}
		})
	}
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// ENC-09: TestLinkHearsOnlyItsOwn has four links on a host; each hears what is meant
// for it, and nothing else of what comes to the host.
func TestLinkHearsOnlyItsOwn(t *testing.T) {
	_, a, b := pair(t)
	a.AddLink("eth1", "other", "203.0.113.1/24")
	b.AddLink("eth1", "other", "203.0.113.2/24")
	connect(a, b, "eth1")
	other := netip.MustParseAddr("224.0.0.19")
	configs := []vrrp.LinkConfig{
		{Interface: "eth0", Group: group4},
		{Interface: "eth1", Group: group4},
		{Interface: "eth0", Group: other},
		{Interface: "eth0", Local: netip.MustParseAddr("192.0.2.2")},
	}
	var to []vrrp.Link
	for i, cfg := range configs {
		l := b.open(cfg)
		b.until(l, "link", up)
		to = append(to, l)
		dst := cfg.Group
		if !dst.IsValid() {
			dst = cfg.Local
			cfg.Local = netip.MustParseAddr("192.0.2.1")
		}
		from := a.open(cfg)
		a.until(from, "link", up)
		send(t, from, vrrp.Packet{Payload: []byte{byte(i), 0, 0, 0, 0, 0, 0, 0}, Destination: dst, TTL: 255})
	}
	for i, l := range to {
		if got := b.recv(l, 1); len(got) != 1 || got[0].Payload[0] != byte(i) {
			t.Errorf("link %d received %+v", i, got)
		}
		b.nothing(l)
	}
}

// ENC-10, UC-09: the group is joined while the link is open, and never by a
// unicast one.
func TestLinkMembership(t *testing.T) {
	_, _, b := pair(t)
	member := func(group string) bool { return strings.Contains(b.Run("ip", "maddr", "show", "dev", "eth0"), group) }
	// Those of pair's own links: a socket is closed after Close has returned.
	netlab.Eventually(t, linkTimeout, "no group", func() bool { return !member(group4.String()) && !member(group6.String()) })
	for _, local := range []string{"192.0.2.2", "2001:db8::2"} {
		b.open(vrrp.LinkConfig{Interface: "eth0", Local: netip.MustParseAddr(local)})
		if member(group4.String()) || member(group6.String()) {
			t.Errorf("a group is joined for unicast from %s", local)
		}
	}
	for _, group := range []netip.Addr{group4, group6} {
		l := b.open(vrrp.LinkConfig{Interface: "eth0", Group: group})
		if !member(group.String()) {
			t.Errorf("%v is not joined after Open", group)
		}
		for range 2 {
			if err := l.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		}
		netlab.Eventually(t, linkTimeout, "the group to be left", func() bool { return !member(group.String()) })
		if _, err := l.Send(make([]vrrp.Packet, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Send after Close: %v", err)
		}
		if _, err := l.Recv(make([]vrrp.Packet, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Recv after Close: %v", err)
		}
	}
}

// TestLinkState takes an interface through everything that can happen to it.
func TestLinkState(t *testing.T) {
	_, a, b := pair(t)
	la := a.open(vrrp.LinkConfig{Interface: "eth0", Group: group4})
	l4 := b.open(vrrp.LinkConfig{Interface: "eth0", Group: group4})
	l6 := b.open(vrrp.LinkConfig{Interface: "eth0", Group: group6})
	watched := b.open(vrrp.LinkConfig{Interface: "eth0"})
	wants := func(addrs ...string) func(vrrp.LinkState) bool {
		var want []netip.Addr
		for _, s := range addrs {
			want = append(want, netip.MustParseAddr(s))
		}
		return func(s vrrp.LinkState) bool { return slices.Equal(s.Addresses, want) }
	}
	why := func(text string) func(vrrp.LinkState) bool {
		return func(s vrrp.LinkState) bool { return !s.Up && s.Why == text }
	}
	type step struct {
		what string
		do   func()
		link vrrp.Link
		want func(vrrp.LinkState) bool
	}
	steps := []step{
		{"the first IPv4 address", func() {}, l4, wants("192.0.2.2")},
		{"the IPv6 addresses", func() {}, l6, wants("2001:db8::2", "fe80::ff:fe00:200")},
		{"two more addresses", func() {
			b.IP("addr add 192.0.2.100/32 dev eth0", "addr add 192.0.2.101/24 dev eth0")
		}, l4, wants("192.0.2.2", "192.0.2.100", "192.0.2.101")},
		{"one less", func() { b.IP("addr del 192.0.2.100/32 dev eth0") }, l4, wants("192.0.2.2", "192.0.2.101")},
		{"an MTU", func() { b.IP("link set eth0 mtu 1400") }, l4, func(s vrrp.LinkState) bool { return s.MTU == 1400 && s.Up }},
		{"administratively down", func() { b.SetLink("eth0", false) }, l4, why("administratively down")},
		{"up again", func() { b.SetLink("eth0", true) }, l4, up},
		{"no carrier", func() { b.SetPort("eth0", false) }, l4, why("no carrier")},
		{"a carrier again", func() { b.SetPort("eth0", true) }, l4, up},
		{"the interface gone", func() { b.IP("link del eth0") }, l4, why("interface eth0 does not exist")},
		{"the interface back", func() { b.AddLink("eth0", "lan", "192.0.2.22/24") }, l4, up},
		{"its new address", func() {}, l4, wants("192.0.2.22")},
		{"another name", func() { b.IP("link set eth0 down", "link set eth0 name other") }, l4, why("interface eth0 does not exist")},
		{"the old name", func() { b.IP("link set other name eth0", "link set eth0 up") }, l4, up},
	}
	b.hears(l4, la)
	for _, s := range steps {
		s.do()
		b.until(s.link, s.what, s.want)
		b.until(watched, s.what+", of a link without packets", func(st vrrp.LinkState) bool {
			like := l4.State()
			return st.Up == like.Up && st.Why == like.Why && st.Addresses == nil
		})
		if s.link == l4 && l4.State().Up {
			b.until(l4, "addresses", func(s vrrp.LinkState) bool { return len(s.Addresses) > 0 })
			b.hears(l4, la)
		}
	}
	b.until(l6, "the IPv6 link back", up)
	if n, err := watched.Recv(make([]vrrp.Packet, 1)); n != 0 || err != nil {
		t.Errorf("a link without packets received %d, %v", n, err)
	}
	if n, err := watched.Send([]vrrp.Packet{{}}); n != 0 || err == nil {
		t.Errorf("a link without packets sent %d, %v", n, err)
	}
}

// TestLinkReactionTime measures from the change itself to Wait's return.
func TestLinkReactionTime(t *testing.T) {
	_, _, b := pair(t)
	l := b.open(vrrp.LinkConfig{Interface: "eth0", Group: group4})
	var times []time.Duration
	for i := range 40 {
		done := make(chan time.Time, 1)
		go func() {
			err := b.Do(func() error { return setUp("eth0", i%2 == 1) })
			if err != nil {
				t.Error(err)
			}
			done <- time.Now()
		}()
		b.until(l, "a change", func(s vrrp.LinkState) bool { return s.Up == (i%2 == 1) })
		seen := time.Now()
		times = append(times, seen.Sub(<-done))
	}
	slices.Sort(times)
	t.Logf("link changes seen after: median %v, worst %v", times[len(times)/2], times[len(times)-1])
	if worst := times[len(times)-1]; worst > time.Second {
		t.Errorf("a change was seen after %v", worst)
	}
}

// setUp sets an interface administratively up or down, and returns when the
// kernel has done it.
func setUp(name string, up bool) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, ifr); err != nil {
		return err
	}
	flags := ifr.Uint16() &^ unix.IFF_UP
	if up {
		flags |= unix.IFF_UP
	}
	ifr.SetUint16(flags)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, ifr)
}
