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

// Text 002: the broad how-to.

const seed002 = `# keepalived.conf of node @NODE@

vrrp_instance VI_1 {
    state @STATE@   # BACKUP on the other
    interface eth0
    virtual_router_id 51
    priority @PRIO@
    advert_int 1
    @EXTRA@
    authentication {
        auth_type PASS
        auth_pass secretpassword   # the same on both
    }
    virtual_ipaddress {
        192.0.2.100/24
    }
}
`

func conf002(node, state, prio, extra string) string {
	return fill(seed002, "NODE", node, "STATE", state, "PRIO", prio, "EXTRA", extra)
}

func TestSeed002Pair(t *testing.T) {
	pairings(t, []pairing{oursReference, referenceOurs}, nil, func(t *testing.T, p pairing) {
		const vip = "192.0.2.100"
		s := newStand(t)
		owners := s.lab.Owners(vip, s.a, s.b)
		a := s.start(p.a, s.a, conf002("a", "MASTER", "100", ""))
		b := s.start(p.b, s.b, conf002("b", "BACKUP", "90", ""))
		node := map[string]*netlab.Proc{p.b.name: b, p.a.name: a}[ours.name]

		t.Run("002.3 the basic pair, /24", func(t *testing.T) {
			s.waitHolders(t, vip, "a", 6*time.Second)
			if out := s.a.Run("ip", "-4", "addr", "show", "eth0"); !strings.Contains(out, "inet 192.0.2.100/24 ") {
				t.Errorf("on a:\n%s", out)
			}
		})
		t.Run("002.2 comments", func(t *testing.T) { has(t, node.Log(), "(VI_1) Entering ") })
		t.Run("002.3 a password of 14 characters", func(t *testing.T) {
			has(t, node.Log(), "only the first 8 characters of auth_pass count")
			for _, log := range []string{a.Log(), b.Log()} {
				if strings.Contains(log, "invalid passwd") {
					t.Errorf("they do not accept one another:\n%s", log)
				}
			}
			if got := string(s.adverts(s.a, 51)[0].Payload[12:20]); got != "secretpa" {
				t.Errorf("password %q on the wire", got)
			}
		})
		t.Run("002.4 adverts are periodic", func(t *testing.T) {
			netlab.Eventually(t, 4*time.Second, "three adverts", func() bool { return len(s.adverts(s.a, 51)) >= 3 })
			checkEverySecond(t, s.adverts(s.a, 51))
		})

		probe := s.c.Probe(vip, 10*time.Millisecond)
		netlab.Eventually(t, 2*time.Second, "answers", func() bool { return probe.Answers() > 10 })
		t.Run("002.16 a stopped master hands over in under a second", func(t *testing.T) {
			begin := time.Now()
			a.Signal(15)
			s.waitHolders(t, vip, "b", time.Second)
			t.Logf("the address was on b within %v", time.Since(begin))
			a.Wait(5 * time.Second)
			if s.a.HasAddress(vip) {
				t.Error("the address is still on a, which has ended")
			}
			zero := s.waitPriority(s.a, 51, 0, begin.Add(-time.Second), time.Second)
			if zero.At.Before(begin.Add(-50 * time.Millisecond)) {
				t.Errorf("priority 0 came %v before the signal", begin.Sub(zero.At))
			}
		})
		t.Run("002.19 the client needs no ip neigh flush", func(t *testing.T) {
			seen := probe.Answers()
			netlab.Eventually(t, 2*time.Second, "answers from b", func() bool { return probe.Answers() > seen+5 })
			outage := probe.Stop().Longest().Duration()
			t.Logf("the client's outage: %v", outage)
			if outage > 1200*time.Millisecond {
				t.Errorf("no answer for %v", outage)
			}
			if got, want := s.neighbour(vip), s.mac(s.b); got != want {
				t.Errorf("the client has %s, b is %s", got, want)
			}
		})
		t.Run("002.4 the old master preempts on return", func(t *testing.T) {
			a = s.start(p.a, s.a, conf002("a", "MASTER", "100", ""))
			s.waitHolders(t, vip, "a", 6*time.Second)
		})
		t.Run("002.4 silence of three intervals and the skew time", func(t *testing.T) {
			time.Sleep(1200 * time.Millisecond) // for an advert of a
			begin := time.Now()
			s.a.SetPort("eth0", false)
			first := s.waitPriority(s.b, 51, 90, begin, 6*time.Second)
			s.checkTakeover(t, s.a, first.At, first, downInterval(3, 90))
			s.waitHolders(t, vip, "b", 2*time.Second)
		})
		t.Run("002.4 and back when the cable is in again", func(t *testing.T) {
			s.a.SetPort("eth0", true)
			s.waitHolders(t, vip, "a", 8*time.Second)
			t.Logf("two owners at once for at most %v", owners.Together())
		})
		t.Run("002.3 tshark finds no bad checksum", func(t *testing.T) {
			netlab.Require(t, netlab.Tshark)
			if bad := s.wire.BadChecksums(); len(bad) > 0 {
				t.Errorf("%q", bad)
			}
		})
	})
}

func TestSeed002Nopreempt(t *testing.T) {
	pairings(t, []pairing{oursReference}, nil, func(t *testing.T, p pairing) {
		const vip = "192.0.2.100"
		s := newStand(t)
		conf := func(node, prio string) string { return conf002(node, "BACKUP", prio, "nopreempt") }
		a := s.start(p.a, s.a, conf("a", "100"))
		s.start(p.b, s.b, conf("b", "90"))
		s.waitHolders(t, vip, "a", 6*time.Second)
		a.Stop()
		s.waitHolders(t, vip, "b", 2*time.Second)
		t.Run("002.6 the address stays when the higher one returns", func(t *testing.T) {
			a = s.start(p.a, s.a, conf("a", "100"))
			s.stays(t, vip, "b", 4500*time.Millisecond)
		})
		t.Run("002.6 also when the link is late", func(t *testing.T) {
			a.Stop()
			s.a.SetPort("eth0", false)
			a = s.start(p.a, s.a, conf("a", "100"))
			s.stays(t, vip, "b", 1500*time.Millisecond)
			s.a.SetPort("eth0", true)
			s.stays(t, vip, "b", 5500*time.Millisecond)
			has(t, strings.ToUpper(a.Log()), "ENTERING FAULT STATE", "ENTERING BACKUP STATE")
		})
	})
}

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

func TestSeed002Unicast(t *testing.T) {
	pairings(t, []pairing{oursOurs, oursReference}, nil, func(t *testing.T, p pairing) {
		const vip = "192.0.2.100"
		s := newStand(t)
		for i, h := range []*netlab.Host{s.a, s.b} {
			h.AddLink("eth1", "internal", fmt.Sprintf("198.51.100.%d/24", 10+i))
			h.AddLink("eth2", "uplink")
		}
		conf := func(node, prio, self, peer string) string {
			script := s.script("notify-"+node, `echo "$*" >>`+s.file("calls-"+node)+"\n{ date +%Y && hostname && echo PATH=$PATH; } >"+s.file("tools-"+node)+" 2>&1")
			return fill(seed002unicast, "PRIO", prio, "SELF", self, "PEER", peer, "NOTIFY", script)
		}
		calls := func(t *testing.T, want ...string) {
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
		t.Run("002.21 adverts on one interface, the address on another", func(t *testing.T) {
			s.waitHolders(t, vip, "a", 6*time.Second)
			if out := s.a.Run("ip", "-o", "-4", "addr", "show", "dev", "eth0"); !strings.Contains(out, " 192.0.2.100/24 ") {
				t.Errorf("not on eth0:\n%s", out)
			}
		})
		t.Run("002.10 notify_* get their own argument only", func(t *testing.T) { calls(t, "backup", "master") })
		t.Run("002.11 the scripts' environment", func(t *testing.T) {
			netlab.Eventually(t, 2*time.Second, "the tools' output", func() bool { return len(s.lines("tools-a")) == 3 })
			name, _ := os.Hostname()
			lines := s.lines("tools-a")
			t.Logf("%q", lines)
			if lines[0] != time.Now().Format("2006") || lines[1] != name || !strings.Contains(lines[2], "/usr/bin") {
				t.Errorf("%q", lines)
			}
		})
		t.Run("002.20 quotes around the password", func(t *testing.T) {
			adverts := s.adverts(s.a, 51)
			if got := string(adverts[0].Payload[12:20]); got != "langes_s" {
				t.Errorf("password %q on the wire", got)
			}
		})
		s.stays(t, vip, "a", time.Second)
		begin := time.Now()
		s.a.SetPort("eth2", false)
		t.Run("002.9 a tracked interface with a weight: at least 1", func(t *testing.T) {
			s.waitPriority(s.a, 51, 1, begin, 3*time.Second)
			s.waitHolders(t, vip, "b", 5*time.Second)
			calls(t, "backup", "master", "backup")
		})
		s.a.SetPort("eth2", true)
		t.Run("002.9 and back", func(t *testing.T) {
			s.waitHolders(t, vip, "a", 7*time.Second)
			calls(t, "backup", "master", "backup", "master")
		})
		begin = time.Now()
		s.a.SetPort("eth0", false)
		t.Run("002.9 a tracked interface without a weight: FAULT", func(t *testing.T) {
			s.waitPriority(s.a, 51, 0, begin, 3*time.Second)
			s.waitHolders(t, vip, "b", 2*time.Second)
			calls(t, "backup", "master", "backup", "master", "fault")
			has(t, a.Log(), "(VI_1) Entering FAULT STATE")
		})
		t.Run("002.7 nothing goes to 224.0.0.18", func(t *testing.T) {
			n := 0
			for _, a := range s.wire.Adverts() {
				if n++; a.Destination.IsMulticast() || a.Dev != "eth1" {
					t.Fatalf("an advert from %v on %s to %v", a.Source, a.Dev, a.Destination)
				}
			}
			t.Logf("%d adverts", n)
		})
	})
}

func TestSeed002MissingInterface(t *testing.T) {
	s := newStand(t)
	t.Run("002.9 an interface that does not exist counts as down", func(t *testing.T) {
		conf := conf002("a", "MASTER", "150", "track_interface {\n        eth9 weight -100\n    }")
		s.start(ours, s.a, conf)
		s.waitPriority(s.a, 51, 50, time.Time{}, 6*time.Second)
		begin := time.Now()
		s.a.AddLink("eth9", "more")
		s.waitPriority(s.a, 51, 150, begin, 3*time.Second)
	})
}

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

func TestSeed002Services(t *testing.T) {
	pairings(t, []pairing{oursOurs}, nil, func(t *testing.T, p pairing) {
		s := newStand(t, "killall")
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

		t.Run("002.12 the complete example passes the config test", func(t *testing.T) {
			if status, stderr := configTest(t, confA); status != 0 || stderr != "" {
				t.Errorf("status %d, printed:\n%s", status, stderr)
			}
		})
		t.Run("002.13 two masters, one on each node", func(t *testing.T) {
			s.waitHolders(t, "192.0.2.100", "a", 6*time.Second)
			s.waitHolders(t, "192.0.2.101", "b", 6*time.Second)
			s.stays(t, "192.0.2.101", "b", time.Second)
		})
		t.Run("002.13 labels", func(t *testing.T) {
			a, b := s.a.Run("ip", "-4", "addr", "show", "eth0"), s.b.Run("ip", "-4", "addr", "show", "eth0")
			if !regexp.MustCompile(`inet 192\.0\.2\.100/24 .* eth0:web\n`).MatchString(a) || !regexp.MustCompile(`inet 192\.0\.2\.101/24 .* eth0:db\n`).MatchString(b) {
				t.Errorf("on a:\n%son b:\n%s", a, b)
			}
		})
		t.Run("002.18 equal priorities still give one master", func(t *testing.T) {
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
		t.Run("002.8 the service stops: priority 50 after three failures, takeover", func(t *testing.T) {
			low := s.waitPriority(s.a, 50, 50, begin, 9*time.Second)
			t.Logf("priority 50 after %v", low.At.Sub(begin))
			if d := low.At.Sub(begin); d < 4*time.Second || d > 7500*time.Millisecond {
				t.Errorf("priority 50 after %v, want the third failure, after 4 to 6s, and the next advert", d)
			}
			s.waitHolders(t, "192.0.2.99", "b", 5*time.Second)
		})
		t.Run("002.12 haproxy dies: failover", func(t *testing.T) {
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
		t.Run("002.8 the service is back: back after two successes", func(t *testing.T) {
			s.waitHolders(t, "192.0.2.99", "a", 9*time.Second)
			s.waitHolders(t, "192.0.2.100", "a", 2*time.Second)
			first := s.waitPriority(s.a, 50, 100, begin, time.Second)
			t.Logf("priority 100 after %v", first.At.Sub(begin))
			if d := first.At.Sub(begin); d < 2*time.Second {
				t.Errorf("back %v after the service: one success was enough", d)
			}
		})
	})
}

// Sixty instances whose nodes start together time out together, so that some
// become master on both sides and must give way in the same instant.
func TestSeed002Together(t *testing.T) {
	s := newStand(t)
	const instances = 60
	vip := func(i int) string { return fmt.Sprintf("203.0.113.%d", i) }
	var conf strings.Builder
	for i := 1; i <= instances; i++ {
		fmt.Fprintf(&conf, "vrrp_instance VI_%d {\n    interface eth0\n    virtual_router_id %d\n    priority 100\n    virtual_ipaddress {\n        %s\n    }\n}\n", i, i, vip(i))
	}
	for range netlab.Count(1, 10) {
		a, b := s.start(ours, s.a, conf.String()), s.start(ours, s.b, conf.String())
		t.Run("002.18 equal priorities, both at once: one master each", func(t *testing.T) {
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
