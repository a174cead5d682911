package packet

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"
)

var hmacKeys = map[uint8][]byte{1: bytes.Repeat([]byte{0xab}, 32), 7: bytes.Repeat([]byte{0xcd}, 64)}

func hmacMessage(t *testing.T, src string) (message []byte, from netip.Addr) {
	t.Helper()
	from = netip.MustParseAddr(src)
	a := Advert{Version: V3, VRID: 66, Priority: 150, Interval: time.Second, Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.100")}}
	to := GroupIPv4
	if from.Is6() {
		a.Addresses[0], to = netip.MustParseAddr("fe80::100"), GroupIPv6
	}
	message, err := a.Append(nil, from, to, PseudoHeader)
	if err != nil {
		t.Fatal(err)
	}
	return message, from
}

// The trailer is put together here by hand, once more.
func TestHMACTrailer(t *testing.T) {
	at := time.Unix(0x66554433, int64(time.Second/2))
	for _, tt := range []struct{ src, pseudo string }{
		{"192.0.2.1", "04034200c0000201000000000000000000000000"},
		{"fe80::1", "06034200fe800000000000000000000000000001"},
	} {
		message, src := hmacMessage(t, tt.src)
		h := NewHMAC(hmacKeys, 7)
		got := h.Append(nil, message, src, StampAt(at, 0))
		head, _ := hex.DecodeString("01070000" + "66554433" + "8000" + "0000")
		signed, _ := hex.DecodeString(tt.pseudo)
		plain := slices.Clone(message)
		plain[6], plain[7] = 0, 0
		mac := hmac.New(sha256.New, hmacKeys[7])
		mac.Write(slices.Concat(signed, plain, head, make([]byte, 16)))
		if want := append(head, mac.Sum(nil)[:16]...); !bytes.Equal(got, want) {
			t.Errorf("%s: got %x, want %x", tt.src, got, want)
		}
	}
}

func TestHMACVerify(t *testing.T) {
	for _, from := range []string{"192.0.2.1", "fe80::1"} {
		message, src := hmacMessage(t, from)
		sender, receiver := NewHMAC(hmacKeys, 7), NewHMAC(hmacKeys, 1) // in the middle of a change of keys
		b := sender.Append(slices.Clone(message), message, src, 99)
		check := func(what string, b []byte, src netip.Addr, want error) {
			t.Helper()
			m, trailer := CutTrailer(b, src.Is6())
			stamp, err := receiver.Verify(m, trailer, src)
			if !errors.Is(err, want) || want == nil && stamp != 99 || want != nil && stamp != 0 {
				t.Errorf("%s: %v, %v, want %v", what, stamp, err, want)
			}
			if want == ErrHMACKey && err.Error() != "vrrp packet: unknown HMAC key: got 2" {
				t.Errorf("%s: %v", what, err)
			}
		}
		check("as sent", b, src, nil)
		check("other source", b, src.Next(), ErrHMAC)
		edit := func(at int, value byte) []byte {
			b := slices.Clone(b)
			b[at] = value
			return b
		}
		check("checksum", edit(6, 0), src, nil)
		check("priority", edit(2, 0), src, ErrHMAC)
		check("type", edit(len(message), 2), src, ErrHMACMalformed)
		check("key", edit(len(message)+1, 2), src, ErrHMACKey)
		check("reserved", edit(len(message)+3, 1), src, ErrHMACMalformed)
		check("reserved too", edit(len(message)+2, 1), src, ErrHMACMalformed)
		check("stamp", edit(len(message)+8, 1), src, ErrHMAC)
		check("digest", edit(len(b)-1, b[len(b)-1]+1), src, ErrHMAC)
		if m, trailer := CutTrailer(b[:len(b)-1], src.Is6()); trailer != nil || len(m) != len(b)-1 {
			t.Error("cut a trailer from a message that has none")
		}
		check("none", message, src, ErrHMACMalformed)
	}
}

func TestStamp(t *testing.T) {
	at := time.Unix(100, 0)
	s := StampAt(at, 0)
	for i, want := range []Stamp{s + 1, s + 2, StampAt(at.Add(time.Second), 0)} {
		now := at
		if i == 2 {
			now = at.Add(time.Second)
		}
		if s = StampAt(now, s); s != want {
			t.Errorf("%d: %x, want %x", i, s, want)
		}
	}
	back := StampAt(at.Add(-time.Hour), s) // a clock that was set
	if back != s+1 || !back.After(s) || s.After(back) || s.After(s) {
		t.Errorf("%x behind %x", back, s)
	}
	if s := StampAt(time.Unix(0, 0), 1); s != 2 {
		t.Errorf("%x behind 1, in the first second of all", s)
	}
	if !Stamp(1).After(^Stamp(0)) {
		t.Error("no serial arithmetic")
	}
	if s.Age(at.Add(6*time.Second)) != 5*time.Second || s.Age(at) != -time.Second {
		t.Errorf("age %v, %v", s.Age(at.Add(6*time.Second)), s.Age(at))
	}
}
