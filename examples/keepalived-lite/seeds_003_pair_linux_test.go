package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// Text 003: notes about LVS and VRRP; here its VRRP part.

const seed003 = `global_defs {
    notification_email {
        # one address per line
        root@example.com
    }
    notification_email_from lvs@example.com
    smtp_server 192.0.2.103
    smtp_connect_timeout 30
    router_id LVS-@SELF@
    vrrp_no_swap
    checker_no_swap
    vrrp_priority -1
    checker_priority -1
}
static_ipaddress
{
    192.0.2.@SELF@/24 dev eth0 scope global
}
static_routes
{
    203.0.113.0/24 via 192.0.2.1 dev eth0
}
vrrp_instance inside_network {
    state @STATE@
    interface eth0
    track_interface {
        eth0
        eth1
    }
    virtual_router_id 51
    priority @PRIO@
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        192.0.2.100/24 dev eth0 label eth0:100
    }
}
`

func prove003ConfigTest(t *testing.T, p seedRun) {
	p.item(t, "003.7 comments in lists, braces on lines of their own", func(t *step) {
		host := netlab.New(t).Host("a", "192.0.2.10/24")
		host.AddLink("eth1", "inside")
		conf := fill(seed003, "SELF", "101", "STATE", "MASTER", "PRIO", "100")
		// As from keepalived: the text tracks the instance's own interface.
		if status, stderr := configTest(t, host, conf); status != 5 || strings.Contains(stderr, "error:") || !strings.Contains(stderr, "track_interface eth0 is ignored") {
			t.Errorf("status %d, printed:\n%s", status, stderr)
		}
		conf = strings.Replace(conf, "        eth0\n", "", 1)
		if status, stderr := configTest(t, host, conf); status != 0 || strings.Contains(stderr, "error:") {
			t.Errorf("without that: status %d, printed:\n%s", status, stderr)
		}
	})
}

func prove003Pair(t *testing.T, p seedRun) {
	const vip = "192.0.2.100"
	s := p.stand(t, "tcpdump")
	for i, h := range []*netlab.Host{s.a, s.b} {
		h.AddLink("eth1", "inside", fmt.Sprintf("198.51.100.%d/24", 10+i))
	}
	dump := s.c.Start("tcpdump", "-l", "-v", "-n", "-i", "eth0", "vrrp")
	netlab.Eventually(t, 5*time.Second, "tcpdump", func() bool { return strings.Contains(dump.Log(), "listening on") })
	confA := fill(seed003, "SELF", "101", "STATE", "MASTER", "PRIO", "100")
	a := s.start(p.a, s.a, confA)
	time.Sleep(500 * time.Millisecond) // so that they do not claim the role in the same instant
	b := s.start(p.b, s.b, fill(seed003, "SELF", "102", "STATE", "BACKUP", "PRIO", "90"))

	s.waitHolders(t, vip, "a", 6*time.Second)
	p.item(t, "003.12 the label, on the master only", func(t *step) {
		show := []string{"ip", "-o", "-4", "addr", "show", "label", "eth0:100"}
		if _, err := exec.LookPath("ifconfig"); err == nil {
			show = []string{"ifconfig", "eth0:100"} // shows the name and no address where there is none
		}
		if out := s.a.Run(show[0], show[1:]...); !strings.Contains(out, "eth0:100") || !strings.Contains(out, vip) {
			t.Errorf("%q on a:\n%s", show, out)
		}
		if out := s.b.Run("ip", "-4", "addr"); strings.Contains(out, "eth0:100") || strings.Contains(out, vip) {
			t.Errorf("on b:\n%s", out)
		}
	})
	static := func(t testing.TB, h *netlab.Host, addr string) {
		t.Helper()
		if out := h.Run("ip", "-o", "-4", "addr", "show", "dev", "eth0"); !strings.Contains(out, " "+addr+"/24 ") {
			t.Errorf("%s is not on %s:\n%s", addr, h.Name, out)
		}
		if out := h.Run("ip", "route", "show", "203.0.113.0/24"); !strings.Contains(out, "via 192.0.2.1 dev eth0") {
			t.Errorf("the route is not on %s: %q", h.Name, out)
		}
	}
	p.item(t, "003.10 static addresses and routes, also on the backup", func(t *step) {
		static(t, s.a, "192.0.2.101")
		static(t, s.b, "192.0.2.102")
	})
	if p.a.name == ours.name { // keepalived's pid is its parent's
		p.item(t, "003.9 memory is locked, and the process has its priority", func(t *step) {
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", a.PID()))
			if err != nil {
				t.Fatal(err)
			}
			nice := strings.TrimSpace(s.a.Run("ps", "-o", "ni=", "-p", fmt.Sprint(a.PID())))
			locked := regexp.MustCompile(`(?m)^VmLck:\s+(\d+) kB$`).FindSubmatch(status)
			if t.Logf("VmLck %s kB, nice %s", locked[1], nice); string(locked[1]) == "0" || nice != "-1" {
				t.Error("which is wrong")
			}
		})
	}
	p.item(t, "003.20 what tcpdump -v shows", func(t *step) {
		netlab.Eventually(t, 3*time.Second, "a line of a", func() bool { return advertText(dump.Log(), "192.0.2.10") != "" })
		got := advertText(dump.Log(), "192.0.2.10")
		// Zeroes fill the password up to eight characters; tcpdump prints none of them.
		want := `(tos 0xc0, ttl 255, id N, offset 0, flags [none], proto VRRP (112), length 40) ` +
			`192.0.2.10 > 224.0.0.18: VRRPv2, Advertisement, vrid 51, prio 100, authtype simple, intvl 1s, length 20, addrs: 192.0.2.100 auth "1111"`
		t.Log(got)
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
	p.item(t, "003.22 five announcements, and five more after five seconds", func(t *step) {
		begin := s.adverts(s.a, 51)[0].At
		time.Sleep(time.Until(begin.Add(7 * time.Second)))
		var now, later int
		at := s.announcements(s.a, vip)
		for _, at := range at {
			switch d := at.Sub(begin); {
			case d < time.Second:
				now++
			case d > 4900*time.Millisecond && d < 6*time.Second:
				later++
			default:
				t.Errorf("an announcement %v after the first advert", d)
			}
		}
		t.Logf("%d at once, %d after %v", now, later, last(at).Sub(begin))
		if now != 5 || later != 5 {
			t.Errorf("%d and %d announcements, want 5 and 5", now, later)
		}
		if p.a.name == ours.name {
			has(t, a.Log, "(inside_network) Entering BACKUP STATE", "(inside_network) Entering MASTER STATE")
			has(t, a.Log, "(inside_network) setting VIPs.")
		}
	})
	p.item(t, "003.21 one advert per second", func(t *step) { checkEverySecond(t, s.adverts(s.a, 51)) })

	begin := time.Now()
	s.a.SetPort("eth1", false)
	p.item(t, "003.11 any tracked interface without weight is enough for FAULT", func(t *step) {
		s.waitPriority(s.a, 51, 0, begin, 3*time.Second)
		s.waitHolders(t, vip, "b", 2*time.Second)
		has(t, a.Log, "FAULT")
	})
	s.a.SetPort("eth1", true)
	s.waitHolders(t, vip, "a", 7*time.Second)

	p.item(t, "003.23 stopping: priority 0, addresses away", func(t *step) {
		begin := time.Now()
		a.Stop()
		if s.a.HasAddress(vip) {
			t.Error("the address is still on a")
		}
		s.waitPriority(s.a, 51, 0, begin.Add(-50*time.Millisecond), time.Second)
		has(t, a.Log, "(inside_network) sent 0 priority", "(inside_network) removing VIPs.")
		s.waitHolders(t, vip, "b", 2*time.Second)
	})
	p.item(t, "003.20 both implementations look the same", func(t *step) {
		netlab.Eventually(t, 3*time.Second, "a line of b", func() bool { return advertText(dump.Log(), "192.0.2.11") != "" })
		same := strings.NewReplacer("192.0.2.11", "192.0.2.10", "prio 90", "prio 100")
		if a, b := advertText(dump.Log(), "192.0.2.10"), same.Replace(advertText(dump.Log(), "192.0.2.11")); a != b {
			t.Errorf("a: %s\nb: %s", a, b)
		}
	})
	a = s.start(p.a, s.a, confA)
	s.waitHolders(t, vip, "a", 6*time.Second)
	time.Sleep(1200 * time.Millisecond) // for an advert

	begin = time.Now()
	s.a.SetPort("eth0", false)
	s.a.Crash()
	p.item(t, "003.21 the master is down after three intervals", func(t *step) {
		first := s.waitPriority(s.b, 51, 90, begin, 6*time.Second)
		s.checkTakeover(t, s.a, first.At, first, downInterval(3, 90))
	})
	p.item(t, "003.24 the backup's log and announcements", func(t *step) {
		netlab.Eventually(t, time.Second, "the address on b", func() bool { return s.b.HasAddress(vip) })
		netlab.Eventually(t, time.Second, "five announcements", func() bool {
			n := 0
			for _, at := range s.announcements(s.b, vip) {
				if at.After(begin) {
					n++
				}
			}
			return n == 5
		})
		before := strings.LastIndex(b.Log(), "(inside_network) Entering BACKUP STATE")
		has(t, func() string { return b.Log()[before:] }, "Receive advertisement timeout", "(inside_network) Entering MASTER STATE")
	})
	p.item(t, "003.10 static addresses and routes survive", func(t *step) { static(t, s.b, "192.0.2.102") })
}

// advertText returns the last advert of a host in the output of tcpdump -v, on
// one line and without what differs between any two packets.
func advertText(dump, source string) string {
	lines := regexp.MustCompile(`(?m)^\S+ IP (\(.*\))\n\s+(`+regexp.QuoteMeta(source)+` > .*, prio [1-9].*)\n`).FindAllStringSubmatch(dump, -1)
	if len(lines) == 0 {
		return ""
	}
	l := last(lines)
	return regexp.MustCompile(`\bid \d+`).ReplaceAllString(l[1]+" "+strings.TrimSpace(l[2]), "id N")
}
