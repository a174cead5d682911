package main_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// seed002unicast has adverts on one network and the address on another.
const seed002unicast = `vrrp_instance VI_1 {
    state BACKUP
    interface eth1
    virtual_router_id 51
    priority @PRIO@
    unicast_src_ip 198.51.100.@SELF@
    unicast_peer {
        198.51.100.@PEER@
    }
    authentication {
        auth_type PASS
        auth_pass "langes_sicheres_passwort"
    }
    virtual_ipaddress {
        192.0.2.100/24 dev eth0
    }
    track_interface {
        eth0
        eth2 weight -100
    }
    notify_master "@NOTIFY@ master"
    notify_backup "@NOTIFY@ backup"
    notify_fault "@NOTIFY@ fault"
}
`

func prove002Unicast(t *testing.T, p seedRun) {
	const vip = "192.0.2.100"
	s := p.stand(t)
	for i, h := range []*netlab.Host{s.a, s.b} {
		h.AddLink("eth1", "internal", fmt.Sprintf("198.51.100.%d/24", 10+i))
		h.AddLink("eth2", "uplink")
	}
	conf := func(node, prio, self, peer string) string {
		script := s.script("notify-"+node, `echo "$*" >>`+s.file("calls-"+node)+"\n{ date +%Y && hostname && echo PATH=$PATH; } >"+s.file("tools-"+node)+" 2>&1")
		return fill(seed002unicast, "PRIO", prio, "SELF", self, "PEER", peer, "NOTIFY", script)
	}
	calls := func(t testing.TB, want ...string) {
		t.Helper()
		netlab.Eventually(t, 2*time.Second, fmt.Sprintf("the calls %q on a", want), func() bool {
			return strings.Join(s.lines("calls-a"), " ") == strings.Join(want, " ")
		})
	}
	// A daemon that systemd starts has about this environment.
	s.start(p.b, s.b, conf("b", "90", "11", "10"))
	var a *netlab.Proc
	if p.a.name == ours.name {
		a = s.startWith(s.a, conf("a", "100", "10", "11"), []string{"LANG=C"})
	} else {
		a = s.start(p.a, s.a, conf("a", "100", "10", "11"))
	}
	p.item(t, "002.21 adverts on one interface, the address on another", func(t *step) {
		s.waitHolders(t, vip, "a", 6*time.Second)
		if out := s.a.Run("ip", "-o", "-4", "addr", "show", "dev", "eth0"); !strings.Contains(out, " 192.0.2.100/24 ") {
			t.Errorf("not on eth0:\n%s", out)
		}
	})
	p.item(t, "002.10 notify_* get their own argument only", func(t *step) { calls(t, "backup", "master") })
	p.item(t, "002.11 the scripts' environment", func(t *step) {
		netlab.Eventually(t, 2*time.Second, "the tools' output", func() bool { return len(s.lines("tools-a")) == 3 })
		name, _ := os.Hostname()
		lines := s.lines("tools-a")
		t.Logf("%q", lines)
		if lines[0] != time.Now().Format("2006") || lines[1] != name || !strings.Contains(lines[2], "/usr/bin") {
			t.Errorf("%q", lines)
		}
	})
	p.item(t, "002.20 quotes around the password", func(t *step) {
		adverts := s.adverts(s.a, 51)
		if got := string(adverts[0].Payload[12:20]); got != "langes_s" {
			t.Errorf("password %q on the wire", got)
		}
	})
	s.stays(t, vip, "a", time.Second)
	begin := time.Now()
	s.a.SetPort("eth2", false)
	p.item(t, "002.9 a tracked interface with a weight: at least 1", func(t *step) {
		s.waitPriority(s.a, 51, 1, begin, 3*time.Second)
		s.waitHolders(t, vip, "b", 5*time.Second)
		calls(t, "backup", "master", "backup")
	})
	s.a.SetPort("eth2", true)
	p.item(t, "002.9 and back", func(t *step) {
		s.waitHolders(t, vip, "a", 7*time.Second)
		calls(t, "backup", "master", "backup", "master")
	})
	begin = time.Now()
	s.a.SetPort("eth0", false)
	p.item(t, "002.9 a tracked interface without a weight: FAULT", func(t *step) {
		s.waitPriority(s.a, 51, 0, begin, 3*time.Second)
		s.waitHolders(t, vip, "b", 2*time.Second)
		calls(t, "backup", "master", "backup", "master", "fault")
		has(t, a.Log, "(VI_1) Entering FAULT STATE")
	})
	p.item(t, "002.7 nothing goes to 224.0.0.18", func(t *step) {
		n := 0
		for _, a := range s.wire.Adverts() {
			if n++; a.Destination.IsMulticast() || a.Dev != "eth1" {
				t.Fatalf("an advert from %v on %s to %v", a.Source, a.Dev, a.Destination)
			}
		}
		t.Logf("%d adverts", n)
	})
}

func prove002MissingInterface(t *testing.T, p seedRun) {
	s := p.stand(t)
	conf := conf002("a", "MASTER", "150", "track_interface {\n        eth9 weight -100\n    }")
	p.item(t, "002.9 the config test misses the interface, status 5", func(t *step) {
		status, stderr := configTest(t, s.a, conf)
		if t.Log(stderr); status != 5 || !strings.Contains(stderr, "keepalived.conf:10:9: warning: interface eth9 does not exist: until it does, it counts as down") {
			t.Errorf("status %d, printed:\n%s", status, stderr)
		}
	})
	p.item(t, "002.9 an interface that does not exist counts as down", func(t *step) {
		s.start(ours, s.a, conf)
		s.waitPriority(s.a, 51, 50, time.Time{}, 6*time.Second)
		begin := time.Now()
		s.a.AddLink("eth9", "more")
		s.waitPriority(s.a, 51, 150, begin, 3*time.Second)
	})
}
