package vrrp_test

import (
	"errors"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

func TestOpenInvalid(t *testing.T) {
	n, err := vrrp.NewNetwork(vrrp.NetworkConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	for name, cfg := range map[string]vrrp.LinkConfig{
		"no interface":      {Group: group4},
		"group not a group": {Interface: "lo", Group: netip.MustParseAddr("192.0.2.1")},
		"local is a group":  {Interface: "lo", Local: group6},
	} {
		if l, err := n.Open(cfg); err == nil {
			t.Errorf("%s: Open accepts %+v", name, cfg)
			_ = l.Close()
		}
	}
}

// TestOpenWithoutPrivilege opens links on a thread that may not.
func TestOpenWithoutPrivilege(t *testing.T) {
	n, err := vrrp.NewNetwork(vrrp.NetworkConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	for _, name := range []string{"lo", "no-such-if"} {
		result := make(chan error)
		go func() {
			runtime.LockOSThread()       // never unlocked: the thread ends with the goroutine
			var none [2]unix.CapUserData // version 3 takes two
			if err := unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &none[0]); err != nil {
				t.Error(err)
			}
			_, err := n.Open(vrrp.LinkConfig{Interface: name, Group: group4})
			result <- err
		}()
		err := <-result
		if !errors.Is(err, unix.EPERM) || !strings.Contains(err.Error(), "CAP_NET_RAW") {
			t.Errorf("Open on %s: %v, want EPERM and a word about CAP_NET_RAW", name, err)
		}
	}
}

func TestOpenBeforeTheInterface(t *testing.T) {
	_, a, b := pair(t)
	l := b.open(vrrp.LinkConfig{Interface: "eth7", Group: group4})
	if s := l.State(); s.Up || s.Why != "interface eth7 does not exist" {
		t.Errorf("state = %+v", s)
	}
	if n, err := l.Send([]vrrp.Packet{{Payload: advert3, Destination: group4}}); n != 0 || !errors.Is(err, unix.ENETDOWN) {
		t.Errorf("Send = %d, %v, want ENETDOWN", n, err)
	}
	b.nothing(l)
	b.AddLink("eth7", "lan", "192.0.2.7/24")
	b.until(l, "eth7", func(s vrrp.LinkState) bool { return s.Up && len(s.Addresses) == 1 })
	b.hears(l, a.open(vrrp.LinkConfig{Interface: "eth0", Group: group4}))
}

// TestUnicastAddressComesLater has the local address nowhere, then elsewhere on
// the host, then nowhere again.
func TestUnicastAddressComesLater(t *testing.T) {
	for _, local := range []string{"198.51.100.1", "2001:db8:9::1"} {
		_, _, b := pair(t)
		addr := netip.MustParseAddr(local)
		l := b.open(vrrp.LinkConfig{Interface: "eth0", Local: addr})
		if s := l.State(); s.Up || s.Why != "address "+local+" is on no interface" {
			t.Errorf("state = %+v, want down because of %s", s, local)
		}
		prefix := netip.PrefixFrom(addr, addr.BitLen()).String()
		b.IP("addr add " + prefix + " dev lo")
		b.until(l, "the address", up)
		b.IP("addr del " + prefix + " dev lo")
		b.until(l, "the address gone", func(s vrrp.LinkState) bool { return !s.Up })
		b.IP("addr add " + prefix + " dev eth0")
		b.until(l, "the address on the interface itself", up)
	}
}

// TestUnicastOnOneHost has two links on the loopback interface: each hears the
// other, but not itself.
func TestUnicastOnOneHost(t *testing.T) {
	_, _, b := pair(t)
	b.IP("addr add 127.0.0.2/8 dev lo", "addr add 2001:db8:f::1/128 dev lo", "addr add 2001:db8:f::2/128 dev lo")
	for _, addrs := range [][2]string{{"127.0.0.1", "127.0.0.2"}, {"2001:db8:f::1", "2001:db8:f::2"}} {
		one, two := netip.MustParseAddr(addrs[0]), netip.MustParseAddr(addrs[1])
		l1 := b.open(vrrp.LinkConfig{Interface: "lo", Local: one})
		l2 := b.open(vrrp.LinkConfig{Interface: "lo", Local: two})
		b.until(l2, "the second address", up)
		mine := vrrp.Packet{Payload: advert3, Source: one, Destination: one, TTL: 255}
		theirs := vrrp.Packet{Payload: advert3[:8], Source: two, Destination: one, TTL: 255}
		send(t, l1, mine)
		send(t, l2, theirs)
		got := b.recv(l1, 1)
		if len(got) != 1 || got[0].Source != two {
			t.Errorf("%v received %+v, want only what %v sent", one, got, two)
		}
		b.nothing(l1)
		b.nothing(l2)
	}
}

// TestTentativeAddressIsLeftOut: an IPv6 address counts once it has passed
// duplicate address detection, and that is seen at once (ENC-12).
func TestTentativeAddressIsLeftOut(t *testing.T) {
	_, _, b := pair(t)
	l := b.open(vrrp.LinkConfig{Interface: "eth0", Group: group6})
	b.Sysctl("net/ipv6/conf/eth0/accept_dad=1", "net/ipv6/conf/eth0/dad_transmits=1")
	fresh := netip.MustParseAddr("2001:db8::77")
	has := func(s vrrp.LinkState) bool { return slices.Contains(s.Addresses, fresh) }
	b.IP("addr add 2001:db8::77/64 dev eth0", "addr add 2001:db8::78/64 dev eth0 nodad")
	b.until(l, "the address without detection", func(s vrrp.LinkState) bool {
		return slices.Contains(s.Addresses, netip.MustParseAddr("2001:db8::78"))
	})
	if has(l.State()) {
		t.Error("a tentative address is shown")
	}
	b.until(l, "the end of detection", has)
}

// TestSendErrors: errors are told (TX-05), and do not outlive their cause.
func TestSendErrors(t *testing.T) {
	_, a, b := pair(t)
	l := a.open(vrrp.LinkConfig{Interface: "eth0", Group: group4})
	lb := b.open(vrrp.LinkConfig{Interface: "eth0", Group: group4})
	p := vrrp.Packet{Payload: advert3, Source: netip.MustParseAddr("192.0.2.1"), Destination: group4, TTL: 255}
	a.SetLink("eth0", false)
	if n, err := l.Send([]vrrp.Packet{p}); n != 0 || err == nil || !strings.Contains(err.Error(), "eth0") {
		t.Errorf("Send on an interface that is down = %d, %v, want an error that names it", n, err)
	}
	a.SetLink("eth0", true)
	a.until(l, "the interface back", up)
	b.hears(lb, l)
}

// TestStoppedPeer: a peer without a daemon answers "protocol unreachable",
// which is nobody's error (UC-08).
func TestStoppedPeer(t *testing.T) {
	lab, a, _ := pair(t)
	wire := lab.Capture()
	for _, to := range []string{"192.0.2.2", "2001:db8::2"} {
		local := netip.MustParseAddr(strings.TrimSuffix(to, "2") + "1")
		l := a.open(vrrp.LinkConfig{Interface: "eth0", Local: local})
		p := vrrp.Packet{Payload: advert3, Source: local, Destination: netip.MustParseAddr(to), TTL: 255}
		start := time.Now()
		send(t, l, p)
		wire.Wait(start, linkTimeout, "an ICMP error", func(f netlab.Frame) bool {
			v4 := len(f.Data) > 34 && f.Data[12] == 8 && f.Data[13] == 0 && f.Data[23] == 1 && f.Data[34] == 3
			v6 := len(f.Data) > 54 && f.Data[12] == 0x86 && f.Data[20] == 58 && (f.Data[54] == 4 || f.Data[54] == 1)
			return f.Host == "b" && (v4 || v6)
		})
		for range 3 {
			a.nothing(l)
			send(t, l, p)
		}
	}
}

// TestWaitUnderChange opens and closes links, sends, and changes interfaces,
// all at once and beside Wait.
func TestWaitUnderChange(t *testing.T) {
	_, a, b := pair(t)
	l := b.open(vrrp.LinkConfig{Interface: "eth0", Group: group4})
	la := a.open(vrrp.LinkConfig{Interface: "eth0", Group: group4})
	stop := make(chan struct{})
	done := make(chan struct{}, 3)
	go func() {
		for range 20 {
			b.Wake()
			_ = b.Do(func() error { _ = setUp("eth0", false); return setUp("eth0", true) })
		}
		close(stop)
		done <- struct{}{}
	}()
	go func() { // as Host.Add does
		for range 30 {
			if _, err := b.Open(vrrp.LinkConfig{Interface: "eth0", Group: group6}); err != nil {
				t.Error(err)
			}
		}
		done <- struct{}{}
	}()
	go func() {
		for {
			select {
			case <-stop:
				done <- struct{}{}
				return
			default:
				_, _ = la.Send([]vrrp.Packet{{Payload: advert3, Destination: group4, TTL: 255}})
			}
		}
	}()
	ps := make([]vrrp.Packet, 16)
	var ready []vrrp.Link
	for range 3 {
	wait:
		for {
			ready = b.Wait(time.Now().Add(10*time.Millisecond), time.Time{}, ready[:0])
			for _, r := range ready {
				if _, err := r.Recv(ps); err != nil {
					t.Error(err)
				}
			}
			select {
			case <-done:
				break wait
			default:
			}
		}
	}
	b.until(l, "the interface to settle", up)
}
