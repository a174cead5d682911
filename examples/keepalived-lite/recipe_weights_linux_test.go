package main_test

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

const degradingConf = `
global_defs {
    script_user root
}
vrrp_script chk {
    script "/usr/bin/test ! -e @FILE@"
    interval 1
    fall 1
    rise 1
    @WEIGHT@
}
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 71
    version 3
    priority @PRIORITY@
    advert_int 0.2
    @MORE@
    track_script {
        chk
    }
    virtual_ipaddress {
        192.0.2.100/24
    }
}
`

// R4: the check of the master fails, and the address stays, because of the
// numbers. lint refuses both pairs of configurations that were reported; with
// what it advises the other node takes over, whatever runs where. keepalived
// beside itself runs what was reported.
func TestRecipeR4(t *testing.T) {
	const vip = "192.0.2.100"
	for _, tt := range []struct {
		name, rule   string
		weight, more string // as reported
		low          string // the priority of b; that of a is 100
		advice       string // the weight that lint advises
		degraded     string // what it advises instead where b is ours
	}{
		{name: "weight", rule: "failover-unreachable", weight: "weight 2", low: "50", advice: "weight 60"},
		{name: "nopreempt", rule: "nopreempt-blocks-failover", weight: "weight -20", more: "nopreempt", low: "90", degraded: "preempt_on_degraded"},
	} {
		if tt.degraded == "" && !netlab.Soak() {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			all := []pairing{oursOurs, oursReference, referenceOurs, referenceReference}
			pairings(t, []pairing{referenceOurs}, all, func(t *testing.T, p pairing) {
				s := newStand(t, netlab.Keepalived)
				weight := tt.weight
				conf := func(node, priority, more string) string {
					return fill(degradingConf, "FILE", s.file(node+".bad"), "WEIGHT", weight, "PRIORITY", priority, "MORE", tt.more+more)
				}
				if out := s.lint(conf("a", "100", ""), conf("b", tt.low, "")); !strings.Contains(out, "["+tt.rule+"]") {
					t.Errorf("lint does not say %s of what was reported:\n%s", tt.rule, out)
				}
				more := ""
				switch {
				case p.a.name == reference.name && p.b.name == reference.name:
				case p.b.name == ours.name && tt.degraded != "":
					more = "\n" + tt.degraded
				default:
					weight = tt.advice
				}
				if out := s.lint(conf("a", "100", ""), conf("b", tt.low, more)); weight+more != tt.weight && strings.Contains(out, "["+tt.rule+"]") {
					t.Errorf("lint says %s of what it advises:\n%s", tt.rule, out)
				}
				// b first: a master with nopreempt that has never heard another
				// router of ours advertises priority 1 for half a minute, which
				// cannot become less.
				b := s.start(p.b, s.b, conf("b", tt.low, more))
				s.waitHolders(t, vip, "b", 10*time.Second)
				s.start(p.a, s.a, conf("a", "100", ""))
				time.Sleep(2 * time.Second)
				b.Stop()
				s.waitHolders(t, vip, "a", 10*time.Second)
				b = s.start(p.b, s.b, conf("b", tt.low, more))
				y := tally{t: t, p: p}
				defer y.log()
				for range netlab.Count(1, 50) {
					time.Sleep(2*time.Second + time.Duration(rand.IntN(1000))*time.Millisecond) // the first results
					s.write("a.bad", "")
					moved := false
					for end := time.Now().Add(5 * time.Second); !moved && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
						moved = s.holders(vip) == "b"
					}
					y.judge(!moved, "a's check fails, and %s is on %q", vip, s.holders(vip))
					if err := os.Remove(s.file("a.bad")); err != nil {
						t.Fatal(err)
					}
					if tt.more == "" {
						s.waitHolders(t, vip, "a", 10*time.Second)
						continue
					}
					time.Sleep(2 * time.Second) // a's check succeeds again
					b.Stop()
					s.waitHolders(t, vip, "a", 10*time.Second)
					b = s.start(p.b, s.b, conf("b", tt.low, more))
				}
			})
		})
	}
}

// lint returns what keepalived-lite lint says of the nodes' configurations.
func (s *stand) lint(a, b string) string {
	s.t.Helper()
	path, err := program()
	if err != nil {
		s.t.Fatal(err)
	}
	out, _ := exec.Command(path, "lint", s.write("a.conf", a), s.write("b.conf", b)).CombinedOutput()
	return string(out)
}
