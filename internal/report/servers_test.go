package report

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/ipvs"
)

// A virtual server with a group is two services of the kernel: a real server's
// traffic is that of both.
func TestVirtualServer(t *testing.T) {
	rs := netip.MustParseAddrPort("198.51.100.1:80")
	key := func(addr string) ipvs.Key {
		return ipvs.Key{Protocol: ipvs.TCP, Address: netip.MustParseAddrPort(addr)}
	}
	stats := map[ipvs.Key]*ipvs.ServiceStats{}
	for n, addr := range []string{"192.0.2.100:80", "192.0.2.101:80"} {
		c := ipvs.Counters{Connections: uint64(10 + n), InBytes: 1000, ConnectionRate: 2}
		stats[key(addr)] = &ipvs.ServiceStats{Key: key(addr), Counters: c, Destinations: []ipvs.DestinationStats{{Address: rs, Counters: c, Active: 3, Inactive: 1}}}
	}
	v := compose.VirtualServer{
		Config: &confparse.VirtualServer{Scheduler: "rr"}, Name: "[g]:0", Keys: []ipvs.Key{key("192.0.2.100:80"), key("192.0.2.101:80"), {Mark: 7}},
		Real: []compose.RealServer{{Name: "[198.51.100.1]:tcp:80", PoolServerSnapshot: ipvs.PoolServerSnapshot{Address: rs, Alive: true}}},
	}
	got := virtualServer(&v, stats)
	want := Traffic{Connections: 21, InBytes: 2000, PerSecond: 4, Active: 6, Inactive: 2}
	if d := cmp.Diff(want, got.Real[0].Traffic); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(want, Total(got.Services)); d != "" {
		t.Error(d)
	}
	if got.Services[2].Mark != 7 || got.Services[2].Protocol != "" || got.Services[0].Protocol == "" {
		t.Errorf("%+v", got.Services)
	}
}

func TestServerFindings(t *testing.T) {
	dead := RealServer{Name: "rs", Checks: []ServerCheck{{State: "up", Detail: "good"}, {State: "down", Detail: "refused"}}}
	for name, tt := range map[string]struct {
		v    VirtualServer
		want []string
	}{
		"good":      {VirtualServer{Quorum: true, Real: []RealServer{{Alive: true}}}, nil},
		"one dead":  {VirtualServer{Quorum: true, Real: []RealServer{dead}}, []string{"WARNING real server rs is down: refused"}},
		"no quorum": {VirtualServer{}, []string{"CRITICAL no quorum: too few real servers live"}},
		"sorry":     {VirtualServer{Sorry: true}, []string{"WARNING the sorry server serves"}},
		"refused":   {VirtualServer{Quorum: true, Real: []RealServer{{Name: "rs", Alive: true, Refused: true}}}, []string{"WARNING real server rs is refused by the kernel; the log says why"}},
		"drained":   {VirtualServer{Quorum: true, Real: []RealServer{{Name: "rs", Alive: true, Draining: true}}}, []string{"WARNING real server rs is drained"}},
		"suspended": {VirtualServer{Suspended: true, Real: []RealServer{dead}}, nil},
	} {
		var got []string
		for _, f := range tt.v.findings() {
			got = append(got, f.Level.String()+" "+f.Text)
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}
