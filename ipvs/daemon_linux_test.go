package ipvs_test

import (
	"errors"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vrrpkit/vrrpkit/ipvs"
)

// testDaemons has the sync daemons and the timeouts as ipvsadm sees them.
func testDaemons(t *testing.T, k ipvs.Kernel) {
	for _, args := range []string{"link add d0 type dummy", "link set d0 up", "addr add 192.0.2.200/24 dev d0"} {
		if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v: %s", args, err, out)
		}
	}
	shows := func(want string) {
		t.Helper()
		got := strings.TrimSpace(ipvsadm(t, "-Ln", "--daemon"))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ipvsadm --daemon:\n%s", diff)
		}
	}
	apply := func(changes int, d ...ipvs.Daemon) {
		t.Helper()
		for _, n := range []int{changes, 0} { // and once more
			made, err := ipvs.Apply(t.Context(), k, ipvs.State{Daemons: d}, nil)
			if err != nil || len(made) != n {
				t.Errorf("%v, %d changes instead of %d:\n%s", err, len(made), n, text(made))
			}
		}
	}
	master := ipvs.Daemon{Role: ipvs.Master, Interface: "d0"}
	backup := ipvs.Daemon{Role: ipvs.Backup, Interface: "d0", SyncID: 255, MaxLen: 1000, // the kernel makes it 1024
		Group: netip.MustParseAddr("224.0.0.99"), Port: 9000, TTL: 3}
	apply(2, master, backup)
	shows(`master sync daemon (mcast=d0, syncid=0, maxlen=1472, group=224.0.0.81, port=8848, ttl=1)
backup sync daemon (mcast=d0, syncid=255, maxlen=1024, group=224.0.0.99, port=9000, ttl=3)`)
	master.Group = netip.MustParseAddr("ff02::99")
	apply(2, master) // anew; the other one stays
	shows(`master sync daemon (mcast=d0, syncid=0, maxlen=1452, group=ff02::99, port=8848, ttl=1)
backup sync daemon (mcast=d0, syncid=255, maxlen=1024, group=224.0.0.99, port=9000, ttl=3)`)

	for _, c := range []struct {
		change ipvs.Change
		want   error
	}{
		{ipvs.Change{Op: ipvs.StartDaemon, Daemon: master}, os.ErrExist},
		{ipvs.Change{Op: ipvs.StopDaemon, Daemon: master}, nil},
		{ipvs.Change{Op: ipvs.StopDaemon, Daemon: backup}, nil},
		{ipvs.Change{Op: ipvs.StopDaemon, Daemon: backup}, os.ErrNotExist},
	} {
		if err := k.Change(c.change); !errors.Is(err, c.want) {
			t.Errorf("%v: %v", c.change, err)
		}
	}
	// One that is stopped at once may never have run.
	for range 50 {
		for _, op := range []ipvs.Op{ipvs.StartDaemon, ipvs.StopDaemon} {
			if err := k.Change(ipvs.Change{Op: op, Daemon: backup}); err != nil {
				t.Fatal(op, err)
			}
		}
	}
	shows("")
	ipvsadm(t, "--start-daemon", "backup", "--mcast-interface", "d0", "--syncid", "7", "--mcast-ttl", "9")
	s, err := k.State()
	want := []ipvs.Daemon{{Role: ipvs.Backup, Interface: "d0", SyncID: 7, MaxLen: 1472, Group: netip.MustParseAddr("224.0.0.81"), Port: 8848, TTL: 9}}
	if diff := cmp.Diff(want, s.Daemons, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" || err != nil {
		t.Errorf("set by ipvsadm: %v\n%s", err, diff)
	}

	// The kernel's refusals say what to do.
	mixed := ipvs.Change{Op: ipvs.AddDestination, Service: service(ipvs.TCP, "192.0.2.201:80", "rr"), Destination: ipvs.Destination{Address: ap("[2001:db8::1]:80"), Forwarding: ipvs.TUN}}
	if err := k.Change(ipvs.Change{Op: ipvs.AddService, Service: mixed.Service}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		change ipvs.Change
		want   string
	}{
		{mixed, "refused while a sync daemon runs"},
		{ipvs.Change{Op: ipvs.StartDaemon, Daemon: ipvs.Daemon{Role: ipvs.Master, Interface: "nonesuch"}}, "no interface nonesuch"},
		{ipvs.Change{Op: ipvs.AddService, Service: service(ipvs.TCP, "192.0.2.202:80", "nonesuch")}, "load the module ip_vs_nonesuch"},
		{ipvs.Change{Op: ipvs.AddService, Service: ipvs.Service{Key: ipvs.Key{Mark: 1}, Scheduler: "rr", Persistence: time.Second, Engine: "nonesuch"}}, "ip_vs_pe_nonesuch"},
	} {
		if err := k.Change(tt.change); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: %v", tt.change, err)
		}
	}
	for _, c := range []ipvs.Change{{Op: ipvs.StopDaemon, Daemon: backup}, mixed, {Op: ipvs.DeleteService, Service: mixed.Service}} {
		if err := k.Change(c); err != nil {
			t.Errorf("%v: %v", c, err)
		}
	}
}

func testTimeouts(t *testing.T, k ipvs.Kernel) {
	shows := func(want string) {
		t.Helper()
		if got := strings.TrimSpace(ipvsadm(t, "-Ln", "--timeout")); got != "Timeout (tcp tcpfin udp): "+want {
			t.Errorf("%s instead of %s", got, want)
		}
	}
	shows("900 120 300")
	for _, want := range []ipvs.Timeouts{{TCPFin: 10 * time.Second}, {TCP: 31 * 24 * time.Hour, UDP: time.Second}} {
		if made, err := ipvs.Apply(t.Context(), k, ipvs.State{Timeouts: want}, nil); err != nil || len(made) != 1 {
			t.Errorf("%v, %v", made, err)
		}
	}
	shows("2678400 10 1")
	ipvsadm(t, "--set", "1", "2", "3")
	s, err := k.State()
	if want := (ipvs.Timeouts{TCP: time.Second, TCPFin: 2 * time.Second, UDP: 3 * time.Second}); s.Timeouts != want || err != nil {
		t.Errorf("%+v, %v", s.Timeouts, err)
	}
	ipvsadm(t, "--set", "900", "120", "300")
}
