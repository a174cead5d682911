package vrrp_test

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vrrpkit/vrrpkit/internal/pcapfile"
	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

var update = flag.Bool("update", false, "write what comes out to testdata")

// TestCapturesReplayed plays every capture of keepalived and FRR, in its own time, to a
// router of ours that is configured as its routers are, with priority 120 and a
// new address, or a unicast peer's. What it does is in testdata/replay.txt: the
// packets that it hears and refuses, and its transitions, counted from the first
// packet.
func TestCapturesReplayed(t *testing.T) {
	files, err := filepath.Glob("packet/testdata/*.pcap")
	if err != nil || len(files) != 63 {
		t.Fatalf("%d captures, want 63 (%v)", len(files), err)
	}
	var out strings.Builder
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".pcap")
		inBubble(t, func(t *testing.T, b *bench) { fmt.Fprintf(&out, "%s: %s\n", name, replay(t, b, name, file)) })
	}
	const golden = "testdata/replay.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(out.String(), "\n")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// replayConfig returns the configuration of the router that p is for.
func replayConfig(name string, p pcapfile.Packet) vrrp.Config {
	cfg := vrrp.Config{Name: name, Interface: "eth0", Priority: 120, Checksum: packet.PseudoHeader, LearnChecksum: true}
	message := p.Payload
	if p.Protocol == packet.ProtocolAH {
		message, _ = packet.CutAH(message)
		cfg.Password, cfg.AuthHeader = "s3cret99", true
	}
	var a packet.Advert
	if _, err := a.Parse(message, p.Source, p.Destination); err != nil {
		// Version 2 over IPv6, and what is built to be refused: a router that
		// could have been meant.
		a = packet.Advert{Version: vrrp.V3, VRID: 51, Interval: time.Second, Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.100")}}
		if p.Source.Is6() {
			a.Addresses = []netip.Addr{netip.MustParseAddr("fe80::5e:100"), netip.MustParseAddr("2001:db8:1::100")}
		}
	}
	cfg.Version, cfg.VRID, cfg.Interval = a.Version, a.VRID, a.Interval
	if a.AuthType == packet.AuthPassword {
		cfg.Password = "s3cret99"
	}
	for _, addr := range a.Addresses {
		cfg.Addresses = append(cfg.Addresses, netip.PrefixFrom(addr, addr.BitLen()))
	}
	if !p.Destination.IsMulticast() {
		cfg.Peers = []netip.Addr{p.Source}
		if strings.Contains(name, "three-nodes") {
			cfg.Peers = append(cfg.Peers, netip.MustParseAddr("192.0.2.2"))
		}
	}
	return cfg
}

func replay(t *testing.T, b *bench, name, file string) string {
	frames, err := pcapfile.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	var h *testHost
	var r *vrrp.Router
	var start, first time.Time
	var self netip.Addr
	for _, f := range frames {
		p, ok := f.IP()
		if !ok || p.Protocol != packet.Protocol && p.Protocol != packet.ProtocolAH {
			continue
		}
		if r == nil {
			cfg := replayConfig(name, p)
			self = netip.MustParseAddr("192.0.2.9")
			switch {
			case cfg.Peers != nil && strings.Contains(name, "three-nodes"):
				self = netip.MustParseAddr("192.0.2.3")
			case cfg.Peers != nil:
				self = p.Destination
			case p.Source.Is6():
				self = netip.MustParseAddr("fe80::9")
			}
			h = b.host(self.String())
			r = h.add(t, 120, func(c *vrrp.Config) { *c = cfg })
			start, first = time.Now(), f.At
		}
		if p.Source == self {
			continue
		}
		time.Sleep(time.Until(start.Add(f.At.Sub(first))))
		b.seg.Inject(vrrp.Packet{
			Payload: p.Payload, Source: p.Source, Destination: p.Destination, Protocol: p.Protocol, TTL: p.TTL, TOS: p.TOS, ID: p.ID,
		})
	}
	time.Sleep(3 * time.Second)
	return strings.Join(append(account(h, r), transitions(h, start)...), ", ")
}

// account lists what a router has heard and refused.
func account(h *testHost, r *vrrp.Router) []string {
	s, unheard := r.Snapshot(), h.Counters().Errors
	list := []string{fmt.Sprintf("heard %d", s.Counters.AdvertsReceived)}
	for i := range packet.NumReasons {
		if n := s.Counters.Errors[i]; n > 0 {
			list = append(list, fmt.Sprintf("%s %d", packet.Reason(i).String(), n))
		}
		if n := unheard[i]; n > 0 {
			list = append(list, fmt.Sprintf("not ours: %s %d", packet.Reason(i).String(), n))
		}
	}
	return list
}

func transitions(h *testHost, start time.Time) (list []string) {
	for _, e := range h.events.Events() {
		list = append(list, fmt.Sprintf("%v %v (%v)", e.At.Sub(start).Round(time.Millisecond), e.To, e.Reason))
	}
	return slices.Clip(list)
}
