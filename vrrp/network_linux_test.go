package vrrp_test

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
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

// frames sends Ethernet frames from a host.
func frames(t testing.TB, h *netlab.Host, list ...[]byte) {
	t.Helper()
	err := h.Do(func() error {
		fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		for _, f := range list {
			if err := unix.Sendto(fd, f, 0, &unix.SockaddrLinklayer{Ifindex: ifindex(t, fd, "eth0"), Halen: 6}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func ifindex(t testing.TB, fd int, name string) int {
	t.Helper()
	ifr, err := unix.NewIfreq(name)
	if err == nil {
		err = unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, ifr)
	}
	if err != nil {
		t.Fatal(err)
	}
	return int(ifr.Uint32())
}

// frame4 is an IPv4 packet to the group in an Ethernet frame. offset is its
// fragment field.
func frame4(options, payload []byte, offset uint16) []byte {
	f := []byte{0x01, 0, 0x5e, 0, 0, 0x12, 2, 0, 0, 0, 1, 0, 8, 0}
	h := make([]byte, 20, 60)
	h[0] = 0x40 | byte(5+len(options)/4)
	binary.BigEndian.PutUint16(h[2:], uint16(20+len(options)+len(payload)))
	binary.BigEndian.PutUint16(h[4:], 77)
	binary.BigEndian.PutUint16(h[6:], offset)
	h[8], h[9] = 255, 112
	copy(h[12:], []byte{192, 0, 2, 1, 224, 0, 0, 18})
	h = append(h, options...)
	var sum uint32
	for i := 0; i < len(h); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(h[i:]))
	}
	sum = sum>>16 + sum&0xffff
	binary.BigEndian.PutUint16(h[10:], ^uint16(sum>>16+sum))
	return append(append(f, h...), payload...)
}

// TestStrangeFrames: options, fragments, padding, and packets too short or too
// long for VRRP arrive as what they are (ENC-08, RX-06, RX-09).
func TestStrangeFrames(t *testing.T) {
	_, a, b := pair(t)
	l := b.open(vrrp.LinkConfig{Interface: "eth0", Group: group4})
	long := make([]byte, 1400)
	tests := []struct {
		name   string
		frames [][]byte
		want   []byte
	}{
		{"options", [][]byte{frame4([]byte{1, 1, 1, 0}, advert3, 0)}, advert3},
		{"forty bytes of options", [][]byte{frame4(make([]byte, 40), advert3, 0)}, advert3},
		{"padding", [][]byte{append(frame4(nil, advert3, 0), make([]byte, 30)...)}, advert3},
		{"one byte", [][]byte{frame4(nil, advert3[:1], 0)}, advert3[:1]},
		{"nothing", [][]byte{frame4(nil, nil, 0)}, []byte{}},
		{"long", [][]byte{frame4(nil, long, 0)}, long},
		{"two fragments", [][]byte{frame4(nil, advert3[:8], 1<<13), frame4(nil, advert3[8:], 1)}, advert3},
	}
	for _, tt := range tests {
		frames(t, a.Host, tt.frames...)
		got := b.recv(l, 1)
		if string(got[0].Payload) != string(tt.want) || got[0].Source.String() != "192.0.2.1" || got[0].TTL != 255 {
			t.Errorf("%s: received %+v, want payload %x", tt.name, got[0], tt.want)
		}
	}
}

// TestRandomBytes sends frames of random headers and payloads; the link goes on.
func TestRandomBytes(t *testing.T) {
	_, a, b := pair(t)
	l4 := b.open(vrrp.LinkConfig{Interface: "eth0", Group: group4})
	l6 := b.open(vrrp.LinkConfig{Interface: "eth0", Group: group6})
	la := a.open(vrrp.LinkConfig{Interface: "eth0", Group: group4})
	r := rand.New(rand.NewPCG(1, 2))
	random := func(n int) []byte {
		p := make([]byte, n)
		for i := range p {
			p[i] = byte(r.Uint32())
		}
		return p
	}
	ps := make([]vrrp.Packet, 64)
	total := 0
	for range netlab.Count(50, 2000) {
		var list [][]byte
		for range 10 {
			f := frame4(random(4*r.IntN(11)), random(r.IntN(200)), uint16(r.IntN(4))<<13>>uint(r.IntN(3)))
			six := append([]byte{0x33, 0x33, 0, 0, 0, 0x12, 2, 0, 0, 0, 1, 0, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 0, 112, byte(r.Uint32())},
				netip.MustParseAddr("fe80::ff:fe00:100").AsSlice()...)
			six = append(append(six, group6.AsSlice()...), random(r.IntN(200))...)
			binary.BigEndian.PutUint16(six[18:], uint16(len(six)-54))
			list = append(list, f, six, append(slices.Clone(f[:14]), random(20+r.IntN(100))...))
		}
		frames(t, a.Host, list...)
		for _, l := range []vrrp.Link{l4, l6} {
			n, err := l.Recv(ps)
			if err != nil {
				t.Fatal(err)
			}
			total += n
		}
	}
	if total == 0 {
		t.Error("nothing arrived at all")
	}
	for n := 1; n > 0; {
		n, _ = l4.Recv(ps)
	}
	send(t, la, vrrp.Packet{Payload: advert3, Destination: group4, TTL: 255})
	if got := b.recv(l4, 1); string(got[0].Payload) != string(advert3) {
		t.Errorf("after %d strange packets: received %+v", total, got)
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
