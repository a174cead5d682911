package packet

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vrrpkit/vrrpkit/internal/pcapfile"
)

// vrrpPackets returns the VRRP packets of a capture. An Authentication Header
// (24 bytes) is taken off.
func vrrpPackets(t testing.TB, name string) []pcapfile.Packet {
	t.Helper()
	frames, err := pcapfile.Read(filepath.Join("testdata", name+".pcap"))
	if err != nil {
		t.Fatal(err)
	}
	var ps []pcapfile.Packet
	for _, f := range frames {
		p, ok := f.IP()
		if !ok || p.Protocol != Protocol && p.Protocol != ProtocolAH {
			continue
		}
		if p.Protocol == ProtocolAH {
			p.Payload = p.Payload[24:]
		}
		ps = append(ps, p)
	}
	return ps
}

// describe writes an advertisement as the table of captures does.
func describe(a *Advert, form ChecksumForm) string {
	how := form.String()
	interval := fmt.Sprintf("%dcs", a.Interval/(10*time.Millisecond))
	if a.Version == V2 {
		how = a.AuthType.String()
		interval = a.Interval.String()
		if a.AuthType == AuthPassword {
			how += " " + string(bytes.TrimRight(a.Auth[:], "\x00"))
		}
	}
	return fmt.Sprintf("v%d %d/%d every %s, %s, %s", a.Version, a.VRID, a.Priority, interval, how,
		strings.Trim(fmt.Sprint(a.Addresses), "[]"))
}

// TestCaptures: V2-PKT-01 to 05, V3-PKT-01 to 08, CK-01 to 03, CK-07, GEN-10.
// What keepalived and FRR sent is decoded, and encoded again byte for byte.
func TestCaptures(t *testing.T) {
	files, err := filepath.Glob("testdata/*.pcap")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".pcap")
		if strings.HasPrefix(name, "synthetic-") {
			continue // below
		}
		t.Run(name, func(t *testing.T) {
			seen := map[string]int{}
			for _, p := range vrrpPackets(t, name) {
				var a Advert
				form, err := a.Parse(p.Payload, p.Source, p.Destination)
				what := fmt.Sprintf("%v > %v: ", p.Source, p.Destination)
				var refused *Error
				if errors.As(err, &refused) {
					seen[what+"refused: "+refused.Reason.String()]++
					continue
				}
				seen[what+describe(&a, form)]++
				again, err := a.Append(nil, p.Source, p.Destination, form)
				if err != nil || !bytes.Equal(again, p.Payload) {
					t.Errorf("encoded again:\n%x, %v, want\n%x", again, err, p.Payload)
				}
			}
			var got []string
			for what, n := range seen {
				got = append(got, fmt.Sprintf("%dx %s", n, what))
			}
			want := slices.Sorted(slices.Values(captures[name]))
			if diff := cmp.Diff(want, slices.Sorted(slices.Values(got))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	if want := len(captures) + 3; len(files) != want {
		t.Errorf("%d files, want the %d of the table and 3 synthetic ones", len(files), want)
	}
}

// TestSyntheticChecksums: CK-01, CK-03, CK-05, CK-07, V3-PKT-03, V3-RX-08.
func TestSyntheticChecksums(t *testing.T) {
	want := []string{
		"v3 51/150 every 100cs, message-only, 192.0.2.100",
		"v3 51/150 every 100cs, pseudo-header, 192.0.2.100",
		"v3 51/150 every 100cs, message-only, 192.0.2.100",
		"v3 51/150 every 100cs, pseudo-header, 192.0.2.100",
		"v3 51/150 every 100cs, pseudo-header-group, 192.0.2.100",
		"v2 51/150 every 1s, none, 192.0.2.100",
		"v2 51/150 every 1s, password s3cret99, 192.0.2.100",
		"vrrp packet: wrong checksum: got 0x8565, want 0x1012",
		"v3 51/0 every 100cs, message-only, 192.0.2.100",
		"v3 51/150 every 100cs, message-only, 192.0.2.100", // reserved bits set
	}
	var got []string
	for _, p := range vrrpPackets(t, "synthetic-checksum-variants") {
		var a Advert
		if form, err := a.Parse(p.Payload, p.Source, p.Destination); err != nil {
			got = append(got, err.Error())
		} else {
			got = append(got, describe(&a, form))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// ok marks the frames that show nothing wrong by themselves.
const ok = Reason(0)

// TestSyntheticNegative: every malformed frame is refused for its own reason.
// What only a configured router can see (TTL, unknown VRID, another interval or
// address list, our own source) passes here.
func TestSyntheticNegative(t *testing.T) {
	for name, want := range map[string][]Reason{
		"synthetic-negative": {
			ok, ok, // 1 RX-01: TTL 254, 1
			ErrVersion, ErrVersion, ErrVersion, // 3 RX-04: version 1, 4, 0
			ErrType, ErrType, // 6 RX-03: type 0, 2
			ErrVRID, ok, // 8 RX-05: VRID 0, unknown VRID
			ErrCount, ErrLength, // 10 V3-RX-01: count 0 without and with an address
			ErrLength, ErrLength, // 12 RX-07: count 2, 255, one address
			ErrLength,            // 14 RX-08: trailing bytes
			ErrLength, ErrLength, // 15 RX-06: 7 and 0 bytes
			ErrChecksum, ErrChecksum, // 17 RX-10, CK-10: wrong and zero checksum
			ErrInterval, ok, ok, // 19 V3-RX-02, 03: interval 0, 4095, 1
			ok, ok, ok, // 22 V3-RX-06, ENC-08, RX-09: other address, IP option, Ethernet padding
			ErrChecksum,              // 25 CK-01
			ErrAuthType, ErrAuthType, // 26 V2-AUTH-02: type 3, 254
			ok,          // 28 V2-AUTH-03: wrong password
			ErrLength,   // 29 V2-RX-01: no authentication data
			ok,          // 30 V2-RX-02: other interval
			ErrInterval, // 31 V2-RX-04: interval 0
			ok, ok,      // 32 V2-PKT-04, RX-14: authentication data without a type, our source
		},
		"synthetic-negative-ipv6": {
			ok, ok, ok, // 1 RX-02: valid, hop limit 254, 64
			ErrChecksum, ErrChecksum, // 4 CK-02, CK-08: message only, wrong
			ErrLinkLocal, ErrLinkLocal, // 6 V3-RX-05: global address first, alone
			ErrCount,             // 8 V3-RX-01
			ErrLength, ErrLength, // 9 RX-07, RX-08: count 3 and 1, two addresses
			ErrLength,   // 11 V3-PKT-07: IPv4 addresses
			ErrInterval, // 12 V3-RX-02
			ErrVersion,  // 13 GEN-10: version 2
			ErrType,     // 14 RX-03
			ok,          // 15 RX-05: unknown VRID
			ok,          // 16 V3-RX-08: reserved bits
			ok, ok,      // 17 RX-15, RX-16: global source, unicast destination
			ErrLength, ErrLength, // 19 RX-06: 7 bytes, cut in an address
			ok, ok, // 21: priority 0, 255
		},
	} {
		t.Run(name, func(t *testing.T) {
			packets := vrrpPackets(t, name)
			if len(packets) != len(want) {
				t.Fatalf("%d packets, want %d", len(packets), len(want))
			}
			for i, p := range packets {
				a := Advert{VRID: 7, Priority: 7, Auth: PasswordAuth("before")}
				_, err := a.Parse(p.Payload, p.Source, p.Destination)
				if err == nil {
					err = a.CheckLinkLocal()
				} else if a.VRID != 7 || a.Priority != 7 || a.Auth != PasswordAuth("before") {
					t.Errorf("frame %d: refused, but the advertisement changed (RX-13)", i+1) // RX-13
				}
				var e *Error
				switch {
				case want[i] == ok && err != nil:
					t.Errorf("frame %d: %v, want no error", i+1, err)
				case want[i] != ok && (!errors.Is(err, want[i]) || !errors.As(err, &e)):
					t.Errorf("frame %d: %v, want %v", i+1, err, want[i])
				}
			}
		})
	}
}

// TestAuthenticate: V2-AUTH-01, V2-AUTH-03.
func TestAuthenticate(t *testing.T) {
	password, none := vrrpPackets(t, "v2-pass")[0], vrrpPackets(t, "v2-noauth")[0]
	for _, tt := range []struct {
		name   string
		packet pcapfile.Packet
		typ    AuthType
		secret string
		want   error
	}{
		{"the password", password, AuthPassword, "s3cret99", nil},
		{"cut to eight bytes", password, AuthPassword, "s3cret99-and-more", nil},
		{"other password", password, AuthPassword, "s3cret98", ErrAuth},
		{"shorter password", password, AuthPassword, "s3cret9", ErrAuth},
		{"no password wanted", password, AuthNone, "", ErrAuthMismatch},
		{"header wanted", password, AuthHeader, "s3cret99", ErrAuthMismatch},
		{"password missing", none, AuthPassword, "", ErrAuthMismatch},
		{"none", none, AuthNone, "ignored", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var a Advert
			if _, err := a.Parse(tt.packet.Payload, tt.packet.Source, tt.packet.Destination); err != nil {
				t.Fatal(err)
			}
			if err := a.Authenticate(tt.typ, PasswordAuth(tt.secret)); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}
