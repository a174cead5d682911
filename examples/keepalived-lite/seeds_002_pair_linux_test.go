package main_test

import (
	"os"
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

func prove002Pair(t *testing.T, p seedRun) {
	const vip = "192.0.2.100"
	s := p.stand(t, "tcpdump")
	dump := s.c.Start("tcpdump", "-l", "-i", "eth0", "vrrp")
	owners := s.lab.Owners(vip, s.a, s.b)
	a := s.start(p.a, s.a, conf002("a", "MASTER", "100", ""))
	time.Sleep(500 * time.Millisecond) // so that they do not claim the role in the same instant
	b := s.start(p.b, s.b, conf002("b", "BACKUP", "90", ""))
	node := map[string]*netlab.Proc{p.b.name: b, p.a.name: a}[ours.name]

	p.item(t, "002.3 the basic pair, /24", func(t *step) {
		s.waitHolders(t, vip, "a", 6*time.Second)
		if out := s.a.Run("ip", "-4", "addr", "show", "eth0"); !strings.Contains(out, "inet 192.0.2.100/24 ") {
			t.Errorf("on a:\n%s", out)
		}
	})
	p.item(t, "002.15 ip addr, tcpdump, and the lines that the journal gets", func(t *step) {
		// A unit that says nothing of its output has it in the journal.
		if unit, err := os.ReadFile("systemd/keepalived-lite.service"); err != nil || strings.Contains(string(unit), "StandardError") {
			t.Errorf("%v\n%s", err, unit)
		}
		has(t, node.Log, "Starting Keepalived", "(VI_1) Entering BACKUP STATE")
		if out := s.a.Run("ip", "addr", "show", "eth0"); !strings.Contains(out, vip) {
			t.Error(out)
		}
		netlab.Eventually(t, 3*time.Second, "a line of tcpdump", func() bool { return strings.Contains(dump.Log(), "VRRPv2, Advertisement, vrid 51, prio 100") })
	})
	p.item(t, "002.2 comments", func(t *step) { has(t, node.Log, "(VI_1) Entering ") })
	p.item(t, "002.3 a password of 14 characters", func(t *step) {
		has(t, node.Log, "only the first 8 characters of auth_pass count")
		for _, log := range []string{a.Log(), b.Log()} {
			if strings.Contains(log, "invalid passwd") {
				t.Errorf("they do not accept one another:\n%s", log)
			}
		}
		if got := string(s.adverts(s.a, 51)[0].Payload[12:20]); got != "secretpa" {
			t.Errorf("password %q on the wire", got)
		}
	})
	p.item(t, "002.4 adverts are periodic", func(t *step) {
		netlab.Eventually(t, 4*time.Second, "three adverts", func() bool { return len(s.adverts(s.a, 51)) >= 3 })
		checkEverySecond(t, s.adverts(s.a, 51))
	})

	probe := s.c.Probe(vip, 10*time.Millisecond)
	netlab.Eventually(t, 2*time.Second, "answers", func() bool { return probe.Answers() > 10 })
	p.item(t, "002.16 a stopped master hands over in under a second", func(t *step) {
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
	p.item(t, "002.19 the client needs no ip neigh flush", func(t *step) {
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
	p.item(t, "002.4 the old master preempts on return", func(t *step) {
		a = s.start(p.a, s.a, conf002("a", "MASTER", "100", ""))
		s.waitHolders(t, vip, "a", 6*time.Second)
	})
	p.item(t, "002.4 silence of three intervals and the skew time", func(t *step) {
		time.Sleep(1200 * time.Millisecond) // for an advert of a
		begin := time.Now()
		s.a.SetPort("eth0", false)
		first := s.waitPriority(s.b, 51, 90, begin, 6*time.Second)
		s.checkTakeover(t, s.a, first.At, first, downInterval(3, 90))
		s.waitHolders(t, vip, "b", 2*time.Second)
	})
	p.item(t, "002.4 and back when the cable is in again", func(t *step) {
		s.a.SetPort("eth0", true)
		s.waitHolders(t, vip, "a", 8*time.Second)
		t.Logf("two owners at once for at most %v", owners.Together())
	})
	p.item(t, "002.3 tshark finds no bad checksum", func(t *step) {
		netlab.Require(t, netlab.Tshark)
		if bad := s.wire.BadChecksums(); len(bad) > 0 {
			t.Errorf("%q", bad)
		}
	})
}

func prove002Nopreempt(t *testing.T, p seedRun) {
	const vip = "192.0.2.100"
	s := p.stand(t)
	conf := func(node, prio string) string { return conf002(node, "BACKUP", prio, "nopreempt") }
	a := s.start(p.a, s.a, conf("a", "100"))
	s.waitHolders(t, vip, "a", 6*time.Second)
	b := s.start(p.b, s.b, conf("b", "90"))
	has(t, func() string { return strings.ToUpper(b.Log()) }, "ENTERING BACKUP STATE")
	time.Sleep(1200 * time.Millisecond) // for an advert of a
	a.Stop()
	s.waitHolders(t, vip, "b", 2*time.Second)
	p.item(t, "002.6 the address stays when the higher one returns", func(t *step) {
		a = s.start(p.a, s.a, conf("a", "100"))
		s.stays(t, vip, "b", 4500*time.Millisecond)
	})
	p.item(t, "002.6 also when the link is late", func(t *step) {
		a.Stop()
		s.a.SetPort("eth0", false)
		a = s.start(p.a, s.a, conf("a", "100"))
		s.stays(t, vip, "b", 1500*time.Millisecond)
		s.a.SetPort("eth0", true)
		s.stays(t, vip, "b", 5500*time.Millisecond)
		has(t, func() string { return strings.ToUpper(a.Log()) }, "ENTERING FAULT STATE", "ENTERING BACKUP STATE")
	})
}
