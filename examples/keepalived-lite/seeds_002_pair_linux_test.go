package main_test

import (
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
		t.Run("002.2 comments", func(t *testing.T) { has(t, node.Log, "(VI_1) Entering ") })
		t.Run("002.3 a password of 14 characters", func(t *testing.T) {
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
			has(t, func() string { return strings.ToUpper(a.Log()) }, "ENTERING FAULT STATE", "ENTERING BACKUP STATE")
		})
	})
}
