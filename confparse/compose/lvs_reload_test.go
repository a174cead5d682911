package compose_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/ipvs"
)

// reload makes text what is at work.
func (b *balancer) reload(text string) {
	b.t.Helper()
	plan, err := b.Plan(parse(b.t, text))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.Apply(b.t.Context(), plan); err != nil {
		b.t.Fatal(err)
	}
	synctest.Wait()
}

// A reload keeps what stays: state of servers and checks, and the kernel's
// entries, which nothing is written about.
func TestReloadServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBalancer(t)
		text := fmt.Sprintf(web, "", "")
		b.start(text)
		b.fail("1 TCP_CHECK")
		time.Sleep(30*time.Second + time.Second/2)
		b.table("-A -s rr\n-a -r .2:80 -m -w 2\n")
		b.told()
		writes := len(b.kernel.Changes())
		for range 50 {
			b.reload(text)
			time.Sleep(100 * time.Millisecond)
		}
		if n := len(b.kernel.Changes()); n != writes || b.told() != "" {
			t.Errorf("%d changes after 50 reloads, %d before: %v", n, writes, b.kernel.Changes()[writes:])
		}
		// It goes on to be checked, at its time, and needs one success.
		b.pass("1 TCP_CHECK")
		time.Sleep(10 * time.Second)
		b.table("-A -s rr\n-a -r .1:80 -m -w 2\n-a -r .2:80 -m -w 2\n")
		b.told()

		more := strings.Replace(text, "real_server 198.51.100.1 80", "real_server 198.51.100.3 80", 1)
		b.fail("3 TCP_CHECK")
		b.reload(strings.Replace(more, "lb_algo rr", "lb_algo wrr", 1))
		b.table("-A -s wrr\n-a -r .2:80 -m -w 2\n-a -r .3:80 -m -w 2\n")
		if got, want := b.told(), "RS [.1]:tcp:80 DOWN, (RS [.3]:tcp:80 UP)"; got != want {
			t.Errorf("told %s\nwant %s", got, want)
		}
		time.Sleep(12 * time.Second)
		b.table("-A -s wrr\n-a -r .2:80 -m -w 2\n")
		b.told()
		b.reload("vrrp_instance VI_1 {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {\n 192.0.2.1/24\n}\n}\n")
		b.table("")
		if got, want := b.told(), "RS [.2]:tcp:80 DOWN, VS [192.0.2.100]:tcp:80 DOWN"; got != want {
			t.Errorf("told %s\nwant %s", got, want)
		}
		b.reload(text)
		b.table("-A -s rr\n-a -r .1:80 -m -w 2\n-a -r .2:80 -m -w 2\n")
	})
}

// A reload that is refused changes nothing.
func TestReloadRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBalancer(t)
		b.start(fmt.Sprintf(web, "", ""))
		before := b.kernel.String()
		b.refuse = true
		_, err := b.Plan(parse(t, fmt.Sprintf(web, "quorum 9", "")))
		if err == nil || !strings.Contains(err.Error(), "test.conf:") || b.kernel.String() != before {
			t.Errorf("%v; have:\n%s", err, b.kernel)
		}
		// A program that embeds this may have made the configuration itself.
		b.refuse = false
		cfg := parse(t, fmt.Sprintf(web, "", ""))
		cfg.VirtualServers[0].RealServers[1].Checks[0].Period = -1
		if _, err := b.Plan(cfg); err == nil || !strings.Contains(err.Error(), "test.conf:18:9: check \"TCP_CHECK [198.51.100.2]:80\": negative interval") {
			t.Error(err)
		}
	})
}

// What a reload says about the end holds at the end: whether the services of
// others go with ours, and whether notify_down and quorum_down hear of it.
func TestReloadEnd(t *testing.T) {
	const foreign = "-A -t 203.0.113.1:80 -s rr\n"
	all := "global_defs {\n lvs_flush_on_stop\n}\n" + fmt.Sprintf(web, "omega", "")
	own := strings.Replace(all, "on_stop", "on_stop VS", 1)
	none := fmt.Sprintf(web, "omega", "")
	for _, tt := range []struct{ name, from, to, table, told string }{
		{"lvs_flush_on_stop comes", none, all, "", "(RS [.1]:tcp:80 DOWN), (RS [.2]:tcp:80 DOWN), VS [192.0.2.100]:tcp:80 DOWN"},
		{"lvs_flush_on_stop stays", all, all, "", "(RS [.1]:tcp:80 DOWN), (RS [.2]:tcp:80 DOWN), VS [192.0.2.100]:tcp:80 DOWN"},
		{"lvs_flush_on_stop goes", all, none, foreign, "RS [.1]:tcp:80 DOWN, RS [.2]:tcp:80 DOWN, VS [192.0.2.100]:tcp:80 DOWN"},
		{"lvs_flush_on_stop becomes VS", all, own, foreign, "(RS [.1]:tcp:80 DOWN), (RS [.2]:tcp:80 DOWN), VS [192.0.2.100]:tcp:80 DOWN"},
		{"omega goes", none, fmt.Sprintf(web, "", ""), foreign, "(RS [.1]:tcp:80 DOWN), (RS [.2]:tcp:80 DOWN), (VS [192.0.2.100]:tcp:80 DOWN)"},
		{"no virtual server was there before", "vrrp_instance VI_1 {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {\n 192.0.2.1/24\n}\n}\n", all, "",
			"(RS [.1]:tcp:80 DOWN), (RS [.2]:tcp:80 DOWN), VS [192.0.2.100]:tcp:80 DOWN"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBalancer(t)
				table, err := ipvs.ParseTable(foreign)
				if err != nil {
					t.Fatal(err)
				}
				if err := b.kernel.Meddle(ipvs.Change{Op: ipvs.AddService, Service: table[0].Service}); err != nil {
					t.Fatal(err)
				}
				b.start(tt.from)
				b.reload(tt.to)
				b.told()
				if err := b.stop(); err != nil {
					t.Error(err)
				}
				b.table(tt.table)
				if got := b.told(); got != tt.told {
					t.Errorf("told %s\nwant %s", got, tt.told)
				}
			})
		})
	}
}
