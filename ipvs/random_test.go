package ipvs_test

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
)

// soak has rapid check so many times as often where it was asked for.
func soak(t *testing.T, checks string) {
	if os.Getenv("VRRPKIT_SOAK") != "" {
		before := flag.Lookup("rapid.checks").Value.String()
		if err := flag.Set("rapid.checks", checks); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = flag.Set("rapid.checks", before) })
	}
}

// keys are few, so that random tables have many in common.
var keys = rapid.Custom(func(t *rapid.T) ipvs.Key {
	if rapid.IntRange(0, 3).Draw(t, "by") == 0 {
		return ipvs.Key{Mark: uint32(rapid.IntRange(1, 2).Draw(t, "mark")), IPv6: rapid.Bool().Draw(t, "IPv6")}
	}
	return ipvs.Key{
		Protocol: rapid.SampledFrom([]ipvs.Protocol{ipvs.TCP, ipvs.UDP, ipvs.SCTP}).Draw(t, "protocol"),
		Address:  ap(rapid.SampledFrom([]string{"192.0.2.1:80", "192.0.2.2:80", "[2001:db8::1]:80"}).Draw(t, "address")),
	}
})

// destinationsOf are valid behind the service.
func destinationsOf(k ipvs.Key) *rapid.Generator[ipvs.Destination] {
	return rapid.Custom(func(t *rapid.T) ipvs.Destination {
		n := rapid.IntRange(1, 5).Draw(t, "host")
		addr := netip.AddrFrom4([4]byte{198, 51, 100, byte(n)})
		if k.Is6() {
			addr = netip.MustParseAddr(fmt.Sprintf("2001:db8:1::%d", n))
		}
		d := ipvs.Destination{
			Address:    netip.AddrPortFrom(addr, k.Address.Port()),
			Forwarding: rapid.SampledFrom([]ipvs.Forwarding{ipvs.NAT, ipvs.DR, ipvs.TUN}).Draw(t, "forwarding"),
			Weight:     rapid.IntRange(0, 2).Draw(t, "weight"),
			Upper:      uint32(rapid.IntRange(0, 1).Draw(t, "upper")),
		}
		if d.Forwarding == ipvs.TUN {
			d.Tunnel = rapid.SampledFrom([]ipvs.Tunnel{{}, {Encapsulation: ipvs.GRE, Checksum: ipvs.WithChecksum}, {Encapsulation: ipvs.GUE, Port: 6080}}).Draw(t, "tunnel")
		}
		return d
	})
}

// states are valid ones.
var states = rapid.Custom(func(t *rapid.T) (s ipvs.State) {
	for _, k := range rapid.SliceOfNDistinct(keys, 0, 5, rapid.ID[ipvs.Key]).Draw(t, "services") {
		e := ipvs.Entry{Service: ipvs.Service{
			Key:       k,
			Scheduler: rapid.SampledFrom([]string{"rr", "sh"}).Draw(t, "scheduler"),
			Flags:     ipvs.SchedulerFlags(rapid.IntRange(0, 1).Draw(t, "flags")),
		}}
		if rapid.Bool().Draw(t, "persistent") {
			e.Persistence = time.Minute
			e.Engine = rapid.SampledFrom([]string{"", "sip"}).Draw(t, "engine")
			if !k.Is6() {
				e.Granularity = rapid.SampledFrom([]netip.Addr{{}, netip.MustParseAddr("255.0.0.0"), netip.MustParseAddr("255.255.255.255")}).Draw(t, "granularity")
			}
		}
		e.Destinations = rapid.SliceOfNDistinct(destinationsOf(k), 0, 5, func(d ipvs.Destination) netip.AddrPort { return d.Address }).Draw(t, "destinations")
		s.Table = append(s.Table, e)
	}
	s.Timeouts.UDP = time.Duration(rapid.IntRange(0, 2).Draw(t, "UDP")) * time.Second
	for _, role := range []ipvs.Role{ipvs.Master, ipvs.Backup} {
		if rapid.Bool().Draw(t, role.String()) {
			s.Daemons = append(s.Daemons, ipvs.Daemon{Role: role, Interface: "eth0", SyncID: uint8(rapid.IntRange(1, 2).Draw(t, "id"))})
		}
	}
	return s
})

// From any state to any other: in one go, with nothing left to do after it,
// nothing deleted that is desired, what is equal untouched, and no service out of
// servers on the way that has some before and after.
func TestApplyConverges(t *testing.T) {
	soak(t, "50000")
	rapid.Check(t, func(t *rapid.T) {
		var k ipvstest.Kernel
		from, to := states.Draw(t, "from"), states.Draw(t, "to")
		if _, err := ipvs.Apply(t.Context(), &k, from, all); err != nil {
			t.Fatal(err)
		}
		before, _ := k.State()
		for _, c := range ipvs.Plan(to, before, all) {
			judge(t, c, from, to)
			if err := k.Change(c); err != nil {
				t.Fatalf("%v: %v", c, err)
			}
			noneDry(t, &k, from, to)
		}
		after, err := k.State()
		if got, want := after.Table.String(), to.Table.String(); got != want || err != nil {
			t.Fatalf("have:\n%swant:\n%s", got, want)
		}
		if again, err := ipvs.Apply(t.Context(), &k, to, all); len(again) != 0 || err != nil {
			t.Fatalf("a second Apply makes %v, %v", again, err)
		}
	})
}

// judge checks that a change is needed.
func judge(t *rapid.T, c ipvs.Change, from, to ipvs.State) {
	was, had := entry(from, c.Service.Key)
	want, wanted := entry(to, c.Service.Key)
	switch c.Op {
	case ipvs.DeleteService:
		if wanted {
			t.Fatalf("%v, but it is desired", c)
		}
	case ipvs.EditService:
		if !had || was.Service == want.Service {
			t.Fatalf("%v changes nothing", c)
		}
	case ipvs.DeleteDestination:
		if slices.ContainsFunc(want.Destinations, func(d ipvs.Destination) bool { return d.Address == c.Destination.Address }) {
			t.Fatalf("%v, but it is desired", c)
		}
	case ipvs.EditDestination:
		if slices.Contains(was.Destinations, c.Destination) {
			t.Fatalf("%v changes nothing", c)
		}
	}
}

// noneDry checks that every service has a server that has some before and after.
func noneDry(t *rapid.T, k *ipvstest.Kernel, from, to ipvs.State) {
	now, _ := k.State()
	for _, e := range now.Table {
		was, _ := entry(from, e.Key)
		want, _ := entry(to, e.Key)
		if serves(was) && serves(want) && !serves(e) {
			t.Fatalf("%v has no server on the way:\n%v", e.Key, now.Table)
		}
	}
}

func serves(e ipvs.Entry) bool {
	return slices.ContainsFunc(e.Destinations, func(d ipvs.Destination) bool { return d.Weight > 0 })
}

func entry(s ipvs.State, k ipvs.Key) (ipvs.Entry, bool) {
	i := slices.IndexFunc(s.Table, func(e ipvs.Entry) bool { return e.Key == k })
	if i < 0 {
		return ipvs.Entry{}, false
	}
	return s.Table[i], true
}
