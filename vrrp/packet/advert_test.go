package packet

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	src4  = netip.MustParseAddr("192.0.2.1")
	peer4 = netip.MustParseAddr("192.0.2.2")
	vip4  = netip.MustParseAddr("192.0.2.100")
	src6  = netip.MustParseAddr("fe80::ff:fe00:1")
	vip6  = netip.MustParseAddr("fe80::5e:100")
)

func v2() Advert {
	return Advert{Version: V2, VRID: 51, Priority: 150, Interval: time.Second, Addresses: []netip.Addr{vip4}}
}

func v3() Advert {
	a := v2()
	a.Version = V3
	return a
}

func v3ipv6() Advert {
	a := v3()
	a.Addresses = []netip.Addr{vip6, netip.MustParseAddr("2001:db8:1::100"), netip.MustParseAddr("2001:db8:1::101")}
	return a
}

// with returns a after change.
func with(a Advert, change func(*Advert)) Advert {
	change(&a)
	return a
}

// TestVectors: the byte layouts of V2-PKT-01 to 04 and V3-PKT-01 to 05, and
// every checksum rule (CK-01 to 04, CK-11), against published vectors.
func TestVectors(t *testing.T) {
	stop := func(a *Advert) { a.Priority = PriorityStop }
	backup := func(a *Advert) { a.Priority = 100 }
	for _, tt := range []struct {
		name     string
		advert   Advert
		src, dst netip.Addr
		form     ChecksumForm
		want     string
	}{
		{"v2", v2(), src4, GroupIPv4, MessageOnly,
			"21339601 0001 8665 c0000264 0000000000000000"},
		{"v2 knows one checksum", v2(), src4, peer4, PseudoHeader,
			"21339601 0001 8665 c0000264 0000000000000000"},
		{"v2 password", with(v2(), func(a *Advert) { a.AuthType, a.Auth = AuthPassword, PasswordAuth("s3cret99") }), src4, GroupIPv4, MessageOnly,
			"21339601 0101 1012 c0000264 7333637265743939"},
		{"v2 AH", with(v2(), func(a *Advert) { a.AuthType, a.Auth = AuthHeader, PasswordAuth("s3cret99") }), src4, GroupIPv4, MessageOnly,
			"21339601 0201 8465 c0000264 0000000000000000"},
		{"v2 data without a type is not sent", with(v2(), func(a *Advert) { a.Auth = PasswordAuth("s3cret99") }), src4, GroupIPv4, MessageOnly,
			"21339601 0001 8665 c0000264 0000000000000000"},
		{"v3 message only", v3(), src4, GroupIPv4, MessageOnly,
			"31339601 0064 7602 c0000264"},
		{"v3 pseudo-header", v3(), src4, GroupIPv4, PseudoHeader,
			"31339601 0064 d371 c0000264"},
		{"v3 pseudo-header, unicast", v3(), src4, peer4, PseudoHeader,
			"31339601 0064 f181 c0000264"},
		{"v3 old unicast", v3(), src4, peer4, PseudoHeaderGroup,
			"31339601 0064 d371 c0000264"},
		{"v3 stop", with(v3(), stop), src4, GroupIPv4, MessageOnly,
			"31330001 0064 0c03 c0000264"},
		{"v3 priority 100, message only", with(v3(), backup), peer4, GroupIPv4, MessageOnly,
			"31336401 0064 a802 c0000264"},
		{"v3 priority 100, pseudo-header", with(v3(), backup), peer4, GroupIPv4, PseudoHeader,
			"31336401 0064 0571 c0000264"},
		{"v3 IPv6 knows one checksum", v3ipv6(), src6, GroupIPv6, MessageOnly,
			"31339603 0064 ddd1 fe8000000000000000000000005e0100 20010db8000100000000000000000100 20010db8000100000000000000000101"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, err := tt.advert.Append([]byte("kept"), tt.src, tt.dst, tt.form)
			if err != nil {
				t.Fatal(err)
			}
			want := hex.EncodeToString([]byte("kept")) + strings.ReplaceAll(tt.want, " ", "")
			if got := hex.EncodeToString(b); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if got, want := len(b)-4, Len(tt.advert.Version, tt.src.Is6(), len(tt.advert.Addresses)); got != want {
				t.Errorf("%d bytes, Len says %d", got, want)
			}
		})
	}
}

// TestParseIgnoresData: V2-PKT-04. Authentication data without a password type
// leaves no trace.
func TestParseIgnoresData(t *testing.T) {
	p := vrrpPackets(t, "synthetic-negative")[31]
	var a Advert
	if _, err := a.Parse(p.Payload, p.Source, p.Destination); err != nil || a.Auth != [8]byte{} {
		t.Errorf("got %x, %v, want zeros", a.Auth, err)
	}
}

// TestParseReuses: a second message does not show the first one's leftovers.
func TestParseReuses(t *testing.T) {
	a := with(v2(), func(a *Advert) { a.AuthType, a.Auth = AuthPassword, PasswordAuth("s3cret99") })
	b6 := v3ipv6()
	b, err := b6.Append(nil, src6, GroupIPv6, PseudoHeader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Parse(b, src6, GroupIPv6); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(a, a.Auth), fmt.Sprint(v3ipv6(), [8]byte{}); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// TestParseEveryBit: RX-10, CK-09, CK-10. A single flipped bit never passes, and
// neither does a message that was cut.
func TestParseEveryBit(t *testing.T) {
	for _, name := range []string{"v2-pass", "v3-ipv4", "v3-ipv4-message-only-ka243", "v3-ipv6-multi"} {
		p := vrrpPackets(t, name)[0]
		for bit := range len(p.Payload) * 8 {
			b := append([]byte(nil), p.Payload...)
			b[bit/8] ^= 0x80 >> (bit % 8)
			var a Advert
			if form, err := a.Parse(b, p.Source, p.Destination); err == nil {
				t.Errorf("%s: accepted as %v with bit %d flipped", name, form, bit)
			}
		}
		for length := range p.Payload {
			var a Advert
			if _, err := a.Parse(p.Payload[:length], p.Source, p.Destination); !errors.Is(err, ErrLength) {
				t.Errorf("%s: %v when cut to %d bytes, want a length error (RX-06, RX-07)", name, err, length)
			}
		}
	}
}

// TestAppendRefuses: GEN-01 to 05, GEN-08 to 10. Nothing leaves that a receiver
// would have to refuse.
func TestAppendRefuses(t *testing.T) {
	many := make([]netip.Addr, 256)
	for i := range many {
		many[i] = netip.AddrFrom4([4]byte{192, 0, 2, byte(i)})
	}
	for _, tt := range []struct {
		name   string
		advert Advert
		src    netip.Addr
		want   error
	}{
		{"version 1", with(v2(), func(a *Advert) { a.Version = 1 }), src4, ErrVersion},
		{"v2 over IPv6", with(v3ipv6(), func(a *Advert) { a.Version = V2 }), src6, ErrVersion},
		{"VRID 0", with(v3(), func(a *Advert) { a.VRID = 0 }), src4, ErrVRID},
		{"no addresses", with(v3(), func(a *Advert) { a.Addresses = nil }), src4, ErrCount},
		{"256 addresses", with(v3(), func(a *Advert) { a.Addresses = many }), src4, ErrCount},
		{"255 addresses", with(v3(), func(a *Advert) { a.Addresses = many[1:] }), src4, nil},
		{"authentication in v3", with(v3(), func(a *Advert) { a.AuthType = AuthPassword }), src4, ErrAuthType},
		{"authentication type 3", with(v2(), func(a *Advert) { a.AuthType = 3 }), src4, ErrAuthType},
		{"v2 interval 0", with(v2(), func(a *Advert) { a.Interval = 0 }), src4, ErrInterval},
		{"v2 interval 256 s", with(v2(), func(a *Advert) { a.Interval = 256 * time.Second }), src4, ErrInterval},
		{"v2 interval 255 s", with(v2(), func(a *Advert) { a.Interval = 255 * time.Second }), src4, nil},
		{"v2 interval 1.5 s", with(v2(), func(a *Advert) { a.Interval = 1500 * time.Millisecond }), src4, ErrInterval},
		{"v3 interval 40.96 s", with(v3(), func(a *Advert) { a.Interval = 40960 * time.Millisecond }), src4, ErrInterval},
		{"v3 interval 40.95 s", with(v3(), func(a *Advert) { a.Interval = 40950 * time.Millisecond }), src4, nil},
		{"v3 interval 5 ms", with(v3(), func(a *Advert) { a.Interval = 5 * time.Millisecond }), src4, ErrInterval},
		{"v3 interval 15 ms", with(v3(), func(a *Advert) { a.Interval = 15 * time.Millisecond }), src4, ErrInterval},
		{"v3 interval 10 ms", with(v3(), func(a *Advert) { a.Interval = 10 * time.Millisecond }), src4, nil},
		{"negative interval", with(v3(), func(a *Advert) { a.Interval = -time.Second }), src4, ErrInterval},
		{"IPv6 address over IPv4", with(v3(), func(a *Advert) { a.Addresses = []netip.Addr{vip4, vip6} }), src4, ErrAddressList},
		{"IPv4 address over IPv6", with(v3(), func(a *Advert) { a.Addresses = []netip.Addr{vip6, vip4} }), src6, ErrAddressList},
		{"address with zone", with(v3(), func(a *Advert) { a.Addresses = []netip.Addr{vip6.WithZone("eth0")} }), src6, ErrAddressList},
		{"no address at all", with(v3(), func(a *Advert) { a.Addresses = []netip.Addr{{}} }), src4, ErrAddressList},
		{"no source", v3(), netip.Addr{}, errFamily},
		{"source of the other family", v3(), src6, errFamily},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dst := GroupIPv4
			if tt.src == src6 && tt.want != errFamily {
				dst = GroupIPv6
			}
			b, err := tt.advert.Append([]byte("kept"), tt.src, dst, PseudoHeader)
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if err != nil && string(b) != "kept" {
				t.Errorf("the buffer became %q", b)
			}
		})
	}
}

// TestParseFamilies: the carrier must be of one family.
func TestParseFamilies(t *testing.T) {
	p := vrrpPackets(t, "v3-ipv4")[0]
	for _, tt := range [][2]netip.Addr{{src4, GroupIPv6}, {src6, GroupIPv4}, {src4, {}}, {{}, {}}} {
		var a Advert
		if _, err := a.Parse(p.Payload, tt[0], tt[1]); err != errFamily {
			t.Errorf("%v > %v: got %v, want %v", tt[0], tt[1], err, errFamily)
		}
	}
	mapped := netip.AddrFrom16(src4.As16())
	var a Advert
	if form, err := a.Parse(p.Payload, mapped, GroupIPv4); err != nil || form != PseudoHeader {
		t.Errorf("from %v: got %v, %v, want what %v gets", mapped, form, err, src4)
	}
}

// TestHeader: a router can be found in a message whose rest is broken, and the
// first thing wrong is the one reported (RX-04, RX-05).
// MAC-01.
func TestMAC(t *testing.T) {
	for six, want := range map[bool]string{false: "00:00:5e:00:01:33", true: "00:00:5e:00:02:33"} {
		m := MAC(51, six)
		if got := net.HardwareAddr(m[:]).String(); got != want {
			t.Errorf("IPv6 %v: %s, want %s", six, got, want)
		}
	}
}

func TestHeader(t *testing.T) {
	for _, tt := range []struct {
		bytes string
		want  error
	}{
		{"3133960100640000", nil},
		{"2133960100010000", nil},
		{"31339601006400", ErrLength},
		{"", ErrLength},
		{"4200960100640000", ErrVersion},
		{"3200960100640000", ErrType},
		{"3100960100640000", ErrVRID},
	} {
		b, err := hex.DecodeString(tt.bytes)
		if err != nil {
			t.Fatal(err)
		}
		h, err := ParseHeader(b)
		if err == nil {
			if h.VRID != b[1] || h.Priority != 150 || h.Count != 1 {
				t.Errorf("%s: got %+v", tt.bytes, h)
			}
			if known := h.Type == TypeAdvertisement; known && tt.want == ErrType || !known && tt.want == nil {
				t.Errorf("%s: type %d", tt.bytes, h.Type)
			}
			err = h.Validate()
		}
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.bytes, err, tt.want)
		}
	}
}

// TestReasons: MGT-01. Every reason has a counter name of its own, and a text.
func TestReasons(t *testing.T) {
	seen := map[string]Reason{}
	for r := Reason(1); int(r) < NumReasons; r++ {
		if other, ok := seen[r.String()]; ok || r.String() == "" || strings.HasSuffix(r.Error(), ": ") {
			t.Errorf("reason %d: counter %q (also of %d), text %q", r, r.String(), other, r.Error())
		}
		seen[r.String()] = r
	}
	for r, want := range map[Reason]string{0: "reason-0", Reason(NumReasons): fmt.Sprintf("reason-%d", NumReasons)} {
		if r.String() != want || r.Error() != "vrrp packet: "+want {
			t.Errorf("got %q, %q, want %q", r.String(), r.Error(), want)
		}
	}
}

// What is refused is refused with a word on what it had and should have had, and
// with no checksum form.
func TestErrors(t *testing.T) {
	const good, group = "3133960100647602c0000264", "224.0.0.18"
	for _, tt := range []struct{ name, bytes, src, dst, want string }{
		{"", good, "192.0.2.1", group, ""},
		{"", good, "192.0.2.1", "ff02::12", "vrrp packet: source and destination are not addresses of one family"},
		{"RX-06", "31339601006476", "192.0.2.1", group, "vrrp packet: wrong length: got 7, want 8"},
		{"RX-08", good + "00", "192.0.2.1", group, "vrrp packet: wrong length: got 13, want 12"},
		{"RX-04", "41" + good[2:], "192.0.2.1", group, "vrrp packet: wrong version: got 4"},
		{"RX-04", "21" + good[2:], "fe80::1", "ff02::12", "vrrp packet: wrong version: got 2, want 3"},
		{"", "32" + good[2:], "192.0.2.1", group, "vrrp packet: wrong type: got 2, want 1"},
		{"", "3100" + good[4:], "192.0.2.1", group, "vrrp packet: unknown VRID: got 0"},
		{"", "3133960000647602", "192.0.2.1", group, "vrrp packet: wrong address count: got 0, want 1"},
		{"RX-10", "313396010064760ac0000264", "192.0.2.1", group, "vrrp packet: wrong checksum: got 0x760a, want 0x7602"},
		{"", "2133960103018365c00002640000000000000000", "192.0.2.1", group, "vrrp packet: invalid authentication type: got 3"},
		{"V3-RX-02", "3133960100007666c0000264", "192.0.2.1", group, "vrrp packet: wrong advertisement interval: got 0"},
	} {
		b, err := hex.DecodeString(tt.bytes)
		if err != nil {
			t.Fatal(err)
		}
		var a Advert
		form, err := a.Parse(b, netip.MustParseAddr(tt.src), netip.MustParseAddr(tt.dst))
		if err == nil {
			err = errors.New("")
		}
		if err.Error() != tt.want || form != 0 {
			t.Errorf("%s %s: %v, %v; want %v, %s", tt.name, tt.bytes, form, err, ChecksumForm(0), tt.want)
		}
	}
	// Where a value would say nothing, or too much, there is none.
	for e, want := range map[Error]string{
		{ErrLinkLocal, 7, 8}:    "first address is not link-local",
		{ErrAuthMismatch, 2, 1}: "other authentication type: got 2, want 1",
		{ErrAuth, 7, 8}:         "authentication failed",
		{ErrHMACStale, 7, 8}:    "HMAC time too far from ours",
		{ErrInterval, 7, 8}:     "wrong advertisement interval: got 7, want 8",
	} {
		if got := e.Error(); got != "vrrp packet: "+want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// ENC-01, ENC-02, ENC-07, GEN-02: the numbers that everybody has to agree on.
func TestNumbers(t *testing.T) {
	got := []int{Protocol, ProtocolAH, TTL, TOS, PriorityStop, PriorityOwner, MaxAddresses, MinKeyLen, MaxKeyLen}
	if want := []int{112, 51, 255, 0xc0, 0, 255, 255, 32, 64}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// CK-01: RFC 1071: carries that make carries are collected too.
func TestCarries(t *testing.T) {
	for s, want := range map[uint64]uint16{0: 0, 0xffff: 0xffff, 0x10000: 1, 0x1ffff: 1, 0xffffffff: 0xffff} {
		if got := fold(s); got != want {
			t.Errorf("%#x folds to %#x, want %#x", s, got, want)
		}
	}
}

// TestNoSecrets: V2-AUTH-04. The password does not get into logs by accident.
func TestNoSecrets(t *testing.T) {
	a := with(v2(), func(a *Advert) { a.AuthType, a.Auth = AuthPassword, PasswordAuth("s3cret99") })
	for _, s := range []string{fmt.Sprint(a), fmt.Sprint(&a), fmt.Sprintf("%+v", a)} {
		if want := "VRRPv2 VRID 51 priority 150 interval 1s auth password addresses [192.0.2.100]"; s != want {
			t.Errorf("got %q, want %q", s, want)
		}
	}
	if err := a.Authenticate(AuthPassword, PasswordAuth("geheim")); strings.Contains(err.Error(), "geheim") || strings.Contains(err.Error(), "s3cret99") {
		t.Errorf("the error tells the password: %v", err)
	}
}

// TestCheckLinkLocal: V3-RX-05 concerns IPv6 only.
func TestCheckLinkLocal(t *testing.T) {
	for _, tt := range []struct {
		addrs []netip.Addr
		want  error
	}{
		{[]netip.Addr{vip4}, nil},
		{[]netip.Addr{vip6}, nil},
		{[]netip.Addr{netip.MustParseAddr("2001:db8::1"), vip6}, ErrLinkLocal},
		{[]netip.Addr{netip.MustParseAddr("ff02::12")}, ErrLinkLocal},
		{nil, nil},
	} {
		a := Advert{Addresses: tt.addrs}
		if err := a.CheckLinkLocal(); !errors.Is(err, tt.want) {
			t.Errorf("%v: got %v, want %v", tt.addrs, err, tt.want)
		}
	}
}
