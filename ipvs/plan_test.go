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
		{"weight moves", ipvs.Table{entry(web, nat("198.51.100.1:80", 0), nat("198.51.100.2:80", 1))}, ipvs.Table{entry(web, nat("198.51.100.1:80", 1), nat("198.51.100.2:80", 0))}, all, `
-e -t 192.0.2.1:80 -r 198.51.100.2:80 -m -w 1
-e -t 192.0.2.1:80 -r 198.51.100.1:80 -m -w 0
`},
		{"several leave", ipvs.Table{entry(web, three)}, ipvs.Table{entry(web, one, two, three)}, all, `
-e -t 192.0.2.1:80 -r 198.51.100.1:80 -m -w 0
-e -t 192.0.2.1:80 -r 198.51.100.2:80 -m -w 0
-d -t 192.0.2.1:80 -r 198.51.100.1:80
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
	if !errors.As(err, &failed) || failed.Change.Op != ipvs.AddService || failed.Skipped != 1 || !errors.Is(err, os.ErrPermission) || strings.Count(err.Error(), "\n") > 0 {
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

// Tables are sorted, whatever order they come in, and flags have the names that
// the scheduler gives them.
func TestTableString(t *testing.T) {
	mark := func(n uint32, six bool) ipvs.Entry {
		return ipvs.Entry{Service: ipvs.Service{Key: ipvs.Key{Mark: n, IPv6: six}, Scheduler: "mh", Flags: ipvs.Fallback | ipvs.Ports | ipvs.Flag3}}
	}
	table := ipvs.Table{mark(2, false), mark(1, true), mark(1, false), {Service: service(ipvs.SCTP, "192.0.2.1:80", "rr")},
		{Service: service(ipvs.UDP, "192.0.2.1:80", "rr")}, {Service: service(ipvs.TCP, "[2001:db8::1]:80", "rr")},
		{Service: service(ipvs.TCP, "192.0.2.1:81", "rr")}, {Service: service(ipvs.TCP, "192.0.2.1:80", "rr")}}
	want := `-A -t 192.0.2.1:80 -s rr
-A -t 192.0.2.1:81 -s rr
-A -t [2001:db8::1]:80 -s rr
-A -u 192.0.2.1:80 -s rr
-A --sctp-service 192.0.2.1:80 -s rr
-A -f 1 -s mh -b mh-fallback,mh-port,flag-3
-A -f 1 -6 -s mh -b mh-fallback,mh-port,flag-3
-A -f 2 -s mh -b mh-fallback,mh-port,flag-3
`
	for range len(table) {
		table = append(table[1:], table[0])
		if diff := cmp.Diff(want, table.String()); diff != "" {
			t.Fatal(diff)
		}
	}
}
