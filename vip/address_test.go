package vip

import (
	"net/netip"
	"strings"
	"testing"
)

func TestAddressValidate(t *testing.T) {
	p := netip.MustParsePrefix
	good := []Address{
		{Prefix: p("192.0.2.100/24"), Interface: "eth0", Label: "eth0:web", Scope: ScopeLink, Broadcast: netip.MustParseAddr("192.0.2.255")},
		{Prefix: p("192.0.2.100/32"), Interface: "averylongname15", Label: "exactly15octets"},
		{Prefix: p("2001:db8::1/64"), Interface: "eth0.100"},
		{Prefix: p("fe80::1/64"), Interface: "bond0"},
	}
	for _, a := range good {
		if err := a.Validate(); err != nil {
			t.Errorf("%v: %v", a, err)
		}
	}
	for _, tc := range []struct {
		address Address
		want    string
	}{
		{Address{Interface: "eth0"}, "vip: address invalid Prefix: needs an address and a prefix length"},
		{Address{Prefix: p("192.0.2.1/32")}, "vip: address 192.0.2.1/32: needs an interface"},
		{Address{Prefix: p("192.0.2.1/32"), Interface: "sixteenletters00"}, `vip: address 192.0.2.1/32: "sixteenletters00" is no interface name`},
		{Address{Prefix: p("192.0.2.1/32"), Interface: "eth0:1"}, `vip: address 192.0.2.1/32: "eth0:1" is no interface name`},
		{Address{Prefix: p("192.0.2.1/32"), Interface: "eth0", Label: "sixteen-letters0"}, `vip: address 192.0.2.1/32: label "sixteen-letters0" is longer than 15 characters`},
		{Address{Prefix: p("0.0.0.0/0"), Interface: "eth0"}, "vip: address 0.0.0.0/0: cannot be the address of an interface"},
		{Address{Prefix: p("224.0.0.18/32"), Interface: "eth0"}, "vip: address 224.0.0.18/32: cannot be the address of an interface"},
		{Address{Prefix: p("ff02::12/128"), Interface: "eth0"}, "vip: address ff02::12/128: cannot be the address of an interface"},
		{Address{Prefix: p("::ffff:192.0.2.1/128"), Interface: "eth0"}, "vip: address ::ffff:192.0.2.1/128: IPv4 in IPv6 form; write 192.0.2.1"},
		{
			Address{Prefix: p("2001:db8::1/64"), Interface: "eth0", Label: "x", Scope: ScopeHost, Broadcast: netip.MustParseAddr("192.0.2.255")},
			`vip: address 2001:db8::1/64: label "x": only IPv4 addresses have labels
vip: address 2001:db8::1/64: scope host: the scope of an IPv6 address follows from the address
vip: address 2001:db8::1/64: broadcast 192.0.2.255: IPv6 has none`,
		},
		{Address{Prefix: p("192.0.2.1/24"), Interface: "eth0", Broadcast: netip.MustParseAddr("ff02::1")}, "vip: address 192.0.2.1/24: broadcast ff02::1 is not IPv4"},
	} {
		if err := tc.address.Validate(); err == nil || err.Error() != tc.want {
			t.Errorf("got  %v\nwant %v", err, tc.want)
		}
	}
}

func TestAddressString(t *testing.T) {
	for want, a := range map[string]Address{
		"192.0.2.100/32 dev eth0": Addresses("eth0", netip.MustParsePrefix("192.0.2.100/32"))[0],
		"192.0.2.100/24 broadcast 192.0.2.255 dev eth0 scope link label eth0:web": {
			Prefix: netip.MustParsePrefix("192.0.2.100/24"), Interface: "eth0", Label: "eth0:web",
			Scope: ScopeLink, Broadcast: netip.MustParseAddr("192.0.2.255"),
		},
		"192.0.2.100/24 dev eth0 metric 7": {Prefix: netip.MustParsePrefix("192.0.2.100/24"), Interface: "eth0", Metric: 7},
		"2001:db8::1/64":                   {Prefix: netip.MustParsePrefix("2001:db8::1/64")},
	} {
		if got := a.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	var names []string
	for _, s := range []Scope{ScopeGlobal, ScopeSite, ScopeLink, ScopeHost, ScopeNowhere, 42} {
		names = append(names, s.String())
	}
	if got := strings.Join(names, " "); got != "global site link host nowhere 42" {
		t.Error(got)
	}
}
