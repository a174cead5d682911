package ipvs_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
)

var ap = netip.MustParseAddrPort

func service(p ipvs.Protocol, address, scheduler string) ipvs.Service {
	return ipvs.Service{Key: ipvs.Key{Protocol: p, Address: ap(address)}, Scheduler: scheduler}
}

func nat(address string, weight int) ipvs.Destination {
	return ipvs.Destination{Address: ap(address), Weight: weight}
}

// state is one of a table only.
func state(t ipvs.Table) ipvs.State { return ipvs.State{Table: t} }

func text(changes []ipvs.Change) string {
	var b strings.Builder
	for _, c := range changes {
		fmt.Fprintln(&b, c)
	}
	return b.String()
}

func all(ipvs.Key) bool { return true }

func TestPlan(t *testing.T) {
	web := service(ipvs.TCP, "192.0.2.1:80", "wrr")
	sticky := web
	sticky.Persistence = 300 * time.Second
	dns := service(ipvs.UDP, "[2001:db8::1]:53", "rr")
	one, two, three := nat("198.51.100.1:80", 1), nat("198.51.100.2:80", 1), nat("198.51.100.3:80", 1)
	heavy := nat("198.51.100.1:80", 9)
	entry := func(s ipvs.Service, d ...ipvs.Destination) ipvs.Entry {
		return ipvs.Entry{Service: s, Destinations: d}
	}
	for _, tt := range []struct {
		name            string
		desired, actual ipvs.Table
		owned           func(ipvs.Key) bool
		want            string
	}{
		{"nothing", nil, nil, all, ""},
		{"equal, in another order", ipvs.Table{entry(web, one, two), entry(dns)}, ipvs.Table{entry(dns), entry(web, two, one)}, all, ""},
		{"all new", ipvs.Table{entry(dns), entry(web, two, one)}, nil, all, `
-A -t 192.0.2.1:80 -s wrr
-a -t 192.0.2.1:80 -r 198.51.100.1:80 -m -w 1
-a -t 192.0.2.1:80 -r 198.51.100.2:80 -m -w 1
-A -u [2001:db8::1]:53 -s rr
`},
		{"edit, then add, then delete", ipvs.Table{entry(sticky, heavy, three)}, ipvs.Table{entry(web, two, one)}, all, `
-E -t 192.0.2.1:80 -s wrr -p 300
-a -t 192.0.2.1:80 -r 198.51.100.3:80 -m -w 1
-e -t 192.0.2.1:80 -r 198.51.100.1:80 -m -w 9
-d -t 192.0.2.1:80 -r 198.51.100.2:80
`},
		{"services go last", ipvs.Table{entry(dns)}, ipvs.Table{entry(web, one)}, all, `
-A -u [2001:db8::1]:53 -s rr
-D -t 192.0.2.1:80
`},
		{"a stranger's service", ipvs.Table{entry(dns)}, ipvs.Table{entry(web, one)}, nil, `
-A -u [2001:db8::1]:53 -s rr
`},
		{"a stranger's service that we want", ipvs.Table{entry(web, two)}, ipvs.Table{entry(web, one)}, nil, `
-a -t 192.0.2.1:80 -r 198.51.100.2:80 -m -w 1
-d -t 192.0.2.1:80 -r 198.51.100.1:80
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := text(ipvs.Plan(state(tt.desired), state(tt.actual), tt.owned))
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestValidate(t *testing.T) {
	web := service(ipvs.TCP, "192.0.2.1:80", "rr")
	to := func(address string, f ipvs.Forwarding, weight int) ipvs.Entry {
		return ipvs.Entry{Service: web, Destinations: []ipvs.Destination{{Address: ap(address), Forwarding: f, Weight: weight}}}
	}
	persistent := func(s ipvs.Service, d time.Duration) ipvs.Entry {
		s.Persistence = d
		return ipvs.Entry{Service: s}
	}
	for _, tt := range []struct {
		name  string
		table ipvs.Table
		want  string // "" for a valid table
	}{
		{"NAT to another port", ipvs.Table{to("198.51.100.1:8080", ipvs.NAT, 1)}, ""},
		{"DR", ipvs.Table{to("198.51.100.1:80", ipvs.DR, 0)}, ""},
		{"tunnel to the other family", ipvs.Table{to("[2001:db8::1]:80", ipvs.TUN, 65535)}, ""},
		{"all ports", ipvs.Table{persistent(service(ipvs.TCP, "192.0.2.1:0", "rr"), time.Second)}, ""},
		{"twice", ipvs.Table{{Service: web}, {Service: web}}, "ipvs: -t 192.0.2.1:80: listed twice"},
		{"protocol", ipvs.Table{{Service: service(1, "192.0.2.1:80", "rr")}}, "ipvs: -t 192.0.2.1:80: protocol 1 is not balanced"},
		{"no address", ipvs.Table{{Service: service(ipvs.TCP, "0.0.0.0:80", "rr")}}, "ipvs: -t 0.0.0.0:80: 0.0.0.0 is no service's address"},
		{"mapped address", ipvs.Table{{Service: service(ipvs.TCP, "[::ffff:192.0.2.1]:80", "rr")}}, "ipvs: -t [::ffff:192.0.2.1]:80: ::ffff:192.0.2.1 is no service's address"},
		{"port 0", ipvs.Table{{Service: service(ipvs.UDP, "192.0.2.1:0", "rr")}}, "ipvs: -u 192.0.2.1:0: port 0, all ports, needs persistence"},
		{"scheduler", ipvs.Table{{Service: service(ipvs.TCP, "192.0.2.1:80", "")}}, "ipvs: -t 192.0.2.1:80: no scheduler"},
		{"persistence", ipvs.Table{persistent(web, 1500*time.Millisecond)}, "ipvs: -t 192.0.2.1:80: persistence 1.5s is not a whole number of seconds"},
		{"weight", ipvs.Table{to("198.51.100.1:80", ipvs.NAT, -1)}, "ipvs: -t 192.0.2.1:80: destination 198.51.100.1:80: weight -1 is not in 0..2147483647"},
		{"DR to another port", ipvs.Table{to("198.51.100.1:81", ipvs.DR, 1)}, "ipvs: -t 192.0.2.1:80: destination 198.51.100.1:81: DR cannot change port 80"},
		{"NAT to the other family", ipvs.Table{to("[2001:db8::1]:80", ipvs.NAT, 1)}, "ipvs: -t 192.0.2.1:80: destination [2001:db8::1]:80: NAT cannot change the address family"},
		{"forwarding", ipvs.Table{to("198.51.100.1:80", 7, 1)}, "ipvs: -t 192.0.2.1:80: destination 198.51.100.1:80: no such forwarding 7"},
		{"zone", ipvs.Table{to("[fe80::1%eth0]:80", ipvs.TUN, 1)}, "ipvs: -t 192.0.2.1:80: destination [fe80::1%eth0]:80: no usable address"},
		{"destination twice", ipvs.Table{{Service: web, Destinations: []ipvs.Destination{nat("198.51.100.1:80", 1), nat("198.51.100.1:80", 2)}}},
			"ipvs: -t 192.0.2.1:80: destination 198.51.100.1:80: listed twice"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if err := tt.table.Validate(); err != nil {
				got, _, _ = strings.Cut(err.Error(), "\n")
			}
			if got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// Where one service is refused the others are served all the same, the error
// tells which change failed and why, and the next Apply repairs it.
func TestApplyFailure(t *testing.T) {
	var k ipvstest.Kernel
	bad := service(ipvs.TCP, "192.0.2.1:80", "rr")
	table := ipvs.Table{
		{Service: bad, Destinations: []ipvs.Destination{nat("198.51.100.1:80", 1)}},
		{Service: service(ipvs.TCP, "192.0.2.2:80", "rr"), Destinations: []ipvs.Destination{nat("198.51.100.1:80", 1)}},
	}
	k.Intercept(func(c ipvstest.Call) error {
		if c.Method == ipvstest.Change && c.Change.Op == ipvs.AddService && c.Change.Service.Key == bad.Key {
			return os.ErrPermission
		}
		return nil
	})
	made, err := ipvs.Apply(t.Context(), &k, state(table), nil)
	if len(made) != 2 || !strings.HasPrefix(k.String(), "-A -t 192.0.2.2:80") {
		t.Errorf("made:\n%shave:\n%v", text(made), &k)
	}
	var failed *ipvs.ChangeError
	if !errors.As(err, &failed) || failed.Change.Op != ipvs.AddService || !errors.Is(err, os.ErrPermission) || strings.Count(err.Error(), "\n") > 0 {
		t.Errorf("error: %v", err)
	}
	k.Intercept(nil)
	if _, err := ipvs.Apply(t.Context(), &k, state(table), nil); err != nil || k.String() != table.String() {
		t.Errorf("%v; have:\n%v", err, &k)
	}
}

func TestApplyCancelled(t *testing.T) {
	var k ipvstest.Kernel
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	made, err := ipvs.Apply(ctx, &k, state(ipvs.Table{{Service: service(ipvs.TCP, "192.0.2.1:80", "rr")}}), nil)
	if len(made) != 0 || !errors.Is(err, context.Canceled) || k.String() != "" {
		t.Errorf("made %v, error %v, have %v", made, err, &k)
	}
}

// From any table to any other in one Apply, with nothing left to do after it.
func TestApplyConverges(t *testing.T) {
	tables := rapid.Custom(func(t *rapid.T) ipvs.Table {
		services := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) ipvs.Service {
			s := service(rapid.SampledFrom([]ipvs.Protocol{ipvs.TCP, ipvs.UDP, ipvs.SCTP}).Draw(t, "protocol"),
				rapid.SampledFrom([]string{"192.0.2.1:80", "192.0.2.2:80", "192.0.2.1:81"}).Draw(t, "address"),
				rapid.SampledFrom([]string{"rr", "wlc"}).Draw(t, "scheduler"))
			s.Persistence = time.Duration(rapid.IntRange(0, 2).Draw(t, "persistence")) * time.Second
			return s
		}), 0, 5, func(s ipvs.Service) ipvs.Key { return s.Key }).Draw(t, "services")
		var table ipvs.Table
		for _, s := range services {
			destinations := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) ipvs.Destination {
				return nat(fmt.Sprintf("198.51.100.%d:80", rapid.IntRange(1, 5).Draw(t, "host")), rapid.IntRange(0, 2).Draw(t, "weight"))
			}), 0, 5, func(d ipvs.Destination) netip.AddrPort { return d.Address }).Draw(t, "destinations")
			table = append(table, ipvs.Entry{Service: s, Destinations: destinations})
		}
		return table
	})
	rapid.Check(t, func(t *rapid.T) {
		var k ipvstest.Kernel
		for _, name := range []string{"from", "to"} {
			table := tables.Draw(t, name)
			if _, err := ipvs.Apply(context.Background(), &k, state(table), all); err != nil {
				t.Fatal(err)
			}
			if got, want := k.String(), table.String(); got != want {
				t.Fatalf("have:\n%swant:\n%s", got, want)
			}
			if again, err := ipvs.Apply(context.Background(), &k, state(table), all); len(again) != 0 || err != nil {
				t.Fatalf("a second Apply makes %v, %v", again, err)
			}
		}
	})
}
