package main_test

import (
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

const seed004drop = `vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority @PRIO@
    virtual_ipaddress {
        192.0.2.100/24
    }
}
vrrp_instance VI_PATIENT {
    interface eth0
    virtual_router_id 54
    priority @PRIO@
    down_timer_adverts 5
    virtual_ipaddress {
        192.0.2.104/24
    }
}
`

func prove004Drop(t *testing.T, p seedRun) {
	s := p.stand(t, "iptables")
	s.start(p.a, s.a, fill(seed004drop, "PRIO", "100"))
	s.start(p.b, s.b, fill(seed004drop, "PRIO", "90"))
	s.waitHolders(t, "192.0.2.100", "a", 6*time.Second)
	s.waitHolders(t, "192.0.2.104", "a", 6*time.Second)
	probe := s.c.Probe("192.0.2.100", 10*time.Millisecond)

	// Right after adverts of both, so that the rule hits the next ones.
	seen := s.waitPriority(s.a, 54, 100, time.Now(), 3*time.Second)
	s.waitPriority(s.a, 51, 100, seen.At.Add(-500*time.Millisecond), 3*time.Second)
	begin := time.Now()
	s.b.Run("iptables", "-A", "INPUT", "-p", "vrrp", "-j", "DROP")
	p.item(t, "004.11 the backup hears nothing and takes over", func(t *step) {
		s.checkTakeover(t, s.a, begin, s.waitPriority(s.b, 51, 90, begin, 6*time.Second), downInterval(3, 90))
	})
	p.item(t, "004.13 down_timer_adverts 5", func(t *step) {
		s.checkTakeover(t, s.a, begin, s.waitPriority(s.b, 54, 90, begin, 8*time.Second), downInterval(5, 90))
	})
	p.item(t, "004.11 both are master while the rule is there", func(t *step) { s.stays(t, "192.0.2.100", "ab", 1500*time.Millisecond) })
	s.b.Run("iptables", "-D", "INPUT", "-p", "vrrp", "-j", "DROP")
	p.item(t, "004.11 one master again, and the client reaches it", func(t *step) {
		s.waitHolders(t, "192.0.2.100", "a", 2*time.Second)
		s.stays(t, "192.0.2.100", "a", 1200*time.Millisecond)
		netlab.Eventually(t, time.Second, "the client to see it on a", func() bool { return s.neighbour("192.0.2.100") == s.mac(s.a) })
		before := probe.Answers()
		netlab.Eventually(t, time.Second, "answers", func() bool { return probe.Answers() > before+10 })
	})
}
