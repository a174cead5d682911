package main_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// The recipes reproduce what users of keepalived report again and again. Where
// ours is the side that can prevent it, it must not happen; keepalived beside
// itself shows, in a long run, that it does.

var referenceReference = pairing{reference, reference}

const recipeConf = `
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 71
    version 3
    priority @PRIORITY@
    advert_int @INTERVAL@
    @MORE@
    virtual_ipaddress { 192.0.2.100/24 }
}
`

// tally counts the runs of a recipe and how many of them ended badly.
type tally struct {
	t         *testing.T
	p         pairing
	runs, bad int
}

// judge counts a run. Only keepalived without us may end badly.
func (y *tally) judge(bad bool, format string, args ...any) {
	y.runs++
	if !bad {
		return
	}
	y.bad++
	if y.p.a.name == ours.name || y.p.b.name == ours.name {
		y.t.Errorf("run %d: %s", y.runs, fmt.Sprintf(format, args...))
	}
}

func (y *tally) log() {
	y.t.Logf("%s: %d of %d runs ended badly", y.p, y.bad, y.runs)
}

// R1: the master's process stops and its port forwards nothing; the backup takes
// over; both come back. The master may never have noticed anything, and the
// client must not go on talking to the backup.
func TestRecipeR1(t *testing.T) {
	const vip = "192.0.2.100"
	all := []pairing{oursOurs, oursReference, referenceOurs, referenceReference}
	pairings(t, []pairing{oursReference, referenceOurs}, all, func(t *testing.T, p pairing) {
		s := newStand(t, netlab.Keepalived, netlab.NFT)
		conf := func(priority string) string {
			return fill(recipeConf, "PRIORITY", priority, "INTERVAL", "0.2", "MORE", "")
		}
		s.start(p.a, s.a, conf("100"))
		s.start(p.b, s.b, conf("90"))
		s.waitHolders(t, vip, "a", 10*time.Second)
		probe := s.c.Probe(vip, 20*time.Millisecond)
		defer probe.Stop()
		y := tally{t: t, p: p}
		defer y.log()
		for range netlab.Count(1, 50) {
			netlab.Eventually(t, 10*time.Second, "the client to see it on a", func() bool { return s.neighbour(vip) == s.mac(s.a) })
			time.Sleep(time.Second)
			s.a.Freeze()
			s.lab.Partition([]*netlab.Host{s.a}, []*netlab.Host{s.b, s.c})
			// From too short for a takeover, which takes 0.73 s, to long after it.
			time.Sleep(500*time.Millisecond + time.Duration(rand.IntN(2000))*time.Millisecond)
			s.lab.Heal()
			s.a.Thaw()
			s.waitHolders(t, vip, "a", 5*time.Second)
			time.Sleep(1500 * time.Millisecond) // the last announcement is a second behind the contest
			y.judge(s.neighbour(vip) != s.mac(s.a), "the client still talks to b")
			if s.neighbour(vip) != s.mac(s.a) {
				s.c.IP("neigh flush dev eth0")
			}
		}
	})
}

// R3: a router that does not preempt starts while its port forwards nothing yet,
// hears no master, and must not take the address from the one there is.
func TestRecipeR3(t *testing.T) {
	const vip = "192.0.2.100"
	all := []pairing{oursOurs, oursReference, referenceOurs, referenceReference}
	pairings(t, []pairing{oursReference, referenceOurs}, all, func(t *testing.T, p pairing) {
		s := newStand(t, netlab.Keepalived, netlab.NFT)
		start := func(i implementation, h *netlab.Host, priority string) *netlab.Proc {
			more := "nopreempt"
			if i.name == ours.name {
				more += "\n nopreempt_hold"
			}
			return s.start(i, h, fill(recipeConf, "PRIORITY", priority, "INTERVAL", "0.5", "MORE", more))
		}
		y := tally{t: t, p: p}
		defer y.log()
		for range netlab.Count(1, 50) {
			// b has the role since a left, as when a reboots.
			a := start(p.a, s.a, "100")
			s.waitHolders(t, vip, "a", 10*time.Second)
			b := start(p.b, s.b, "90")
			time.Sleep(time.Second)
			a.Stop()
			s.waitHolders(t, vip, "b", 10*time.Second)

			s.lab.Partition([]*netlab.Host{s.a}, []*netlab.Host{s.b, s.c})
			a = start(p.a, s.a, "100")
			s.waitHolders(t, vip, "ab", 10*time.Second)
			time.Sleep(time.Duration(rand.IntN(2000)) * time.Millisecond)
			s.lab.Heal()
			time.Sleep(2500 * time.Millisecond) // longer than a down interval
			y.judge(s.holders(vip) != "b", "%s is on %q, it was on b", vip, s.holders(vip))
			a.Stop()
			b.Stop()
		}
	})
}

// timer_expired_backup: a master that does not preempt, and wakes up behind a
// takeover, leaves the role to the router that has it, though its priority is
// higher.
func TestTimerExpiredBackup(t *testing.T) {
	const vip = "192.0.2.100"
	s := newStand(t, netlab.Keepalived)
	conf := func(priority, more string) string {
		return fill(recipeConf, "PRIORITY", priority, "INTERVAL", "0.5", "MORE", "nopreempt\n"+more)
	}
	s.start(reference, s.b, conf("90", ""))
	s.waitHolders(t, vip, "b", 10*time.Second)
	a := s.start(ours, s.a, conf("100", "timer_expired_backup 90"))
	time.Sleep(time.Second)
	s.b.Crash()
	s.waitHolders(t, vip, "ab", 10*time.Second)
	s.b.IP("addr flush to 192.0.2.100/32")
	s.start(reference, s.b, conf("90", ""))
	time.Sleep(time.Second)
	s.a.Freeze()
	s.waitHolders(t, vip, "ab", 10*time.Second)
	time.Sleep(time.Second)
	s.a.Thaw()
	s.waitHolders(t, vip, "b", 5*time.Second)
	s.stays(t, vip, "b", 1500*time.Millisecond)
	has(t, a.Log, `Entering BACKUP STATE from=MASTER cause=stalled`)
}
