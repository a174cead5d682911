package main_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

const seed002services = `global_defs {
    router_id @NODE@
    enable_script_security
    script_user root
}
vrrp_script check_nginx {
    script "@DIR@/check_nginx.sh"
    interval 2
    weight -50
    fall 3
    rise 2
}
vrrp_script check_haproxy {
    script "/usr/bin/killall -0 @HAPROXY@"
    interval 2
    weight -50
    fall 3
    rise 2
}
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 50
    priority @HIGH@
    virtual_ipaddress {
        192.0.2.99/24
    }
    @NGINX@
}
vrrp_instance VI_WEB {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority @HIGH@
    virtual_ipaddress {
        192.0.2.100/24 label eth0:web
    }
    @TRACK@
    notify_master "@DIR@/notify.sh @NODE@ master"
    notify_backup "@DIR@/notify.sh @NODE@ backup"
}
vrrp_instance VI_DB {
    state BACKUP
    interface eth0
    virtual_router_id 52
    priority @LOW@
    virtual_ipaddress {
        192.0.2.101/24 label eth0:db
    }
}
vrrp_instance VI_SAME {
    interface eth0
    virtual_router_id 53
    priority 100
    virtual_ipaddress {
        192.0.2.102
    }
}
`

func prove002Services(t *testing.T, p seedRun) {
	s := p.stand(t, "killall")
	haproxy := s.process("hapr")
	haproxy.start()
	s.script("notify.sh", `echo "$*" >>`+s.file("calls"))
	// The service manager of this machine: nginx is active while the file is there.
	s.script("systemctl", `[ "$*" = "is-active --quiet nginx" ] && [ -e `+s.file("nginx-active")+" ]")
	s.script("check_nginx.sh", "PATH="+s.dir+":$PATH\nif systemctl is-active --quiet nginx; then exit 0; else exit 1; fi")
	nginx := s.write("nginx-active", "")
	conf := func(node, high, low, trackNginx, trackHAProxy string) string {
		return fill(seed002services, "NODE", node, "DIR", s.dir, "HIGH", high, "LOW", low,
			"NGINX", trackNginx, "TRACK", trackHAProxy, "HAPROXY", haproxy.name)
	}
	track := func(name string) string { return "track_script {\n        " + name + "\n    }" }
	confA := conf("LB1", "100", "90", track("check_nginx"), track("check_haproxy"))
	s.start(p.b, s.b, conf("LB2", "90", "100", "", ""))
	a := s.start(p.a, s.a, confA)

	p.item(t, "002.12 the complete example passes the config test", func(t *step) {
		if status, stderr := configTest(t, s.a, confA); status != 0 || stderr != "" {
			t.Errorf("status %d, printed:\n%s", status, stderr)
		}
	})
	p.item(t, "002.13 two masters, one on each node", func(t *step) {
		s.waitHolders(t, "192.0.2.100", "a", 6*time.Second)
		s.waitHolders(t, "192.0.2.101", "b", 6*time.Second)
		s.stays(t, "192.0.2.101", "b", time.Second)
	})
	p.item(t, "002.13 labels", func(t *step) {
		a, b := s.a.Run("ip", "-4", "addr", "show", "eth0"), s.b.Run("ip", "-4", "addr", "show", "eth0")
		if !regexp.MustCompile(`inet 192\.0\.2\.100/24 .* eth0:web\n`).MatchString(a) || !regexp.MustCompile(`inet 192\.0\.2\.101/24 .* eth0:db\n`).MatchString(b) {
			t.Errorf("on a:\n%son b:\n%s", a, b)
		}
	})
	p.item(t, "002.18 equal priorities still give one master", func(t *step) {
		where := s.holders("192.0.2.102")
		if len(where) != 1 {
			t.Fatalf("192.0.2.102 is on %q", where)
		}
		s.stays(t, "192.0.2.102", where, time.Second)
	})
	if err := os.Remove(nginx); err != nil {
		t.Fatal(err)
	}
	haproxy.stop()
	begin := time.Now()
	p.item(t, "002.8 the service stops: priority 50 after three failures, takeover", func(t *step) {
		low := s.waitPriority(s.a, 50, 50, begin, 9*time.Second)
		t.Logf("priority 50 after %v", low.At.Sub(begin))
		if d := low.At.Sub(begin); d < 4*time.Second || d > 7500*time.Millisecond {
			t.Errorf("priority 50 after %v, want the third failure, after 4 to 6s, and the next advert", d)
		}
		s.waitHolders(t, "192.0.2.99", "b", 5*time.Second)
	})
	p.item(t, "002.12 haproxy dies: failover", func(t *step) {
		s.waitPriority(s.a, 51, 50, begin, 2*time.Second)
		s.waitHolders(t, "192.0.2.100", "b", 5*time.Second)
		netlab.Eventually(t, 2*time.Second, "the notify scripts", func() bool {
			calls := "\n" + s.read("calls") + "\n"
			return strings.Contains(calls, "LB2 master\nLB1 backup\n") || strings.Contains(calls, "LB1 backup\nLB2 master\n")
		})
		if strings.Contains(a.Log(), "FAULT") {
			t.Error("a was in FAULT")
		}
	})
	s.write("nginx-active", "")
	haproxy.start()
	begin = time.Now()
	p.item(t, "002.8 the service is back: back after two successes", func(t *step) {
		s.waitHolders(t, "192.0.2.99", "a", 9*time.Second)
		s.waitHolders(t, "192.0.2.100", "a", 2*time.Second)
		first := s.waitPriority(s.a, 50, 100, begin, time.Second)
		t.Logf("priority 100 after %v", first.At.Sub(begin))
		if d := first.At.Sub(begin); d < 2*time.Second {
			t.Errorf("back %v after the service: one success was enough", d)
		}
	})
}

// Sixty instances whose nodes start together time out together, so that some
// become master on both sides and must give way in the same instant.
func TestTogether(t *testing.T) {
	s := newStand(t)
	const instances = 60
	vip := func(i int) string { return fmt.Sprintf("203.0.113.%d", i) }
	var conf strings.Builder
	for i := 1; i <= instances; i++ {
		fmt.Fprintf(&conf, "vrrp_instance VI_%d {\n    interface eth0\n    virtual_router_id %d\n    priority 100\n    virtual_ipaddress {\n        %s\n    }\n}\n", i, i, vip(i))
	}
	for range netlab.Count(1, 10) {
		a, b := s.start(ours, s.a, conf.String()), s.start(ours, s.b, conf.String())
		t.Run("equal priorities, both at once: one master each", func(t *testing.T) {
			for i := 1; i <= instances; i++ {
				netlab.Eventually(t, 6*time.Second, vip(i)+" on one node", func() bool { return len(s.holders(vip(i))) == 1 })
			}
			time.Sleep(500 * time.Millisecond)
			for i := 1; i <= instances; i++ {
				if on := s.holders(vip(i)); len(on) != 1 {
					t.Errorf("%s is on %q", vip(i), on)
				}
			}
			t.Logf("of %d addresses a took %d first, b %d", instances, strings.Count(a.Log(), "Entering MASTER"), strings.Count(b.Log(), "Entering MASTER"))
			if !a.Running() || !b.Running() {
				t.Fatal("a node crashed")
			}
		})
		a.Stop()
		b.Stop()
	}
}
func prove002ScriptSecurity(t *testing.T, p seedRun) {
	conf := func(script string) string {
		text := fill(seed002services, "NODE", "LB1", "HIGH", "100", "LOW", "90", "HAPROXY", "haproxy",
			"NGINX", "track_script {\n        check_nginx\n    }", "TRACK", "track_script {\n        check_haproxy\n    }")
		return strings.NewReplacer("@DIR@/check_nginx.sh", script, "@DIR@/notify.sh", "/usr/bin/true").Replace(text)
	}
	host := netlab.New(t, "killall").Host("a", "192.0.2.10/24")
	good := t.TempDir()
	for dir, mode := range map[string]os.FileMode{good: 0o755, good + "/open": 0o777} {
		_ = os.Mkdir(dir, mode)
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/check.sh", []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	p.item(t, "002.12 status 0 when owner and mode are right", func(t *step) {
		if status, stderr := configTest(t, host, conf(good+"/check.sh")); status != 0 || stderr != "" {
			t.Errorf("status %d, printed:\n%s", status, stderr)
		}
	})
	p.item(t, "002.12 the bad part of a script's path is named", func(t *step) {
		status, stderr := configTest(t, host, conf(good+"/open/check.sh"))
		if status == 0 || !strings.Contains(stderr, good+"/open on the way to") || !strings.Contains(stderr, "chmod go-w "+good+"/open") {
			t.Errorf("status %d, printed:\n%s", status, stderr)
		}
	})
}
