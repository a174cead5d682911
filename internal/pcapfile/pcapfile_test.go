package pcapfile

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"time"
)

const capture = "../../vrrp/packet/testdata/synthetic-negative.pcap"

func TestRead(t *testing.T) {
	frames, err := Read(capture)
	if err != nil || len(frames) != 33 {
		t.Fatalf("%d frames, %v, want 33", len(frames), err)
	}
	for _, tt := range []struct {
		name    string
		frame   int
		ttl     uint8
		payload string
	}{
		{"plain", 1, 254, "313396010064d371c0000264"},
		{"empty", 16, 255, ""},
		{"IP option", 23, 255, "313396010064d371c0000264"},
		{"Ethernet padding", 24, 255, "313396010064d371c0000264"},
	} {
		p, ok := frames[tt.frame-1].IP()
		if got := hex.EncodeToString(p.Payload); !ok || got != tt.payload || p.TTL != tt.ttl || p.Protocol != 112 || p.TOS != 0xc0 || p.ID != 1 {
			t.Errorf("%s: payload %s, %+v", tt.name, got, p)
		}
		if p.Source.String() != "192.0.2.1" || p.Destination.String() != "224.0.0.18" ||
			p.EtherSource.String() != "00:00:5e:00:01:33" || p.EtherDestination.String() != "01:00:5e:00:00:12" {
			t.Errorf("%s: addresses of %+v", tt.name, p)
		}
	}
}

func TestReadIPv6(t *testing.T) {
	frames, err := Read("../../vrrp/packet/testdata/v3-ipv6-multi.pcap")
	if err != nil {
		t.Fatal(err)
	}
	var at []time.Time
	for _, f := range frames {
		if p, ok := f.IP(); ok && p.Protocol == 112 {
			at = append(at, f.At)
			if p.TTL != 255 || p.TOS != 0xc0 || p.Source.String() != "fe80::ff:fe00:1" || len(p.Payload) != 56 {
				t.Errorf("%+v", p)
			}
		}
	}
	if len(at) != 7 {
		t.Fatalf("%d VRRP packets, want 7", len(at))
	}
	if d := at[1].Sub(at[0]); d < 990*time.Millisecond || d > 1010*time.Millisecond {
		t.Errorf("%v between the first two, want a second", d)
	}
}

func TestDamaged(t *testing.T) {
	whole, err := os.ReadFile(capture)
	if err != nil {
		t.Fatal(err)
	}
	other := append([]byte(nil), whole...)
	other[20] = 101 // raw IP
	for name, b := range map[string][]byte{
		"empty":            {},
		"no capture":       make([]byte, 24),
		"other link":       other,
		"cut in a record":  whole[:len(whole)-1],
		"cut in a header":  whole[:fileHeader+recordHeader-1],
		"cut after header": whole[:fileHeader+recordHeader],
	} {
		path := filepath.Join(t.TempDir(), "x.pcap")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	frames, err := Read(capture)
	if err != nil {
		t.Fatal(err)
	}
	for n := range frames[0].Data {
		if p, ok := (Frame{Data: frames[0].Data[:n]}).IP(); ok {
			t.Errorf("frame cut to %d bytes gives %+v", n, p)
		}
	}
}
