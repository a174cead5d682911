package main_test

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// What lint says of pairs of files as the texts have them, or nearly.
func proveLint(t *testing.T, p seedRun) {
	s := &stand{t: t, dir: t.TempDir()} // files only
	pair := func(edit func(a, b string) (string, string)) func() string {
		return func() string {
			return s.lint(edit(conf002("a", "MASTER", "100", ""), conf002("b", "BACKUP", "90", "")))
		}
	}
	b := func(old, new string) func() string {
		return pair(func(a, b string) (string, string) { return a, strings.Replace(b, old, new, 1) })
	}
	mail := "global_defs {\n    router_id a\n    notification_email {\n        # one\n        rootexample.com\n    }\n    enable_snmp_vrrp\n}\n"
	group := "vrrp_script chk {\n    script /usr/bin/true\n    interval 1\n    weight -20\n}\nvrrp_sync_group VG {\n    group {\n        VI_1\n    }\n}\n"
	track := "track_script {\n        chk\n    }"
	for _, c := range []struct {
		name string
		lint func() string
		want []string
	}{
		{"000.16 the password", b("", ""), []string{"is in every packet as plain text [password-plain]", "use unicast_peer with check_unicast_src, and filter protocol 112 from elsewhere"}},
		{"002.18 another router id", b("_id 51", "_id 52"), []string{"VI_1 in ", " has virtual_router_id 51: both will be master [vrid-mismatch]"}},
		{"002.18 another password", b("secret", "sacret"), []string{"has another auth_pass than VI_1 in ", "both will be master [auth-pass-mismatch]"}},
		{"002.18 the same priority", b("priority 90", "priority 100"), []string{"[priority-tie]"}},
		{"003.16 another router id with the same address", b("_id 51", "_id 52"), []string{"@A AND @B"}},
		{"003.19 authentication that one has commented out", pair(func(a, b string) (string, string) {
			from := strings.Index(b, "    authentication")
			to := strings.Index(b, "    virtual_ipaddress")
			return a, b[:from] + strings.ReplaceAll(b[from:to], "    ", "#   ") + b[to:]
		}), []string{"has auth_type none, but VI_1 in ", " has auth_type PASS: both will be master [auth-type-mismatch]"}},
		{"003.8 a mail address without @", pair(func(a, b string) (string, string) { return mail + a, b }), []string{`a.conf:5:9: warning: mail address "rootexample.com" has no @`}},
		{"000.15 SNMP: what there is instead", pair(func(a, b string) (string, string) { return mail + a, b }), []string{"enable_snmp_vrrp is known, but has no effect", "monitor without AgentX: keepalived-lite check, status --json and /metrics"}},
		{"004.4 a weight in a sync group", pair(func(a, b string) (string, string) {
			return group + strings.Replace(a, "advert_int 1", "advert_int 1\n    "+track, 1), b
		}), []string{"keepalived drops chk with weight -20 from vrrp_instance VI_1, because that is in vrrp_sync_group VG; keepalived-lite lets it count for all members [weight-in-group]"}},
		{"004.16 a sync group of one", pair(func(a, b string) (string, string) { return group + a, b }), []string{"warning: vrrp_sync_group VG has one member only, and nothing to keep in step [single-member]"}},
		{"004.5 a weight with nopreempt", pair(func(a, b string) (string, string) {
			return group[:strings.Index(group, "vrrp_sync_group")] + strings.NewReplacer("advert_int 1", "advert_int 1\n    nopreempt\n    "+track, "MASTER", "BACKUP").Replace(a), strings.Replace(b, "advert_int 1", "advert_int 1\n    nopreempt", 1)
		}), []string{"[nopreempt-blocks-failover]", "preempt_on_degraded"}},
	} {
		p.item(t, c.name+": lint says it", func(t *step) {
			out := c.lint()
			for _, want := range c.want {
				want = strings.NewReplacer("@A", s.file("a.conf"), "@B", s.file("b.conf")).Replace(want)
				if !strings.Contains(out, want) {
					t.Errorf("no %q in\n%s", want, out)
				}
			}
		})
	}
}

// The texts' other programs.
func proveTools(t *testing.T, p seedRun) {
	s := p.stand(t)
	run := func(t testing.TB, args ...string) (stdout, all string) {
		t.Helper()
		lite, err := program()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(lite, args...)
		var out, errOut bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errOut
		if err := s.c.Do(cmd.Start); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%q: %v\n%s%s", args, err, &out, &errOut)
		}
		return out.String(), out.String() + errOut.String()
	}
	p.item(t, "003.2 --version", func(t *step) {
		_, out := run(t, "--version")
		if t.Log(out); !strings.HasPrefix(out, "Keepalived-lite v") {
			t.Error("which is wrong")
		}
	})
	const body = "<html>it works</html>\n"
	l, err := listenOn(s.c, "127.0.0.1:80")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) })}
	go func() { _ = server.Serve(l) }()
	defer server.Close()
	for _, how := range []string{"genhash", "--genhash", "-T"} {
		p.item(t, "003.36 "+how, func(t *step) {
			out, _ := run(t, how, "-s", "127.0.0.1", "-p", "80", "-u", "/path")
			if t.Log(out); strings.TrimSpace(out) != fmt.Sprintf("MD5SUM = %x", md5.Sum([]byte(body))) {
				t.Error("which is wrong")
			}
		})
	}
	p.item(t, "002.22 a rehearsal of the text's own pair of files", func(t *step) {
		_, out := run(t, "demo", s.write("a.conf", conf002("a", "MASTER", "100", "")), s.write("b.conf", conf002("b", "BACKUP", "90", "")))
		t.Log(last(strings.Split(strings.TrimSpace(out), "\n")))
		if !strings.Contains(out, "192.0.2.100") {
			t.Error(out)
		}
	})
}

// listenOn listens on a host.
func listenOn(h *netlab.Host, address string) (l net.Listener, err error) {
	err = h.Do(func() (err error) { l, err = net.Listen("tcp4", address); return err })
	return l, err
}

// What doctor says of a node.
func proveDoctor(t *testing.T, p seedRun) {
	s := p.stand(t, netlab.NFT, "iptables")
	n := &node{Host: s.a}
	doctor := func(t testing.TB, conf string, want ...string) {
		t.Helper()
		out, status := n.ask(t, "doctor", "-f", s.write("none.conf", conf), "--control", s.file("none"))
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("no %q in\n%s", w, out)
			}
		}
		if status != 2 {
			t.Errorf("status %d", status)
		}
	}
	p.item(t, "003.4 doctor: no ip_forward with lb_kind NAT", func(t *step) {
		doctor(t, "virtual_server 192.0.2.100 80 {\n    lb_algo rr\n    lb_kind NAT\n    protocol TCP\n    real_server 192.0.2.201 80 {\n    }\n}\n",
			"net.ipv4.ip_forward is 0: lb_kind NAT forwards nothing", "sysctl -w net.ipv4.ip_forward=1")
	})
	s.a.Run("iptables", "-A", "INPUT", "-p", "vrrp", "-j", "DROP")
	p.item(t, "002.17 doctor: iptables drops protocol 112, whatever made it", func(t *step) {
		doctor(t, fill(askConf, "PRIO", "100"), "are dropped on their way in", "a rule of chain INPUT has to do with VRRP and is a drop",
			"-> iptables -I INPUT -p 112 -j ACCEPT", "ufw allow to 224.0.0.18")
	})
}

// A check with a weight on a node with nopreempt.
func prove004Nopreempt(t *testing.T, p seedRun) {
	const vip = "192.0.2.100"
	s := p.stand(t)
	conf := func(node, priority, more string) string {
		return fill(degradingConf, "FILE", s.file(node+".bad"), "WEIGHT", "weight -20", "PRIORITY", priority, "MORE", "nopreempt\n"+more)
	}
	// b first, then a: a master that has heard another router advertises its own
	// priority.
	b := s.start(p.b, s.b, conf("b", "90", ""))
	s.waitHolders(t, vip, "b", 10*time.Second)
	s.start(p.a, s.a, conf("a", "100", ""))
	time.Sleep(2 * time.Second)
	b.Stop()
	s.waitHolders(t, vip, "a", 10*time.Second)
	b = s.start(p.b, s.b, conf("b", "90", ""))
	time.Sleep(2 * time.Second) // the first results
	begin := time.Now()
	s.write("a.bad", "")
	p.item(t, "004.5 the priority falls, and nothing else happens", func(t *step) {
		s.waitPriority(s.a, 71, 80, begin, 5*time.Second)
		s.stays(t, vip, "a", 2*time.Second)
	})
	if p.b.name != ours.name {
		return
	}
	// With the option b takes over, if it has heard the full priority before.
	b.Stop()
	if err := os.Remove(s.file("a.bad")); err != nil {
		t.Fatal(err)
	}
	begin = time.Now()
	s.waitPriority(s.a, 71, 100, begin, 5*time.Second)
	s.start(p.b, s.b, conf("b", "90", "preempt_on_degraded"))
	time.Sleep(2 * time.Second)
	s.write("a.bad", "")
	p.item(t, "004.5 with preempt_on_degraded the other takes over", func(t *step) { s.waitHolders(t, vip, "b", 10*time.Second) })
}
