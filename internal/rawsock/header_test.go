package rawsock

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"testing"
)

func TestPutHeader(t *testing.T) {
	addr := netip.MustParseAddr
	tests := []struct {
		name string
		p    Packet
		id   uint16
		want string
	}{
		{
			name: "multicast",
			p:    Packet{Payload: make([]byte, 20), Source: addr("192.0.2.1"), Destination: addr("224.0.0.18"), TTL: 255, TOS: 0xc0},
			id:   7,
			want: "45c00028" + "00070000" + "ff700000" + "c0000201" + "e0000012",
		},
		{
			name: "authentication header, source left to the kernel",
			p:    Packet{Payload: make([]byte, 300), Destination: addr("192.0.2.2"), Protocol: 51, TTL: 64},
			id:   0xfffe,
			want: "45000140" + "fffe0000" + "40330000" + "00000000" + "c0000202",
		},
	}
	for _, tt := range tests {
		h := [headerSize]byte{19: 0xff, 10: 0xff} // what an earlier packet left
		putHeader(&h, &tt.p, tt.id)
		if got := hex.EncodeToString(h[:]); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
		var p Packet
		if !parseHeader(append(h[:], tt.p.Payload...), &p) {
			t.Errorf("%s: does not parse", tt.name)
		}
		if p.TTL != tt.p.TTL || p.TOS != tt.p.TOS || p.ID != tt.id || p.Destination != tt.p.Destination ||
			len(p.Payload) != len(tt.p.Payload) {
			t.Errorf("%s: parsed as %+v", tt.name, p)
		}
	}
}

func TestParseHeader(t *testing.T) {
	const addrs = "c0000201" + "e0000012"
	tests := []struct {
		name, in, payload string
		ok                bool
	}{
		{"no payload", "45c00014" + "00010000" + "ff700000" + addrs, "", true},
		{"payload", "45c00016" + "00010000" + "ff700000" + addrs + "3133", "3133", true},
		{"options", "46c0001a" + "00010000" + "ff700000" + addrs + "94040000" + "3133", "3133", true},
		{"all options", "4fc0003e" + "00010000" + "ff700000" + addrs + "0101010101010101010101010101010101010101010101010101010101010101010101010101010100"[:80] + "3133", "3133", true},
		{"nothing", "", "", false},
		{"cut", "45c00014" + "00010000" + "ff700000" + addrs[:14], "", false},
		{"options cut", "47c00014" + "00010000" + "ff700000" + addrs + "94040000", "", false},
		{"header length too small", "44c00014" + "00010000" + "ff700000" + addrs, "", false},
		{"version", "65c00014" + "00010000" + "ff700000" + addrs, "", false},
	}
	for _, tt := range tests {
		in, err := hex.DecodeString(tt.in)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		var p Packet
		ok := parseHeader(in, &p)
		if ok != tt.ok {
			t.Errorf("%s: ok = %v, want %v", tt.name, ok, tt.ok)
		}
		if !ok {
			continue
		}
		if got := hex.EncodeToString(p.Payload); got != tt.payload {
			t.Errorf("%s: payload = %s, want %s", tt.name, got, tt.payload)
		}
		if p.Source.String() != "192.0.2.1" || p.Destination.String() != "224.0.0.18" || p.TTL != 255 || p.TOS != 0xc0 ||
			p.ID != 1 || p.Protocol != Protocol {
			t.Errorf("%s: parsed as %+v", tt.name, p)
		}
	}
}

func FuzzParseHeader(f *testing.F) {
	for _, s := range []string{"", "45", "45c0001400010000ff700000c0000201e0000012", "4fc0001400010000ff700000c0000201e0000012"} {
		b, _ := hex.DecodeString(s)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var p Packet
		if parseHeader(b, &p) && !bytes.HasSuffix(b, p.Payload) {
			t.Errorf("the payload of %x is %x", b, p.Payload)
		}
	})
}
