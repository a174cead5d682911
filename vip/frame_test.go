package vip

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/vrrpkit/vrrpkit/internal/pcapfile"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The frames as measured from keepalived and written down octet by octet.
func TestFrames(t *testing.T) {
	vmac4 := net.HardwareAddr{0, 0, 0x5e, 0, 1, 0x33}
	mac := net.HardwareAddr{2, 0, 0, 0, 0, 1}
	prefix := []byte{0xab}
	for _, tc := range []struct {
		name, want string
		got        []byte
	}{
		{
			"gratuitous ARP",
			"ffffffffffff 00005e000133 0806 0001 0800 06 04 0001 00005e000133 c0000264 ffffffffffff c0000264",
			AppendGARP(prefix, vmac4, netip.MustParseAddr("192.0.2.100")),
		},
		{
			"neighbour advertisement of a router",
			"333300000001 020000000001 86dd 60000000 0020 3a ff" +
				"20010db8000100000000000000000100 ff020000000000000000000000000001" +
				"88 00 772a a0000000 20010db8000100000000000000000100 02 01 020000000001",
			AppendNA(prefix, mac, netip.MustParseAddr("2001:db8:1::100"), true),
		},
		{
			"neighbour advertisement of a host",
			"333300000001 020000000001 86dd 60000000 0020 3a ff" +
				"20010db8000100000000000000000100 ff020000000000000000000000000001" +
				"88 00 f72a 20000000 20010db8000100000000000000000100 02 01 020000000001",
			AppendNA(prefix, mac, netip.MustParseAddr("2001:db8:1::100"), false),
		},
	} {
		if want := append([]byte{0xab}, unhex(t, tc.want)...); !bytes.Equal(tc.got, want) {
			t.Errorf("%s:\ngot  %x\nwant %x", tc.name, tc.got, want)
		}
	}
}

// Every announcement that keepalived sent comes out the same from ours.
func TestFramesAsKeepalivedSendsThem(t *testing.T) {
	for _, tc := range []struct {
		file string
		want int // announcements in the file
	}{
		{"vmac-ipv4", 5}, {"v2-20vips", 100}, {"vmac-ipv6", 15}, {"v3-ipv6-multi", 30},
	} {
		frames, err := pcapfile.Read("testdata/" + tc.file + ".pcap")
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, f := range frames {
			b := f.Data
			mac := net.HardwareAddr(b[6:12])
			var got []byte
			switch {
			case binary.BigEndian.Uint16(b[12:]) == 0x0806:
				got = AppendGARP(nil, mac, netip.AddrFrom4([4]byte(b[28:32])))
			case binary.BigEndian.Uint16(b[12:]) == 0x86dd && b[20] == 58 && b[54] == 136:
				got = AppendNA(nil, mac, netip.AddrFrom16([16]byte(b[62:78])), b[58]&0x80 != 0)
			default:
				continue
			}
			n++
			if !bytes.Equal(got, b) {
				t.Fatalf("%s:\ngot  %x\nwant %x", tc.file, got, b)
			}
		}
		if n != tc.want {
			t.Errorf("%s: %d announcements, want %d", tc.file, n, tc.want)
		}
	}
}

func TestFramesDoNotAllocate(t *testing.T) {
	mac := net.HardwareAddr{2, 0, 0, 0, 0, 1}
	v4, v6 := netip.MustParseAddr("192.0.2.100"), netip.MustParseAddr("2001:db8::1")
	buf := make([]byte, 0, 96)
	if n := testing.AllocsPerRun(100, func() { AppendGARP(buf, mac, v4); AppendNA(buf, mac, v6, true) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// The reply is the request with other octets where RFC 5944 section 4.6 says so.
func TestGARPReply(t *testing.T) {
	mac, addr := net.HardwareAddr{0, 0, 0x5e, 0, 1, 0x33}, netip.MustParseAddr("192.0.2.100")
	want := AppendGARP(nil, mac, addr)
	want[21] = 2           // operation
	copy(want[32:38], mac) // target
	if got := AppendGARPReply(nil, mac, addr); !bytes.Equal(got, want) {
		t.Errorf("got  %x\nwant %x", got, want)
	}
}
