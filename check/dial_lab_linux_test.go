package check_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// TestTarget connects from one namespace to another, in each way that a Target
// can say, and looks at where connections come from.
func TestTarget(t *testing.T) {
	lab := netlab.New(t, netlab.NFT)
	a := lab.Host("a", "192.0.2.1/24", "192.0.2.11/24", "2001:db8::1/64")
	b := lab.Host("b", "192.0.2.2/24", "2001:db8::2/64")
	a.AddLink("eth1", "other", "198.51.100.1/24")
	peers := make(chan net.Addr, 10)
	closed := make(chan error, 10)
	var l net.Listener
	if err := b.Do(func() (err error) {
		l, err = net.Listen("tcp", ":80")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			peers <- c.RemoteAddr()
			_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
			_, err = c.Read(make([]byte, 1))
			closed <- err
			c.Close()
		}
	}()
	var udp *net.UDPConn
	if err := b.Do(func() (err error) {
		udp, err = net.ListenUDP("udp", &net.UDPAddr{Port: 53})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	go func() {
		buf := make([]byte, 100)
		for {
			n, from, err := udp.ReadFrom(buf)
			if err != nil {
				return
			}
			peers <- from
			_, _ = udp.WriteTo(buf[:n], from)
		}
	}()
	// Packets with mark 7 get no further than this.
	a.Run("nft", "table inet t { chain out { type filter hook output priority 0; meta mark 7 reject with tcp reset; }; }")

	a.Run("ip", "route", "add", "prohibit", "203.0.113.128/25")

	v4, v6 := netip.MustParseAddrPort("192.0.2.2:80"), netip.MustParseAddrPort("[2001:db8::2]:80")
	local := netip.MustParseAddrPort("[fe80::ff:fe00:200]:80") // of b's hardware address
	zoned := netip.AddrPortFrom(local.Addr().WithZone("eth0"), 80)
	for _, tt := range []struct {
		name string
		t    check.Target
		peer string // begins with; empty: the check fails
		want check.Reason
	}{
		{"prohibited", check.Target{Addr: netip.MustParseAddrPort("203.0.113.129:80")}, "", check.ReasonUnreachable},
		{"IPv4", check.Target{Addr: v4}, "192.0.2.1:", check.ReasonOK},
		{"IPv6", check.Target{Addr: v6}, "[2001:db8::1]:", check.ReasonOK},
		{"IPv4 in IPv6", check.Target{Addr: netip.AddrPortFrom(netip.AddrFrom16(v4.Addr().As16()), 80)}, "192.0.2.1:", check.ReasonOK},
		{"bindto", check.Target{Addr: v4, Source: netip.MustParseAddrPort("192.0.2.11:0")}, "192.0.2.11:", check.ReasonOK},
		{"bindto, IPv6", check.Target{Addr: v6, Source: netip.MustParseAddrPort("[2001:db8::1]:0")}, "[2001:db8::1]:", check.ReasonOK},
		{"bindto and bind_port", check.Target{Addr: v4, Source: netip.MustParseAddrPort("192.0.2.11:4711")}, "192.0.2.11:4711", check.ReasonOK},
		{"the same once more", check.Target{Addr: v4, Source: netip.MustParseAddrPort("192.0.2.11:4711")}, "192.0.2.11:4711", check.ReasonOK},
		{"bind_port alone", check.Target{Addr: v4, Source: netip.AddrPortFrom(netip.Addr{}, 4712)}, "192.0.2.1:4712", check.ReasonOK},
		{"bindto an address that is not ours", check.Target{Addr: v4, Source: netip.MustParseAddrPort("192.0.2.99:0")}, "", check.ReasonLocal},
		{"bind_if", check.Target{Addr: v4, Interface: "eth0"}, "192.0.2.1:", check.ReasonOK},
		{"bind_if to the wrong side", check.Target{Addr: v4, Interface: "eth1"}, "", check.ReasonTimeout},
		{"bind_if that does not exist", check.Target{Addr: v4, Interface: "eth9"}, "", check.ReasonLocal},
		{"fwmark", check.Target{Addr: v4, Mark: 6}, "192.0.2.1:", check.ReasonOK},
		{"fwmark that is rejected", check.Target{Addr: v4, Mark: 7}, "", check.ReasonRefused},
		{"link-local by zone", check.Target{Addr: zoned}, "[fe80::ff:fe00:100%", check.ReasonOK},
		{"link-local by bind_if", check.Target{Addr: local, Interface: "eth0"}, "[fe80::ff:fe00:100%", check.ReasonOK},
		{"no such neighbour", check.Target{Addr: netip.MustParseAddrPort("192.0.2.77:80")}, "", check.ReasonTimeout},
		{"no route", check.Target{Addr: netip.MustParseAddrPort("203.0.113.1:80")}, "", check.ReasonUnreachable},
	} {
		tt.t.Namespace = a.NS()
		c, err := check.NewTCP(check.TCPConfig{Target: tt.t})
		if err != nil {
			t.Fatal(err)
		}
		r := checkWithin(t, c, time.Second)
		if r.Reason != tt.want || r.OK != (tt.peer != "") {
			t.Errorf("%s: %+v", tt.name, r)
		}
		if !r.OK {
			continue
		}
		if peer := receive(t, peers); !strings.HasPrefix(fmt.Sprint(peer), tt.peer) {
			t.Errorf("%s: comes from %v", tt.name, peer)
		}
		if err := receive(t, closed); !errors.Is(err, io.EOF) {
			t.Errorf("%s: closed by %v, not by FIN", tt.name, err)
		}
	}

	for _, tt := range []struct {
		t    check.Target
		peer string
	}{
		{check.Target{Addr: netip.AddrPortFrom(v4.Addr(), 53), Source: netip.MustParseAddrPort("192.0.2.11:4713")}, "192.0.2.11:4713"},
		{check.Target{Addr: netip.AddrPortFrom(zoned.Addr(), 53)}, "[fe80::ff:fe00:100%"},
	} {
		tt.t.Namespace = a.NS()
		c, err := check.NewUDP(check.UDPConfig{Target: tt.t, RequireReply: true})
		if err != nil {
			t.Fatal(err)
		}
		if r := checkWithin(t, c, time.Second); !r.OK {
			t.Errorf("UDP %v: %+v", tt.t, r)
			continue
		}
		if peer := receive(t, peers); !strings.HasPrefix(fmt.Sprint(peer), tt.peer) {
			t.Errorf("UDP %v: comes from %v", tt.t, peer)
		}
	}
}

// receive does not wait for ever for what a server has seen.
func receive[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(10 * time.Second):
		t.Error("the server has seen nothing")
	}
	return v
}

// TestManyFromOneSource: a source address does not use up its ports: each
// destination has all of them.
func TestManyFromOneSource(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h", "192.0.2.1/24")
	h.Run("sysctl", "-qw", "net.ipv4.ip_local_port_range=40000 40009")
	source := netip.MustParseAddrPort("192.0.2.1:0")
	var listeners []net.Listener
	for i := range 30 {
		if err := h.Do(func() error {
			l, err := net.Listen("tcp", netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(1000+i)).String())
			listeners = append(listeners, l) // to be closed in the end: until then the connections linger
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, l := range listeners {
		addr := l.Addr().(*net.TCPAddr).AddrPort()
		c, err := check.NewTCP(check.TCPConfig{Target: check.Target{Addr: addr, Source: source, Namespace: h.NS()}})
		if err != nil {
			t.Fatal(err)
		}
		if r := c.Check(t.Context()); !r.OK {
			t.Errorf("%v: %+v", addr, r)
		}
		defer l.Close()
	}
}
