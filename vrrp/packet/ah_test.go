package packet

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"errors"
	"net/netip"
	"path/filepath"
	"slices"
	"testing"

	"github.com/vrrpkit/vrrpkit/internal/pcapfile"
)

// ahPackets returns what keepalived sent with an Authentication Header: IPv4
// payloads whole.
func ahPackets(t *testing.T, name string) (list []pcapfile.Packet) {
	frames, err := pcapfile.Read(filepath.Join("testdata", name+".pcap"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range frames {
		if p, ok := f.IP(); ok && p.Protocol == ProtocolAH {
			list = append(list, p)
		}
	}
	return list
}

func ipHeader(p pcapfile.Packet) IPv4Header {
	return IPv4Header{Source: p.Source, Destination: p.Destination, ID: p.ID, TTL: p.TTL}
}

// V2-AUTH-06, V2-AUTH-07, V2-AUTH-08: keepalived's headers hold, multicast and
// unicast, their numbers grow, and ours are the same byte for byte.
func TestAHCaptures(t *testing.T) {
	for name, count := range map[string]int{"v2-ah": 7, "v2-ah-unicast": 4} {
		t.Run(name, func(t *testing.T) {
			h := NewAH("s3cret99")
			list := ahPackets(t, name)
			if len(list) != count {
				t.Fatalf("%d packets, want %d", len(list), count)
			}
			var last uint32
			for _, p := range list {
				seq, message, err := h.Verify(p.Payload, ipHeader(p))
				if err != nil {
					t.Fatal(err)
				}
				if seq != last+1 {
					t.Errorf("number %d behind %d", seq, last)
				}
				last = seq
				if again := h.Append(nil, message, ipHeader(p), seq); !bytes.Equal(again, p.Payload) {
					t.Errorf("made again:\n%x, want\n%x", again, p.Payload)
				}
			}
		})
	}
}

// Whatever bit of a protected packet is wrong, it does not verify.
func TestAHRefuses(t *testing.T) {
	p := ahPackets(t, "v2-ah")[0]
	h := NewAH("s3cret99")
	check := func(what string, want error, key *AH, b []byte, ip IPv4Header) {
		t.Helper()
		if seq, message, err := key.Verify(b, ip); !errors.Is(err, want) || seq != 0 || message != nil {
			t.Errorf("%s: number %d, message %x, %v; want nothing and %v", what, seq, message, err, want)
		}
	}
	for bit := range len(p.Payload) * 8 {
		b := slices.Clone(p.Payload)
		b[bit/8] ^= 1 << (bit % 8)
		if _, _, err := h.Verify(b, ipHeader(p)); err == nil {
			t.Errorf("accepted with bit %d of byte %d wrong", bit%8, bit/8)
		}
	}
	check("other key", ErrAuth, NewAH("s3cret9"), p.Payload, ipHeader(p))
	check("truncated", ErrAuth, h, p.Payload[:len(p.Payload)-1], ipHeader(p))
	check("no message", ErrAuth, h, p.Payload[:AHLen], ipHeader(p))
	check("no header", ErrLength, h, p.Payload[:AHLen-1], ipHeader(p))
	check("IPsec", ErrLength, h, append([]byte{6}, p.Payload[1:]...), ipHeader(p))
	for what, edit := range map[string]func(*IPv4Header){
		"id":          func(ip *IPv4Header) { ip.ID++ },
		"TTL":         func(ip *IPv4Header) { ip.TTL-- },
		"source":      func(ip *IPv4Header) { ip.Source = netip.MustParseAddr("192.0.2.7") },
		"destination": func(ip *IPv4Header) { ip.Destination = netip.MustParseAddr("224.0.0.19") },
	} {
		ip := ipHeader(p)
		edit(&ip)
		check(what, ErrAuth, h, p.Payload, ip)
	}
}

// V2-AUTH-10: by the book the TTL is nobody's business, in multicast too.
func TestAHByTheBook(t *testing.T) {
	p := ahPackets(t, "v2-ah")[0]
	keepalived, book := NewAH("s3cret99"), NewAH("s3cret99")
	book.ByTheBook = true
	ip := ipHeader(p)
	if _, _, err := book.Verify(p.Payload, ip); !errors.Is(err, ErrAuth) {
		t.Errorf("keepalived's header: %v, want %v", err, ErrAuth)
	}
	_, message, err := keepalived.Verify(p.Payload, ip)
	if err != nil {
		t.Fatal(err)
	}
	made := book.Append(nil, message, ip, 1)
	// The IPv4 header as RFC 2402 section 3.3.3.1 has it, by hand.
	mac := hmac.New(md5.New, []byte("s3cret99"))
	mac.Write([]byte{0x45, 0, 0, byte(20 + len(made)), byte(ip.ID >> 8), byte(ip.ID), 0, 0, 0, ProtocolAH, 0, 0})
	mac.Write(ip.Source.AsSlice())
	mac.Write(ip.Destination.AsSlice())
	mac.Write(made[:12])
	mac.Write(make([]byte, 12))
	mac.Write(message)
	if want := mac.Sum(nil)[:12]; !bytes.Equal(made[12:24], want) {
		t.Errorf("digest %x, want %x", made[12:24], want)
	}
	ip.TTL--
	if _, _, err := book.Verify(made, ip); err != nil {
		t.Errorf("with another TTL: %v", err)
	}
}

func TestAHAllocates(t *testing.T) {
	p := ahPackets(t, "v2-ah")[0]
	h, ip, b := NewAH("s3cret99"), ipHeader(p), make([]byte, 0, 64)
	if n := testing.AllocsPerRun(100, func() {
		_, message, _ := h.Verify(p.Payload, ip)
		h.Append(b, message, ip, 7)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
