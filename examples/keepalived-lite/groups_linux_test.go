package main_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

const groupConf = `
global_defs {
    script_user root
    enable_script_security
}
vrrp_script chk_web {
    script "/usr/bin/test ! -e @DIR@/broken-@NODE@"
    interval 1
}
vrrp_sync_group VG {
    group {
        VI_WEB
        VI_DB
    }
    notify "@GROUP@"
}
vrrp_instance VI_WEB {
    state @STATE1@
    interface eth0
    virtual_router_id 81
    version 3
    priority @PRIORITY1@
    advert_int 0.2
    virtual_ipaddress { 192.0.2.181/24 }
    track_script { chk_web }
}
vrrp_instance VI_DB {
    state @STATE2@
    interface eth0
    virtual_router_id 82
    version 3
    priority @PRIORITY2@
    advert_int 0.2
    virtual_ipaddress { 192.0.2.182/24 }
}
`

// Two instances that belong together, whose nodes have opposite states and priorities.
func prove002Group(t *testing.T, p seedRun) {
	s := p.stand(t, netlab.Keepalived)
	conf := func(h *netlab.Host, one, two string) string {
		states := map[string]string{"100": "MASTER", "90": "BACKUP"}
		return fill(groupConf, "DIR", s.dir, "NODE", h.Name, "GROUP", s.script("group-"+h.Name, "echo $* >>"+s.file("calls-"+h.Name)),
			"STATE1", states[one], "PRIORITY1", one, "STATE2", states[two], "PRIORITY2", two)
	}
	on := func() string { return s.holders("192.0.2.181") + "/" + s.holders("192.0.2.182") }
	wait := func(t testing.TB, want string) {
		t.Helper()
		netlab.Eventually(t, 10*time.Second, "both addresses on "+want, func() bool { return on() == want })
	}
	a := s.start(p.a, s.a, conf(s.a, "100", "90"))
	wait(t, "a/a")
	s.start(p.b, s.b, conf(s.b, "90", "100"))
	p.item(t, "002.14 opposite states and priorities settle on one node", func(t *step) {
		for end := time.Now().Add(3 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			if got := on(); got != "a/a" {
				t.Fatalf("the addresses are on %s: an election without end", got)
			}
		}
	})
	broken := s.write("broken-a", "")
	p.item(t, "002.14 a fault of one member moves both", func(t *step) {
		wait(t, "b/b")
		if err := os.Remove(broken); err != nil {
			t.Fatal(err)
		}
		s.stays(t, "192.0.2.182", "b", 3*time.Second)
		s.stays(t, "192.0.2.181", "b", time.Second)
	})
	s.write("broken-b", "")
	wait(t, "a/a")
	a.Stop()
	p.item(t, "002.14 the group's script runs once per transition", func(t *step) {
		want := []string{"BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER", "STOP"}
		for i := range want {
			want[i] = "GROUP VG " + want[i] + " 0"
		}
		if got := s.lines("calls-a"); !slices.Equal(got, want) {
			t.Errorf("it was called with %q, want %q", got, want)
		}
	})
}
