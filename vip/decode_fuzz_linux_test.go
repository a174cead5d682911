package vip

import (
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

func fuzzNames(name string) (index int, vrfTable uint32, err error) { return 7, 10, nil }

func fuzzName(int) string { return "eth0" }

// FuzzDecodeRoute feeds the decoder what no kernel sends. A route that it
// accepts, and that is worth adding, comes back from its own request.
func FuzzDecodeRoute(f *testing.F) {
	p, a := netip.MustParsePrefix, netip.MustParseAddr
	for _, r := range []Route{
		{Destination: p("0.0.0.0/0"), Hop: Hop{Via: a("192.0.2.1"), Interface: "eth0"}, Metric: 5, TOS: 0x10},
		{Destination: p("10.0.0.0/8"), Source: a("192.0.2.9"), Hop: Hop{Interface: "eth0"}, Table: 1000, Scope: ScopeLink},
		{Destination: p("10.1.0.0/16"), Hop: Hop{Via: a("2001:db8::1"), Interface: "eth0"}},
		{Destination: p("2001:db8::/32"), From: p("2001:db8:1::/48"), Type: RouteBlackhole},
		{Destination: p("::/0"), From: p("::/0"), Table: 9},
		{Destination: p("10.2.0.0/16"), NextHops: []NextHop{{Hop: Hop{Via: a("192.0.2.1")}}, {Hop: Hop{Via: a("192.0.2.2")}, Weight: 3}}},
	} {
		m, err := routeRequest(Add, r, fuzzNames)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(m.Data)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, ok := decodeRoute(b, fuzzName)
		if !ok {
			return
		}
		if !r.Destination.IsValid() {
			t.Errorf("accepted without a destination: %#v", r)
		}
		if r.Validate() != nil {
			return
		}
		m, err := routeRequest(Add, r, fuzzNames)
		if err != nil {
			t.Fatalf("%v: %v", r, err)
		}
		again, ok := decodeRoute(m.Data, fuzzName)
		if again.Metric == 0 && again.ipv6() {
			again.Metric = defaultMetric6 // as the kernel does
		}
		if !ok || !isThere(r, again) {
			t.Errorf("%v\nbecame %v", r, again)
		}
	})
}

// FuzzDecodeRule does the same with rules.
func FuzzDecodeRule(f *testing.F) {
	p := netip.MustParsePrefix
	ten := uint32(10)
	for _, r := range []Rule{
		{From: p("192.0.2.0/24"), Table: 100, Priority: 50},
		{To: p("0.0.0.0/0"), From: p("0.0.0.0/0"), Table: 9},
		{To: p("2001:db8::/32"), Action: RuleBlackhole, Not: true},
		{Mark: 7, MarkMask: 0xff, Table: 1000, InputDev: "eth0", OutputDev: "eth1", TunnelID: 9},
		{Protocol: unix.IPPROTO_TCP, SrcPorts: PortRange{1, 2}, DstPorts: PortRange{80, 80}, UIDs: &Range{1, 5}, Table: 1},
		{Action: RuleL3MDev, Realms: Realms{1, 2}, SuppressGroup: &ten},
		{Action: RuleGoto, Goto: 100, Priority: 5, SuppressPrefixLength: &ten},
	} {
		m, err := ruleRequest(Add, r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(m.Data)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, ok := decodeRule(b)
		if !ok {
			return
		}
		if !isThere(r, r) {
			t.Errorf("is not like itself: %#v", r)
		}
		if r.Validate() != nil {
			return
		}
		m, err := ruleRequest(Add, r)
		if err != nil {
			t.Fatalf("%v: %v", r, err)
		}
		if again, ok := decodeRule(m.Data); !ok || again.place() != r.place() {
			t.Errorf("%v\nbecame %v", r, again)
		}
	})
}
