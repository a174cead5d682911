package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// Text 001: a script that watches a process and lowers the priority.

const seed001 = `vrrp_script chk_sshd {
    script "/usr/bin/pkill -0 @PROCESS@"
    interval 5
    weight -4
    fall 2
    rise 1
}
vrrp_instance vrrp {
    interface eth0
    virtual_router_id 67
    state MASTER
    priority @PRIO@
    virtual_ipaddress {
        192.0.2.5
    }
    authentication {
        auth_type PASS
        auth_pass XXXXXX
    }
    track_script {
        chk_sshd
    }
    notify @NOTIFY@
}
`

// processes counts the names that were given to processes.
var processes atomic.Int32

// process is a program whose name no other process of the machine has.
type process struct {
	s    *stand
	name string
	proc *netlab.Proc
}

func (s *stand) process(name string) *process {
	s.t.Helper()
	p := &process{s: s, name: fmt.Sprintf("%s%d-%d", name, os.Getpid(), processes.Add(1))} // at most 15 characters
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		s.t.Fatal(err)
	}
	program, err := os.ReadFile(sleep)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.file(p.name), program, 0o700); err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (p *process) start() { p.proc = p.s.a.Start(p.s.file(p.name), "3600") }
func (p *process) stop()  { p.proc.Kill() }

func prove001ConfigTest(t *testing.T, p seedRun) {
	p.item(t, "001.1 scripts before instances, status 6 without script security", func(t *step) {
		conf := fill(seed001, "PROCESS", "sshd", "PRIO", "100", "NOTIFY", "/usr/bin/true")
		host := netlab.New(t).Host("a", "192.0.2.10/24")
		status, stderr := configTest(t, host, "vrrp_script other {\n    script \"/usr/bin/pkill -0 cron\"\n}\n"+conf)
		t.Logf("status %d\n%s", status, stderr)
		if status != 6 || !strings.Contains(stderr, "keepalived.conf:2:12: warning: scripts run without enable_script_security") {
			t.Errorf("status %d, printed:\n%s", status, stderr)
		}
	})
}

func prove001(t *testing.T, p seedRun) {
	const vip = "192.0.2.5"
	s := p.stand(t, "pkill", "iptables", "tcpdump")
	watched := s.process("sshd")
	watched.start()
	notify := func(node string) string {
		return s.script("notify-"+node, "echo $1 $2 is in $3 state >"+s.file("keepalive.state-"+node))
	}
	conf := fill(seed001, "PROCESS", watched.name, "PRIO", "100", "NOTIFY", notify("a"))
	conf = strings.Replace(conf, "/usr/bin/pkill", s.script("pkill", "date +%s.%N >>"+s.file("runs")+"\nexec /usr/bin/pkill \"$@\""), 1)
	// The peer does not watch: the nodes of a lab see one another's processes.
	peer := "vrrp_instance vrrp {" + strings.SplitAfter(fill(seed001, "PRIO", "98", "NOTIFY", notify("b")), "vrrp_instance vrrp {")[1]
	peer = regexp.MustCompile(`(?s)track_script \{.*?\}`).ReplaceAllString(peer, "")

	// The firewall of the text: nothing comes in but the peer's adverts.
	for h, from := range map[*netlab.Host]string{s.a: "192.0.2.11", s.b: "192.0.2.10"} {
		h.Run("iptables", "-P", "INPUT", "DROP")
		h.Run("iptables", "-A", "INPUT", "-s", from, "-d", "224.0.0.18", "-j", "ACCEPT")
	}
	links, sysctls := s.a.Run("ip", "-o", "link"), s.sysctls(s.a)
	dump := s.c.Start("tcpdump", "-l", "-vni", "eth0", "vrrp")
	netlab.Eventually(t, 5*time.Second, "tcpdump", func() bool { return strings.Contains(dump.Log(), "listening on") })
	begin := time.Now()
	a := s.start(p.a, s.a, conf)
	time.Sleep(500 * time.Millisecond) // so that they do not claim the role in the same instant
	s.start(p.b, s.b, peer)

	p.item(t, "001.8 an election behind the text's firewall", func(t *step) {
		s.waitHolders(t, vip, "a", 6*time.Second)
		s.stays(t, vip, "a", time.Second)
	})
	p.item(t, "001.6 an instance may be called vrrp", func(t *step) { has(t, a.Log, "(vrrp) Entering MASTER STATE") })
	p.item(t, "001.9 the state file of the NRPE recipe", func(t *step) {
		state := func(node, want string) {
			netlab.Eventually(t, 2*time.Second, want+" on "+node, func() bool { return s.read("keepalive.state-"+node) == "INSTANCE vrrp is in "+want+" state" })
		}
		state("a", "MASTER")
		state("b", "BACKUP")
	})
	p.item(t, "001.10 an additional address, no interface", func(t *step) {
		if now := s.a.Run("ip", "-o", "link"); now != links {
			t.Errorf("the links were:\n%sand are:\n%s", links, now)
		}
		out := s.a.Run("ip", "-o", "-4", "addr", "show", "dev", "eth0")
		if !regexp.MustCompile(`inet 192\.0\.2\.5/32 scope global eth0\\`).MatchString(out) {
			t.Errorf("not on eth0 without a label of its own:\n%s", out)
		}
		s.c.Probe(vip, 100*time.Millisecond) // from now on only announcements move it
		netlab.Eventually(t, time.Second, "the client to see it on a", func() bool { return s.neighbour(vip) == s.mac(s.a) })
	})
	p.item(t, "001.11 no sysctl is needed or changed", func(t *step) {
		if now := s.sysctls(s.a); now != sysctls {
			t.Errorf("sysctls were:\n%sand are:\n%s", sysctls, now)
		}
	})

	// The script runs at 0, 5, 10, 15, 20, 25 and 30 s: the process is away at 10, 20 and 25 s.
	at := func(run int) { // until shortly after a run
		t.Helper()
		netlab.Eventually(t, 12*time.Second, fmt.Sprintf("run %d", run), func() bool { return len(s.lines("runs")) >= run })
		time.Sleep(500 * time.Millisecond)
	}
	at(2)
	watched.stop()
	at(3)
	watched.start()
	at(4)
	p.item(t, "001.3 one failure changes nothing", func(t *step) {
		for _, a := range s.adverts(s.a, 67) {
			if a.Priority != 100 {
				t.Errorf("priority %d %v after the start", a.Priority, a.At.Sub(begin))
			}
		}
	})
	watched.stop()
	at(6)
	p.item(t, "001.5 pkill -0 fails without the process; 001.3 the second failure counts", func(t *step) {
		low := s.waitPriority(s.a, 67, 96, begin, 3*time.Second)
		t.Logf("priority 96 %v after the start", low.At.Sub(begin))
		if d := low.At.Sub(begin); d < 24500*time.Millisecond || d > 27*time.Second {
			t.Errorf("priority 96 %v after the start, want soon after 25s", d)
		}
	})
	p.item(t, "001.4 lowered, not FAULT: the peer at 98 takes over", func(t *step) {
		s.waitHolders(t, vip, "b", 5*time.Second)
		netlab.Eventually(t, time.Second, "the client to see it on b", func() bool { return s.neighbour(vip) == s.mac(s.b) })
		netlab.Eventually(t, 2*time.Second, "the script for BACKUP", func() bool { return s.read("keepalive.state-a") == "INSTANCE vrrp is in BACKUP state" })
		if strings.Contains(a.Log(), "FAULT") {
			t.Error(a.Log())
		}
		has(t, a.Log, "(vrrp) Changing effective priority from 100 to 96")
		if dump := dump.Log(); !regexp.MustCompile(`192\.0\.2\.10 > 224\.0\.0\.18: .*vrid 67, prio 96,`).MatchString(dump) {
			t.Errorf("tcpdump does not show prio 96:\n%s", dump)
		}
	})
	watched.start()
	again := time.Now()
	p.item(t, "001.2 every five seconds", func(t *step) {
		time.Sleep(time.Until(begin.Add(31 * time.Second)))
		if n := len(s.lines("runs")); n != 7 {
			t.Errorf("%d runs within 31s, want those at 0, 5, ... 30s: %q", n, s.lines("runs"))
		}
	})
	p.item(t, "001.3 one success suffices", func(t *step) {
		s.waitHolders(t, vip, "a", 6*time.Second)
		s.waitPriority(s.a, 67, 100, again, time.Second)
	})
	p.item(t, "001.7 one second is the default interval", func(t *step) {
		adverts := s.adverts(s.a, 67)
		away := slices.IndexFunc(adverts, func(a netlab.Advert) bool { return a.Priority == 96 })
		if away < 0 {
			away = len(adverts)
		}
		checkEverySecond(t, adverts[:away])
		if got := adverts[0].Payload[5]; got != 1 {
			t.Errorf("the packet says %d s", got)
		}
	})
}

// mac returns the hardware address of a host's eth0.
func (s *stand) mac(h *netlab.Host) string {
	s.t.Helper()
	return last(regexp.MustCompile(`link/ether (\S+)`).FindStringSubmatch(h.Run("ip", "-o", "link", "show", "dev", "eth0")))
}

// neighbour returns the hardware address that the client has for an address.
func (s *stand) neighbour(vip string) string {
	s.t.Helper()
	out := s.c.Run("ip", "-o", "neigh", "show", vip)
	_, mac, _ := strings.Cut(out, "lladdr ")
	mac, _, _ = strings.Cut(mac, " ")
	return mac
}

// sysctls returns those that users set for VRRP with a virtual MAC.
func (s *stand) sysctls(h *netlab.Host) string {
	var text strings.Builder
	for _, dev := range []string{"all", "default", "eth0"} {
		for _, key := range []string{"arp_ignore", "arp_announce", "arp_filter", "rp_filter", "accept_local", "promote_secondaries"} {
			fmt.Fprintf(&text, "%s.%s=%s", dev, key, h.Run("cat", "/proc/sys/net/ipv4/conf/"+dev+"/"+key))
		}
	}
	return text.String() + h.Run("cat", "/proc/sys/net/ipv4/ip_nonlocal_bind", "/proc/sys/net/ipv4/ip_forward")
}
