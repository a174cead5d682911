package vrrp_test

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

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
