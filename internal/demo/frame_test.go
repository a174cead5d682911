package demo

import (
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// frames are what nodes put on their cables: Ethernet, IP, payload.
var frames = map[string][]byte{
	"advert": frame("01005e000012 020000000100 0800", "45c00020 00000000 ff700000 c0000201 e0000012",
		advert(packet.V3, "192.0.2.1", "224.0.0.18", "192.0.2.100")),
	"advert behind an authentication header": frame("01005e000012 020000000100 0800", "45c00040 00000000 ff330000 c0000201 e0000012",
		append(unhex("70040000 00000000 00000001 000000000000000000000000"), advert(packet.V2, "192.0.2.1", "224.0.0.18", "192.0.2.100")...)),
	"advert over IPv6": frame("333300000012 020000000100 86dd", "6c000000 0018 70 ff fe800000000000000000000000000001 ff020000000000000000000000000012",
		advert(packet.V3, "fe80::1", "ff02::12", "fe80::100")),
	"answer":             frame("020000000300 020000000100 0800", "45000024 00000000 40010000 c0000264 c0000203", append(unhex("0000 0000 0001 0002"), echoData(77)...)),
	"answer of another":  frame("020000000300 020000000100 0800", "45000024 00000000 40010000 c0000265 c0000203", append(unhex("0000 0000 0001 0002"), echoData(77)...)),
	"question":           frame("020000000100 020000000300 0800", "45000024 00000000 40010000 c0000264 c0000203", append(unhex("0800 0000 0001 0002"), echoData(77)...)),
	"ARP":                unhex("ffffffffffff 020000000100 0806 0001 0800 06 04 0001 020000000100 c0000264 000000000000 c0000264"),
	"advert, broken off": frame("01005e000012 020000000100 0800", "45c00028 00000000 ff700000 c0000201 e0000012", unhex("3133")),
}

func frame(ethernet, ip string, payload []byte) []byte {
	return append(unhex(ethernet+ip), payload...)
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

func advert(v packet.Version, src, dst, vip string) []byte {
	a := packet.Advert{Version: v, VRID: 51, Priority: 120, Interval: time.Second, Addresses: []netip.Addr{netip.MustParseAddr(vip)}}
	b, err := a.Append(nil, netip.MustParseAddr(src), netip.MustParseAddr(dst), packet.PseudoHeader)
	if err != nil {
		panic(err)
	}
	return b
}

func TestRead(t *testing.T) {
	v4, v6 := netip.MustParseAddr("192.0.2.100"), netip.MustParseAddr("2001:db8::100")
	advertised := sight{kind: sawAdvert, priority: 120, interval: time.Second}
	for _, c := range []struct {
		frame   string
		address netip.Addr
		vrid    uint8
		want    sight
		ok      bool
	}{
		{"advert", v4, 51, advertised, true},
		{"advert", v4, 52, sight{}, false},
		{"advert", v6, 51, sight{}, false},
		{"advert behind an authentication header", v4, 51, advertised, true},
		{"advert over IPv6", v6, 51, advertised, true},
		{"advert over IPv6", v4, 51, sight{}, false},
		{"answer", v4, 51, sight{kind: sawAnswer, seq: 77}, true},
		{"answer of another", v4, 51, sight{}, false},
		{"question", v4, 51, sight{}, false},
		{"ARP", v4, 51, sight{}, false},
		{"advert, broken off", v4, 51, sight{}, false},
	} {
		got, ok := read(frames[c.frame], c.address, c.vrid)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%s, VRID %d: %+v %v, want %+v %v", c.frame, c.vrid, got, ok, c.want, c.ok)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, b := range frames {
		f.Add(b)
	}
	address := netip.MustParseAddr("192.0.2.100")
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, ok := read(b, address, 51); ok && s.kind == sawAdvert && s.interval <= 0 {
			t.Errorf("an advertisement every %v", s.interval)
		}
	})
}
