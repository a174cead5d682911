package packet

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// carriers are the ways a message can come.
var carriers = []struct{ src, dst netip.Addr }{
	{src4, GroupIPv4},
	{src4, peer4},
	{src6, GroupIPv6},
	{netip.MustParseAddr("2001:db8:1::1"), netip.MustParseAddr("2001:db8:1::2")},
}

// canonical clears in b what receivers must ignore and senders do not write:
// the reserved bits of version 3 (V3-PKT-03), authentication data without a
// password (V2-PKT-04), and the checksum, whose zero has two spellings.
func canonical(b []byte) []byte {
	b = slices.Clone(b)
	if Version(b[0]>>4) == V3 {
		b[4] &= 0x0f
	} else if AuthType(b[4]) != AuthPassword {
		clear(b[len(b)-authLen:])
	}
	b[6], b[7] = 0, 0
	return b
}

// FuzzParse: V3-PKT-08. No message makes Parse panic or read beyond it, and
// one that it accepts is encoded again as it came.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.pcap")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		for _, p := range vrrpPackets(f, strings.TrimSuffix(filepath.Base(file), ".pcap")) {
			for i := range carriers {
				f.Add(p.Payload, uint8(i), false)
			}
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, how uint8, fix bool) {
		c := carriers[int(how)%len(carriers)]
		if fix && len(b) >= headerLen {
			b = slices.Clone(b) // a fuzzer does not guess checksums
			binary.BigEndian.PutUint16(b[6:], checksum(b, c.src, c.dst, PseudoHeader))
			if Version(b[0]>>4) == V2 {
				binary.BigEndian.PutUint16(b[6:], checksum(b, c.src, c.dst, MessageOnly))
			}
		}
		var a Advert
		form, err := a.Parse(slices.Clip(b), c.src, c.dst)
		if err != nil {
			return
		}
		again, err := a.Append(nil, c.src, c.dst, form)
		if err != nil {
			t.Fatalf("%v was accepted but cannot be sent: %v", a, err)
		}
		if !bytes.Equal(canonical(b), canonical(again)) {
			t.Errorf("got\n%x, want\n%x", again, b)
		}
		if bytes.Equal(b[:6], again[:6]) && bytes.Equal(b[8:], again[8:]) && !bytes.Equal(b, again) && !bytes.Equal(b[6:8], []byte{0xff, 0xff}) {
			t.Errorf("checksum %x, want %x", again[6:8], b[6:8])
		}
		var twice Advert
		if _, err := twice.Parse(again, c.src, c.dst); err != nil || !cmp.Equal(a, twice, cmpopts.EquateComparable(netip.Addr{})) {
			t.Errorf("parsed again: %v, %v, want %v", twice, err, a)
		}
	})
}

// TestRoundTrip: V3-PKT-08. What is appended is parsed as it was, with the
// checksum form that was chosen.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(carriers).Draw(t, "carrier")
		a := Advert{
			Version:  V3,
			VRID:     rapid.Uint8Min(1).Draw(t, "vrid"),
			Priority: rapid.Uint8().Draw(t, "priority"),
		}
		if c.src.Is4() && rapid.Bool().Draw(t, "v2") {
			a.Version = V2
			a.Interval = time.Duration(rapid.IntRange(1, 255).Draw(t, "seconds")) * time.Second
			a.AuthType = rapid.SampledFrom([]AuthType{AuthNone, AuthPassword, AuthHeader}).Draw(t, "auth")
			if a.AuthType == AuthPassword {
				a.Auth = PasswordAuth(rapid.StringN(0, 10, -1).Draw(t, "password"))
			}
		} else {
			a.Interval = time.Duration(rapid.IntRange(1, 4095).Draw(t, "centiseconds")) * centisecond
		}
		size := addrLen(c.src.Is6())
		for range rapid.IntRange(1, MaxAddresses).Draw(t, "addresses") {
			addr, _ := netip.AddrFromSlice(rapid.SliceOfN(rapid.Byte(), size, size).Draw(t, "address"))
			a.Addresses = append(a.Addresses, addr)
		}
		form := rapid.SampledFrom([]ChecksumForm{MessageOnly, PseudoHeader, PseudoHeaderGroup}).Draw(t, "form")

		b, err := a.Append(nil, c.src, c.dst, form)
		if err != nil {
			t.Fatal(err)
		}
		want := form
		switch {
		case a.Version == V2:
			want = MessageOnly
		case c.src.Is6():
			want = PseudoHeader
		case form == PseudoHeaderGroup && c.dst == GroupIPv4:
			want = PseudoHeader // the same sum
		}
		var got Advert
		gotForm, err := got.Parse(b, c.src, c.dst)
		if err != nil || gotForm != want {
			t.Fatalf("%v, %v, want %v", gotForm, err, want)
		}
		if diff := cmp.Diff(a, got, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
			t.Fatalf("-want +got:\n%s", diff)
		}
	})
}

// FuzzAuthentication: whatever comes with an Authentication Header or a trailer,
// nothing panics, only what was signed verifies, and what is signed does.
func FuzzAuthentication(f *testing.F) {
	for _, name := range []string{"v2-ah", "v2-ah-unicast"} {
		for _, p := range vrrpPackets(f, name) {
			f.Add(p.Payload, uint32(1), uint16(1), uint8(255))
		}
	}
	f.Add([]byte{}, uint32(0), uint16(0), uint8(0))
	ah, other := NewAH("s3cret99"), NewAH("s3cret98")
	keys := NewHMAC(map[uint8][]byte{1: make([]byte, 32), 2: make([]byte, 64)}, 2)
	src, dst := netip.MustParseAddr("192.0.2.1"), GroupIPv4
	f.Fuzz(func(t *testing.T, b []byte, seq uint32, id uint16, ttl uint8) {
		ip := IPv4Header{Source: src, Destination: dst, ID: id, TTL: ttl}
		if _, _, err := ah.Verify(b, ip); err == nil {
			t.Errorf("%x verifies", b)
		}
		signed := ah.Append(nil, b, ip, seq)
		if n, message, err := ah.Verify(signed, ip); err != nil || n != seq || !bytes.Equal(message, b) {
			t.Errorf("signed as %x: %d, %x, %v", signed, n, message, err)
		}
		if _, _, err := other.Verify(signed, ip); err == nil {
			t.Error("verifies with another key")
		}
		message, trailer := CutTrailer(b, false)
		if len(message)+len(trailer) != len(b) {
			t.Errorf("cut into %d and %d of %d bytes", len(message), len(trailer), len(b))
		}
		if trailer != nil {
			if _, err := keys.Verify(message, trailer, src); err == nil {
				t.Errorf("%x verifies", b)
			}
		}
		if len(b) < headerLen {
			return
		}
		stamp, err := keys.Verify(b, keys.Append(nil, b, src, Stamp(seq)), src)
		if err != nil || stamp != Stamp(seq) {
			t.Errorf("signed %x: %v, %v", b, stamp, err)
		}
	})
}
