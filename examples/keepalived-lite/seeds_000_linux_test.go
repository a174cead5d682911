package main_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// Text 000: two containers, a proxy started and stopped by a notify script.

const seed000 = `global_defs {
    router_id proxy
    script_user root
    enable_script_security
}
vrrp_instance proxy {
    state @STATE@                 # BACKUP on the peer
    interface eth0
    virtual_router_id @VRID@
    priority @PRIO@                 # lower on the peer
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass abc123
    }
    virtual_ipaddress {
        @VIP@
    }
    notify @NOTIFY@
}
`

func conf000(state, prio, notify string) string {
	return fill(seed000, "STATE", state, "PRIO", prio, "NOTIFY", notify, "VRID", "42", "VIP", "192.0.2.14")
}

func prove000Language(t *testing.T, p seedRun) {
	p.item(t, "000.2 config test prints nothing", func(t *step) {
		host := netlab.New(t).Host("a", "192.0.2.10/24")
		status, stderr := configTest(t, host, conf000("MASTER", "200", "/usr/bin/true"))
		if status != 0 || stderr != "" {
			t.Errorf("status %d, printed %q", status, stderr)
		}
	})
	p.item(t, "000.3 tabs, spaces, any order", func(t *step) {
		shuffled := `vrrp_instance proxy {
	notify	/usr/bin/true
	virtual_ipaddress {
		192.0.2.14
	}
        authentication {
                auth_pass abc123
                auth_type PASS
        }
	advert_int	1
        priority 200
	virtual_router_id 42
	interface	 eth0
	state MASTER
}
global_defs {
	enable_script_security
        script_user root
	router_id	proxy
}
`
		parse := func(text string) *confparse.Config {
			file := filepath.Join(t.TempDir(), "keepalived.conf")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			cfg, diags := confparse.ParseFile(file, confparse.Options{})
			if len(diags) > 0 {
				t.Fatal(diags.Render())
			}
			return cfg
		}
		diff := cmp.Diff(parse(conf000("MASTER", "200", "/usr/bin/true")), parse(shuffled),
			cmpopts.IgnoreTypes(confparse.Pos{}), cmpopts.IgnoreFields(confparse.Config{}, "Files"),
			cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}))
		if diff != "" {
			t.Error(diff)
		}
	})
}

func prove000Pair(t *testing.T, p seedRun) {
	const vip = "192.0.2.14"
	s := p.stand(t)
	notify := func(node string) string {
		// As in the text, the script fails for states that it does not know.
		return s.script("notify-"+node, `echo "$*" >>`+s.file("calls-"+node)+`
echo $3 >`+s.file("state-"+node)+`
case $3 in MASTER|BACKUP|FAULT) exit 0;; *) exit 1;; esac`)
	}
	b := s.start(p.b, s.b, conf000("BACKUP", "150", notify("b")))
	s.waitHolders(t, vip, "b", 6*time.Second)
	a := s.start(p.a, s.a, conf000("MASTER", "200", notify("a")))

	p.item(t, "000.5 the higher priority wins", func(t *step) {
		s.waitHolders(t, vip, "a", 6*time.Second)
	})
	p.item(t, "000.4 an address without mask is a host address", func(t *step) {
		if out := s.a.Run("ip", "-br", "a"); !strings.Contains(out, "192.0.2.14/32") {
			t.Errorf("on a:\n%s", out)
		}
		if out := s.b.Run("ip", "-br", "a"); strings.Contains(out, vip) {
			t.Errorf("on b:\n%s", out)
		}
	})
	p.item(t, "000.8 notify gets type, name, state and priority", func(t *step) {
		want := []string{"INSTANCE proxy BACKUP 200", "INSTANCE proxy MASTER 200"}
		netlab.Eventually(t, 2*time.Second, "two calls on a", func() bool { return len(s.lines("calls-a")) == 2 })
		if diff := cmp.Diff(want, s.lines("calls-a")); diff != "" {
			t.Error(diff)
		}
		want = []string{"INSTANCE proxy BACKUP 150", "INSTANCE proxy MASTER 150", "INSTANCE proxy BACKUP 150"}
		netlab.Eventually(t, 2*time.Second, "three calls on b", func() bool { return len(s.lines("calls-b")) == 3 })
		if diff := cmp.Diff(want, s.lines("calls-b")); diff != "" {
			t.Error(diff)
		}
	})
	p.item(t, "000.11 the state file follows", func(t *step) {
		netlab.Eventually(t, 2*time.Second, "MASTER on a, BACKUP on b", func() bool { return s.read("state-a") == "MASTER" && s.read("state-b") == "BACKUP" })
	})
	p.item(t, "000.8, D1 notify is told STOP", func(t *step) {
		if status := a.Stop(); status != 0 {
			t.Errorf("exit status %d", status)
		}
		s.waitHolders(t, vip, "b", 2*time.Second)
		netlab.Eventually(t, 2*time.Second, "the call", func() bool { return last(s.lines("calls-a")) == "INSTANCE proxy STOP 200" })
		if n := len(s.lines("calls-a")); n != 3 {
			t.Errorf("%d calls: %q", n, s.lines("calls-a"))
		}
	})
	b.Stop()

	// The text has the same two files with their state lines swapped.
	b = s.start(p.b, s.b, conf000("MASTER", "150", notify("b")))
	s.waitHolders(t, vip, "b", 6*time.Second)
	a = s.start(p.a, s.a, conf000("BACKUP", "200", notify("a")))
	p.item(t, "000.6 state is the initial state only", func(t *step) {
		s.waitHolders(t, vip, "a", 6*time.Second)
		s.stays(t, vip, "a", 1500*time.Millisecond)
		if a, b := last(s.adverts(s.a, 42)).Priority, last(s.lines("calls-b")); a != 200 || b != "INSTANCE proxy BACKUP 150" {
			t.Errorf("a advertises %d, b was told %q", a, b)
		}
	})
	a.Stop()
	b.Stop()
}

// Three nodes that have nothing to do with one another: each item on its own.
func prove000Single(t *testing.T, p seedRun) {
	s := p.stand(t, "setpriv")
	slow := s.script("slow", `echo "$3 $(id -u)" >>`+s.file("slow.log")+"\nsleep 10\nexit 1")
	flap := s.script("flap", "sleep 0.3\necho $3 >"+s.file("flap.state")+"\necho $3 >>"+s.file("flap.log"))
	caps := s.script("caps", "echo $3 >"+s.file("caps.state"))
	conf := func(vrid, vip, notify string) string {
		return fill(seed000, "STATE", "MASTER", "PRIO", "200", "VRID", vrid, "VIP", vip, "NOTIFY", notify)
	}
	node := s.start(ours, s.a, conf("42", "192.0.2.14", slow))
	s.start(ours, s.b, conf("43", "192.0.2.15", flap))
	limited := s.startWith(s.c, conf("44", "192.0.2.16", caps), os.Environ(),
		"setpriv", "--bounding-set", "-all,+net_admin,+net_raw", "--inh-caps", "-all")
	s.wire.WaitAdvert(time.Time{}, 6*time.Second, "an advert of a", func(a netlab.Advert) bool { return a.VRID == 42 })

	p.item(t, "000.7 net_admin and net_raw suffice", func(t *step) {
		netlab.Eventually(t, 6*time.Second, "192.0.2.16", func() bool { return s.c.HasAddress("192.0.2.16") })
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", limited.PID()))
		if err != nil || !strings.Contains(string(status), "CapEff:\t0000000000003000\n") {
			t.Errorf("it has other capabilities: %v\n%s", err, status)
		}
		netlab.Eventually(t, 2*time.Second, "the notify script of script_user root", func() bool { return s.read("caps.state") == "MASTER" })
	})
	p.item(t, "000.11 the last state is written last", func(t *step) {
		netlab.Eventually(t, 6*time.Second, "192.0.2.15", func() bool { return s.b.HasAddress("192.0.2.15") })
		s.b.SetLink("eth0", false)
		netlab.Eventually(t, 3*time.Second, "the address to leave", func() bool { return !s.b.HasAddress("192.0.2.15") })
		s.b.SetLink("eth0", true) // the script for FAULT still sleeps
		want := []string{"BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER"}
		netlab.Eventually(t, 8*time.Second, "five calls", func() bool { return len(s.lines("flap.log")) >= len(want) })
		if got := s.lines("flap.log"); !slices.Equal(got, want) || s.read("flap.state") != "MASTER" {
			t.Errorf("%q, the file ends as %q", got, s.read("flap.state"))
		}
	})
	p.item(t, "000.9 a script of ten seconds delays no advert", func(t *step) {
		netlab.Eventually(t, 12*time.Second, "both calls", func() bool { return len(s.lines("slow.log")) == 2 })
		if diff := cmp.Diff([]string{"BACKUP 0", "MASTER 0"}, s.lines("slow.log")); diff != "" {
			t.Error(diff)
		}
		netlab.Eventually(t, 6*time.Second, "ten adverts", func() bool { return len(s.adverts(s.a, 42)) >= 10 })
		checkEverySecond(t, s.adverts(s.a, 42))
	})
	p.item(t, "000.10 the script's exit status changes nothing", func(t *step) {
		has(t, node.Log, "notify script exited with status 1")
		if !s.a.HasAddress("192.0.2.14") || last(s.adverts(s.a, 42)).Priority != 200 {
			t.Errorf("the address is gone or the priority changed:\n%s", node.Log())
		}
	})
	p.item(t, "000.9 a slow script does not delay the handover", func(t *step) {
		node.Signal(15)
		from := time.Now()
		s.waitPriority(s.a, 42, 0, from.Add(-time.Second), 2*time.Second)
		netlab.Eventually(t, time.Second, "the address to leave", func() bool { return !s.a.HasAddress("192.0.2.14") })
	})
}
