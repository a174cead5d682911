package ipvs_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
)

// testKernel holds for any kernel. saved returns its table as text.
func testKernel(t *testing.T, k ipvs.Kernel, saved func() string) {
	check := func(what string, want string) {
		t.Helper()
		lines := func(s string) []string { return slices.Sorted(strings.Lines(strings.TrimPrefix(s, "\n"))) }
		if diff := cmp.Diff(lines(want), lines(saved())); diff != "" {
			t.Errorf("%s: saved:\n%s", what, diff)
		}
		state, err := k.State()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(lines(want), lines(state.Table.String())); diff != "" {
			t.Errorf("%s: State:\n%s", what, diff)
		}
	}
	apply := func(table ipvs.Table, changes int) {
		t.Helper()
		made, err := ipvs.Apply(t.Context(), k, ipvs.State{Table: table}, all)
		if err != nil || len(made) != changes {
			t.Errorf("error %v, %d changes instead of %d:\n%s", err, len(made), changes, text(made))
		}
	}
	check("at first", "")

	web := service(ipvs.TCP, "192.0.2.1:80", "wlc")
	web.Persistence = 300 * time.Second
	table := ipvs.Table{
		{Service: web, Destinations: []ipvs.Destination{
			{Address: ap("198.51.100.1:80"), Forwarding: ipvs.DR, Weight: 3},
			{Address: ap("198.51.100.2:8080"), Forwarding: ipvs.NAT},
			{Address: ap("198.51.100.3:80"), Forwarding: ipvs.TUN, Weight: 65535},
			{Address: ap("[2001:db8::4]:80"), Forwarding: ipvs.TUN, Weight: 1},
		}},
		{Service: service(ipvs.UDP, "[2001:db8::1]:53", "rr"), Destinations: []ipvs.Destination{
			{Address: ap("[2001:db8::2]:5353"), Forwarding: ipvs.NAT, Weight: 1},
		}},
		{Service: service(ipvs.SCTP, "192.0.2.1:80", "wrr")},
	}
	apply(table, 8)
	check("filled", `
-A -t 192.0.2.1:80 -s wlc -p 300
-a -t 192.0.2.1:80 -r 198.51.100.1:80 -g -w 3
-a -t 192.0.2.1:80 -r 198.51.100.2:8080 -m -w 0
-a -t 192.0.2.1:80 -r 198.51.100.3:80 -i -w 65535 --tun-type ipip
-a -t 192.0.2.1:80 -r [2001:db8::4]:80 -i -w 1 --tun-type ipip
-A -u [2001:db8::1]:53 -s rr
-a -u [2001:db8::1]:53 -r [2001:db8::2]:5353 -m -w 1
-A --sctp-service 192.0.2.1:80 -s wrr
`)
	apply(table, 0)

	table[0].Service.Persistence = 0
	table[0].Destinations = []ipvs.Destination{
		{Address: ap("198.51.100.1:80"), Forwarding: ipvs.NAT, Weight: 0},
		{Address: ap("198.51.100.5:80"), Forwarding: ipvs.NAT, Weight: 1},
	}
	apply(table[:2], 9)
	check("changed", `
-A -t 192.0.2.1:80 -s wlc
-a -t 192.0.2.1:80 -r 198.51.100.1:80 -m -w 0
-a -t 192.0.2.1:80 -r 198.51.100.5:80 -m -w 1
-A -u [2001:db8::1]:53 -s rr
-a -u [2001:db8::1]:53 -r [2001:db8::2]:5353 -m -w 1
`)

	missing := service(ipvs.TCP, "192.0.2.9:80", "rr")
	there, dest := table[0].Service, table[0].Destinations[0]
	for _, tt := range []struct {
		change ipvs.Change
		want   error // nil: neither of the two
	}{
		{ipvs.Change{Op: ipvs.AddService, Service: there}, os.ErrExist},
		{ipvs.Change{Op: ipvs.EditService, Service: missing}, os.ErrNotExist},
		{ipvs.Change{Op: ipvs.DeleteService, Service: missing}, os.ErrNotExist},
		{ipvs.Change{Op: ipvs.AddDestination, Service: missing, Destination: dest}, os.ErrNotExist},
		{ipvs.Change{Op: ipvs.AddDestination, Service: there, Destination: dest}, os.ErrExist},
		{ipvs.Change{Op: ipvs.EditDestination, Service: there, Destination: nat("198.51.100.9:80", 1)}, os.ErrNotExist},
		{ipvs.Change{Op: ipvs.DeleteDestination, Service: there, Destination: nat("198.51.100.9:80", 1)}, os.ErrNotExist},
		{ipvs.Change{Op: ipvs.AddService, Service: service(ipvs.TCP, "192.0.2.9:80", "nonesuch")}, nil},
	} {
		err := k.Change(tt.change)
		if err == nil || errors.Is(err, os.ErrExist) != (tt.want == os.ErrExist) || errors.Is(err, os.ErrNotExist) != (tt.want == os.ErrNotExist) {
			t.Errorf("%v: %v", tt.change, err)
		}
	}

	apply(nil, 2)
	check("at last", "")
}

func TestFake(t *testing.T) {
	var k ipvstest.Kernel
	testKernel(t, &k, k.String)
}
