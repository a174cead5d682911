package compose_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// The known faults of keepalived that have to do with how servers are checked,
// and with when it is said.
func TestFaultsOfChecks(t *testing.T) {
	// checked are the names of a server's checks, which say where they go.
	checked := func(b *balancer) (names []string) {
		for _, k := range b.VirtualServers()[0].Real[0].Checks {
			names = append(names, k.Name)
		}
		return names
	}
	// 1: the port that is checked is noted before it is corrected: a server without
	// one is checked at port 0.
	t.Run("1 port of checks", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBalancer(t)
			b.start(strings.Replace(fmt.Sprintf(web, "", ""), "198.51.100.1 80", "198.51.100.1", 1))
			if got := fmt.Sprint(checked(b)); got != "[TCP_CHECK [198.51.100.1]:80]" {
				t.Errorf("checks %s", got)
			}
			b.table("-A -s rr\n-a -r .1:80 -m -w 2\n-a -r .2:80 -m -w 2\n")
		})
	})
	// 5: each host of SMTP_CHECK gets a check of the real server's address that
	// fails at once, for want of a timeout.
	t.Run("5 hosts of SMTP_CHECK", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBalancer(t)
			b.start(strings.Replace(fmt.Sprintf(web, "", ""), "TCP_CHECK {", "SMTP_CHECK {\n connect_timeout 4\n host {\n connect_port 25\n}\n host {\n connect_ip 198.51.100.77\n}\n", 1))
			time.Sleep(time.Minute)
			if got := fmt.Sprint(checked(b)); got != "[SMTP_CHECK [198.51.100.1]:25 SMTP_CHECK [198.51.100.77]:80]" {
				t.Errorf("checks %s", got)
			}
			for _, k := range b.VirtualServers()[0].Real[0].Checks {
				if k.Config.Connect.Timeout != 4*time.Second {
					t.Errorf("%s takes up to %v", k.Name, k.Config.Connect.Timeout)
				}
			}
			b.table("-A -s rr\n-a -r .1:80 -m -w 2\n-a -r .2:80 -m -w 2\n")
		})
	})
	// 10: quorum_up runs at every start. That is kept: programs that announce an
	// address by it rely on it. Nothing else repeats it.
	t.Run("10 quorum_up", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBalancer(t)
			text := fmt.Sprintf(web, "", "")
			b.start(text)
			if got := b.told(); strings.Count(got, "VS [192.0.2.100]:tcp:80 UP") != 1 {
				t.Errorf("told %s", got)
			}
			time.Sleep(time.Minute)
			for n := range 10 {
				b.reload(strings.ReplaceAll(text, "weight 2", fmt.Sprint("weight ", n%2+2)))
			}
			if got := b.told(); got != "" {
				t.Errorf("after reloads: told %s", got)
			}
		})
	})
	// 12: a flag above the lb_algo that it belongs to is ignored. It is here, too,
	// because a peer that runs keepalived would choose other servers; but it is said.
	t.Run("12 flag above lb_algo", func(t *testing.T) {
		_, ds := confparse.Parse("test.conf", []byte(fmt.Sprintf(strings.Replace(web, "lb_algo rr", "sh-port\nlb_algo sh", 1), "", "")), confparse.Options{})
		if text := ds.Render(); !strings.Contains(text, "test.conf:4:5: warning: sh-port has no effect") {
			t.Error(text)
		}
	})
	// 13: off and false turn these on.
	t.Run("13 booleans of a virtual_server", func(t *testing.T) {
		for off, on := range map[string]bool{"": true, " true": true, " on": true, " false": false, " off": false, " no": false} {
			text := fmt.Sprintf(web, "ha_suspend"+off+"\nalpha"+off+"\ninhibit_on_failure"+off, "")
			v := parse(t, text).VirtualServers[0]
			r := v.RealServers[0]
			if v.Suspend != on || r.Inhibit != on || r.Checks[0].Alpha != on {
				t.Errorf("%q: ha_suspend %v, inhibit_on_failure %v, alpha %v", off, v.Suspend, r.Inhibit, r.Checks[0].Alpha)
			}
		}
	})
	// 14: PING_CHECK goes on in spite of ha_suspend while it succeeds, and takes
	// its server out. (Of its fwmark see TestPing of package check.)
	t.Run("14 PING_CHECK and ha_suspend", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBalancer(t)
			b.addresses = []netip.Addr{netip.MustParseAddr("192.0.2.100")}
			b.start(strings.ReplaceAll(fmt.Sprintf(web, "ha_suspend", ""), "TCP_CHECK", "PING_CHECK"))
			time.Sleep(30 * time.Second)
			b.have()
			b.fail("1 PING_CHECK")
			time.Sleep(5 * time.Minute)
			b.table("-A -s rr\n-a -r .1:80 -m -w 2\n-a -r .2:80 -m -w 2\n")
			b.have("192.0.2.100")
			time.Sleep(30 * time.Second)
			b.table("-A -s rr\n-a -r .2:80 -m -w 2\n")
		})
	})
	// 22: while HTTP_GET comes back, a page that fails is asked for every
	// delay_before_retry, without end.
	t.Run("22 retries of recovery", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBalancer(t)
			b.fail("1 HTTP_GET")
			b.start(strings.Replace(fmt.Sprintf(web, "", ""), "TCP_CHECK {", "HTTP_GET {\n delay_before_retry 1\n url {\n path /\n}\n url {\n path /two\n}\n", 1))
			time.Sleep(5*time.Second + time.Second/2)
			b.mu.Lock()
			b.asked["1 HTTP_GET"] = 0
			b.mu.Unlock()
			time.Sleep(time.Minute)
			b.mu.Lock()
			defer b.mu.Unlock()
			if n := b.asked["1 HTTP_GET"]; n != 6 {
				t.Errorf("asked %d times in a minute, want 6, one each delay_loop", n)
			}
		})
	})
	// 23: with reload_check_config a mere warning keeps it from starting.
	t.Run("23 warnings at the start", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBalancer(t)
			b.start("global_defs {\n reload_check_config\n}\n" + strings.Replace(fmt.Sprintf(web, "", ""), "lb_algo rr", "", 1))
			b.table("-A -s wlc\n-a -r .1:80 -m -w 2\n-a -r .2:80 -m -w 2\n")
		})
	})
}
