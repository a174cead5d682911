package ipvs_test

import (
	"fmt"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vrrpkit/vrrpkit/ipvs"
)

// ipvsadm runs it and returns its output, which is not to be an error.
func ipvsadm(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("ipvsadm", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("ipvsadm %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// sortedLines makes texts comparable whose order means nothing.
func sortedLines(s string) []string {
	return slices.Sorted(strings.Lines(s))
}

// everyOption is a table with every scheduler, flag and option there is.
func everyOption() (table ipvs.Table) {
	add := func(s ipvs.Service, d ...ipvs.Destination) {
		table = append(table, ipvs.Entry{Service: s, Destinations: d})
	}
	for i, scheduler := range []string{"rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "mh", "sed", "nq", "fo", "ovf"} {
		add(service(ipvs.TCP, fmt.Sprintf("192.0.2.10:%d", 1000+i), scheduler), nat("198.51.100.1:80", i))
	}
	for i := range ipvs.Flag3 * 2 {
		for _, scheduler := range []string{"rr", "sh", "mh"} {
			if i >= ipvs.Flag3 && scheduler != "rr" {
				continue // ipvsadm does not show it
			}
			s := service(ipvs.SCTP, fmt.Sprintf("[2001:db8::%s]:%d", hex(scheduler), 1000+int(i)), scheduler)
			s.Flags = i
			add(s)
		}
	}
	persistent := func(key ipvs.Key, seconds int, mask, engine string) ipvs.Service {
		s := ipvs.Service{Key: key, Scheduler: "wlc", Persistence: time.Duration(seconds) * time.Second, Engine: engine}
		if mask != "" {
			s.Granularity = netip.MustParseAddr(mask)
		}
		return s
	}
	key := func(p ipvs.Protocol, a string) ipvs.Key { return ipvs.Key{Protocol: p, Address: ap(a)} }
	add(persistent(key(ipvs.TCP, "192.0.2.11:0"), 1, "", ""), nat("198.51.100.1:0", 1), nat("198.51.100.1:80", 1))
	add(persistent(key(ipvs.TCP, "192.0.2.11:80"), 31*24*3600, "255.255.255.0", ""))
	add(persistent(key(ipvs.TCP, "192.0.2.12:80"), 300, "255.0.255.0", ""))
	add(persistent(key(ipvs.UDP, "[2001:db8::1]:53"), 60, "ffff:ffff:ffff:fff0::", ""))
	add(persistent(key(ipvs.UDP, "192.0.2.11:5060"), 60, "255.255.0.0", "sip"))
	add(persistent(key(ipvs.UDP, "[2001:db8::1]:5060"), 60, "", "sip"))
	add(persistent(ipvs.Key{Mark: 8}, 60, "255.255.0.0", ""))
	add(persistent(ipvs.Key{Mark: 8, IPv6: true}, 60, "ffff::", ""))

	once := service(ipvs.UDP, "192.0.2.11:53", "rr")
	once.OnePacket = true
	add(once, nat("198.51.100.1:53", 1))
	add(ipvs.Service{Key: ipvs.Key{Mark: 1<<31 - 1}, Scheduler: "sh", Flags: ipvs.Ports, OnePacket: true},
		nat("198.51.100.1:53", 1), ipvs.Destination{Address: ap("198.51.100.1:0"), Forwarding: ipvs.DR, Weight: 1})

	var destinations []ipvs.Destination
	for i, d := range []ipvs.Destination{
		{Forwarding: ipvs.NAT},
		{Forwarding: ipvs.NAT, Weight: 1<<31 - 1},
		{Forwarding: ipvs.NAT, Weight: 1, Upper: 1<<32 - 1, Lower: 1<<32 - 1},
		{Forwarding: ipvs.DR, Weight: 1, Upper: 10},
		{Forwarding: ipvs.TUN, Weight: 1, Upper: 10, Lower: 5},
		{Forwarding: ipvs.TUN, Tunnel: ipvs.Tunnel{Encapsulation: ipvs.GUE, Port: 6080}},
		{Forwarding: ipvs.TUN, Tunnel: ipvs.Tunnel{Encapsulation: ipvs.GUE, Port: 1, Checksum: ipvs.WithChecksum}},
		{Forwarding: ipvs.TUN, Tunnel: ipvs.Tunnel{Encapsulation: ipvs.GUE, Port: 65535, Checksum: ipvs.RemoteChecksum}},
		{Forwarding: ipvs.TUN, Tunnel: ipvs.Tunnel{Encapsulation: ipvs.GRE}},
		{Forwarding: ipvs.TUN, Tunnel: ipvs.Tunnel{Encapsulation: ipvs.GRE, Checksum: ipvs.WithChecksum}},
	} {
		d.Address = ap(fmt.Sprintf("198.51.100.%d:80", i+1))
		destinations = append(destinations, d)
	}
	add(service(ipvs.TCP, "192.0.2.20:80", "wrr"), destinations...)
	six := slices.Clone(destinations)
	for i := range six {
		six[i].Address = ap(fmt.Sprintf("[2001:db8:1::%d]:80", i+1))
	}
	add(service(ipvs.TCP, "[2001:db8::20]:80", "wrr"), six...)
	return table
}

func hex(s string) string { return fmt.Sprintf("%x", s) }

// testOptions has every option go both ways: what we set is what ipvsadm
// shows, and what ipvsadm sets is what we read.
func testOptions(t *testing.T, k ipvs.Kernel) {
	t.Cleanup(func() { ipvsadm(t, "-C") })
	table := everyOption()
	same := func(what string, want ipvs.Table) {
		t.Helper()
		s, err := k.State()
		if err != nil {
			t.Fatal(err)
		}
		order := cmpopts.SortSlices(func(a, b ipvs.Entry) int { return a.Key.Compare(b.Key) })
		inner := cmpopts.SortSlices(func(a, b ipvs.Destination) int { return a.Address.Compare(b.Address) })
		addr := cmp.Comparer(func(a, b netip.Addr) bool { return a == b })
		if diff := cmp.Diff(want, s.Table, order, inner, addr, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b }), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s:\n%s", what, diff)
		}
	}
	if _, err := ipvs.Apply(t.Context(), k, state(table), nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sortedLines(table.String()), sortedLines(ipvsadm(t, "-Sn"))); diff != "" {
		t.Errorf("ipvsadm -Sn:\n%s", diff)
	}
	same("set by us", table)
	saved, err := ipvs.ParseTable(ipvsadm(t, "-Sn"))
	if diff := cmp.Diff(table.String(), saved.String()); diff != "" || err != nil {
		t.Errorf("ipvsadm -Sn, parsed: %v\n%s", err, diff)
	}

	ipvsadm(t, "-C")
	var lines strings.Builder
	for _, c := range ipvs.Plan(state(table), ipvs.State{}, nil) {
		if c.Destination.Upper > 1<<31-1 { // more than ipvsadm takes
			c.Destination.Upper, c.Destination.Lower = 1<<31-1, 1<<31-1
		}
		fmt.Fprintln(&lines, c)
	}
	restore := exec.Command("ipvsadm", "-R")
	restore.Stdin = strings.NewReader(lines.String())
	if out, err := restore.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("ipvsadm -R: %v\n%s", err, out)
	}
	for i := range table {
		for j := range table[i].Destinations {
			d := &table[i].Destinations[j]
			d.Upper, d.Lower = min(d.Upper, 1<<31-1), min(d.Lower, 1<<31-1)
		}
	}
	same("set by ipvsadm", table)

	// Each option turns into each other one by an edit, and nothing else.
	from, to := table[len(table)-2], table[len(table)-2]
	for shift := range from.Destinations {
		to.Destinations = slices.Clone(from.Destinations)
		for i := range to.Destinations {
			to.Destinations[i] = from.Destinations[(i+shift)%len(from.Destinations)]
			to.Destinations[i].Address = from.Destinations[i].Address
		}
		table[len(table)-2] = to
		made, err := ipvs.Apply(t.Context(), k, state(table), nil)
		if err != nil || slices.ContainsFunc(made, func(c ipvs.Change) bool { return c.Op != ipvs.EditDestination }) {
			t.Errorf("%v, made:\n%s", err, text(made))
		}
		same("edited", table)
	}

	// A tunnel may lead to the other family, which ipvsadm 1.31 cannot ask for.
	table = ipvs.Table{{Service: service(ipvs.TCP, "192.0.2.20:80", "rr"), Destinations: []ipvs.Destination{
		{Address: ap("[2001:db8::4]:80"), Forwarding: ipvs.TUN, Weight: 1},
		{Address: ap("198.51.100.1:80"), Forwarding: ipvs.TUN, Weight: 1},
	}}}
	if _, err := ipvs.Apply(t.Context(), k, state(table), all); err != nil {
		t.Fatal(err)
	}
	same("mixed", table)
	if diff := cmp.Diff(sortedLines(table.String()), sortedLines(ipvsadm(t, "-Sn"))); diff != "" {
		t.Errorf("ipvsadm -Sn:\n%s", diff)
	}
}
