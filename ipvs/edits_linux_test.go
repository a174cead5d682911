package ipvs_test

import (
	"io"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/ipvs"
)

// testEditsKeep has a connection through a service, and counters that go on
// counting, while everything about the service and its destination is edited.
func testEditsKeep(t *testing.T, k ipvs.Kernel) {
	t.Cleanup(func() { ipvsadm(t, "-C") })
	server, err := net.Listen("tcp", "127.0.0.2:8080")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go func() {
		for {
			c, err := server.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c); c.Close() }()
		}
	}()
	s := service(ipvs.TCP, "127.0.0.1:80", "rr")
	d := nat("127.0.0.2:8080", 1)
	apply := func() {
		t.Helper()
		made, err := ipvs.Apply(t.Context(), k, state(ipvs.Table{{Service: s, Destinations: []ipvs.Destination{d}}}), nil)
		if err != nil || slices.ContainsFunc(made, func(c ipvs.Change) bool { return c.Op == ipvs.DeleteService || c.Op == ipvs.DeleteDestination }) {
			t.Fatalf("%v, made:\n%s", err, text(made))
		}
	}
	apply()
	conn, err := net.Dial("tcp", "127.0.0.1:80")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	echo := func() {
		t.Helper()
		_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
		if _, err := io.WriteString(conn, "hello"); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(conn, make([]byte, 5)); err != nil {
			t.Fatal(err)
		}
	}
	stats := func() ipvs.ServiceStats {
		t.Helper()
		got, err := k.Stats(s.Key)
		if err != nil || len(got) != 1 || len(got[0].Destinations) != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
		return got[0]
	}
	echo()
	for begin := time.Now(); stats().Connections == 0; time.Sleep(100 * time.Millisecond) { // the kernel adds up every 2 s
		if time.Since(begin) > 20*time.Second {
			t.Fatalf("no connection is counted: %+v", stats())
		}
	}
	before := stats().InBytes
	for _, edit := range []func(){
		func() { s.Scheduler = "wlc" },
		func() { s.Scheduler, s.Flags = "sh", ipvs.Ports|ipvs.Fallback },
		func() { s.Persistence = time.Minute },
		func() { s.Granularity = netip.MustParseAddr("255.255.255.0") },
		func() { s.Engine = "sip" },
		func() { s.Persistence, s.Granularity, s.Engine = 0, netip.Addr{}, "" },
		func() { d.Weight = 100 },
		func() { d.Weight = 0 }, // drained: what exists goes on
		func() { d.Weight, d.Upper, d.Lower = 1, 9, 3 },
	} {
		edit()
		apply()
		echo()
		st := stats()
		to := st.Destinations[0]
		if st.Connections != 1 || st.InBytes < before || to.Connections != 1 || to.InBytes < before || to.Active != 1 || to.Weight != d.Weight {
			t.Errorf("%v %v: %+v", s, d, st)
		}
	}
	for _, c := range []ipvs.Change{{Op: ipvs.ZeroService, Service: s}, {Op: ipvs.Zero}} {
		if err := k.Change(c); err != nil {
			t.Fatal(err)
		}
		if got := stats(); got.Connections != 0 || got.Destinations[0].Connections != 0 || got.Destinations[0].Active != 1 {
			t.Errorf("%v: %+v", c, got)
		}
		echo()
	}
	if got, err := k.Stats(ipvs.Key{Mark: 99}); len(got) != 0 || err != nil {
		t.Errorf("no such service: %+v, %v", got, err)
	}
	if err := k.Change(ipvs.Change{Op: ipvs.Flush}); err != nil || ipvsadm(t, "-Sn") != "" {
		t.Errorf("flush: %v, left:\n%s", err, ipvsadm(t, "-Sn"))
	}
}
