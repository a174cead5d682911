package vip_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
)

var (
	words4 = netip.MustParsePrefix("198.51.100.0/24")
	words6 = netip.MustParsePrefix("2001:db8:1::/48")
)

// Every value of every enumeration prints as ip(8) takes it, and is valid.
func TestRouteWords(t *testing.T) {
	routes := []struct {
		route vip.Route
		want  string
	}{
		{vip.Route{Type: vip.RouteUnicast}, "198.51.100.0/24"},
		{vip.Route{Type: vip.RouteLocal, Table: vip.TableLocal}, "local 198.51.100.0/24 table 255"},
		{vip.Route{Type: vip.RouteBroadcast}, "broadcast 198.51.100.0/24"},
		{vip.Route{Type: vip.RouteAnycast}, "anycast 198.51.100.0/24"},
		{vip.Route{Type: vip.RouteMulticast}, "multicast 198.51.100.0/24"},
		{vip.Route{Table: vip.TableDefault}, "198.51.100.0/24 table 253"},
		{vip.Route{TTLPropagate: vip.SwitchUnset}, "198.51.100.0/24"},
		{vip.Route{TTLPropagate: vip.SwitchOn}, "198.51.100.0/24 ttl-propagate enabled"},
		{vip.Route{TTLPropagate: vip.SwitchOff}, "198.51.100.0/24 ttl-propagate disabled"},
		{vip.Route{Destination: words6, Preference: vip.PreferenceMedium}, "2001:db8:1::/48"},
		{vip.Route{Destination: words6, Preference: vip.PreferenceHigh}, "2001:db8:1::/48 pref high"},
		{vip.Route{Destination: words6, Preference: vip.PreferenceLow}, "2001:db8:1::/48 pref low"},
		{vip.Route{Hop: vip.Hop{Encap: vip.Encap{Type: vip.EncapNone}}}, "198.51.100.0/24"},
		{vip.Route{Hop: vip.Hop{Encap: vip.Encap{Type: vip.EncapIP, ID: 7, Destination: netip.MustParseAddr("192.0.2.9")}}}, "198.51.100.0/24 encap ip id 7 dst 192.0.2.9"},
		{vip.Route{Destination: words6, Hop: vip.Hop{Encap: vip.Encap{Type: vip.EncapIP6, ID: 7, TTL: 9}}}, "2001:db8:1::/48 encap ip6 id 7 hoplimit 9"},
	}
	for kind, word := range map[vip.MetricKind]string{
		vip.MetricWindow: "window", vip.MetricRTT: "rtt", vip.MetricRTTVar: "rttvar", vip.MetricSSThresh: "ssthresh",
		vip.MetricCwnd: "cwnd", vip.MetricAdvMSS: "advmss", vip.MetricReordering: "reordering", vip.MetricHopLimit: "hoplimit",
		vip.MetricRTOMin: "rto_min", vip.MetricInitRwnd: "initrwnd", vip.MetricFastOpenNoCookie: "fastopen_no_cookie",
	} {
		routes = append(routes, struct {
			route vip.Route
			want  string
		}{vip.Route{Metrics: []vip.Metric{{Kind: kind, Value: 8}}}, "198.51.100.0/24 " + word + " 8"})
	}
	for _, r := range routes {
		if !r.route.Destination.IsValid() {
			r.route.Destination = words4
		}
		if got := r.route.String(); got != r.want {
			t.Errorf("%q, want %q", got, r.want)
		}
		if r.route.Interface == "" {
			r.route.Interface = "eth0"
		}
		if err := r.route.Validate(); err != nil {
			t.Error(err)
		}
	}
}

// What is too long, too short or too much by one is refused, and the limit is not.
func TestLimits(t *testing.T) {
	address := vip.Addresses("eth0", netip.MustParsePrefix("192.0.2.100/24"))[0]
	labels := func(n int) string { return strings.TrimSuffix(strings.Repeat("7/", n), "/") }
	route := vip.Route{Destination: words4, Hop: vip.Hop{Interface: "eth0", Encap: vip.Encap{Type: vip.EncapMPLS}}}
	for over := range 2 {
		address.Label = strings.Repeat("x", vip.MaxLabel+over)
		route.Encap.Labels = labels(vip.MaxLabels + over)
		silent := vip.Filter{Silent: []string{strings.Repeat("x", vip.MaxInterface+over)}}
		for what, err := range map[string]error{"label": address.Validate(), "labels": route.Validate(), "filter": silent.Validate()} {
			if (err != nil) != (over == 1) {
				t.Errorf("%s, %d over the limit: %v", what, over, err)
			}
		}
	}
	var object vip.Object = address
	if err := object.Validate(); err == nil || !strings.Contains(err.Error(), fmt.Sprint(vip.MaxLabel)) {
		t.Errorf("too long a label: %v", err)
	}
	for _, k := range []struct {
		lifetime string
		cfg      vip.Config
		ok       bool
	}{
		{"least", vip.Config{Lifetime: vip.MinLifetime}, true},
		{"less", vip.Config{Lifetime: vip.MinLifetime - 1}, false},
	} {
		k.cfg.Kernel = viptest.NewKernel("eth0")
		m, err := vip.NewManager(k.cfg)
		if (err == nil) != k.ok {
			t.Errorf("%s lifetime: %v", k.lifetime, err)
		}
		if m != nil {
			m.Close()
		}
	}
}

// Replies makes each announcement of an IPv4 address one with a reply.
func TestReplies(t *testing.T) {
	for _, replies := range []bool{false, true} {
		kernel := viptest.NewKernel("eth0")
		m, err := vip.NewManager(vip.Config{Kernel: kernel})
		if err != nil {
			t.Fatal(err)
		}
		s, err := m.Add(vip.SetConfig{
			Addresses: vip.Addresses("eth0", netip.MustParsePrefix("192.0.2.100/24")),
			Schedule:  vip.Schedule{Repeat: 1, Replies: replies},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := kernel.Announced(); len(got) != 1 || got[0].Reply != replies {
			t.Errorf("with Replies %v: %+v", replies, got)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
}
