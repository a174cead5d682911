package main_test

import (
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// Text 004: a memo about checks of a proxy and about notifications.

const seed004 = `vrrp_script chk_haproxy {
    script "systemctl is-active haproxy"
    interval 3 # comment after value
    fall 3
    rise 2
}
vrrp_script chk_http_port {
    script "< /dev/tcp/127.0.0.1/80"
    interval 3
    fall 3
    rise 2
}
vrrp_sync_group VG_1 {
    group {
        VI_1
    }
    notify        "@DIR@/group.sh"
    smtp_alert
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    unicast_peer {
        192.0.2.10
        192.0.2.11
    }
    virtual_ipaddress {
        192.0.2.100/24
    }
    track_script {
        chk_haproxy
        chk_http_port # several allowed
    }
    notify        "@DIR@/notify.sh"
    notify_master "@DIR@/own.sh master"
    notify_backup "@DIR@/own.sh backup"
    notify_fault  "@DIR@/own.sh fault"
    notify_stop   "@DIR@/own.sh stop"
    smtp_alert
}
vrrp_instance VI_UP {
    interface eth0
    virtual_router_id 52
    priority 100
    virtual_ipaddress {
        192.0.2.101/24
    }
    track_script {
        chk_http_port weight 20
    }
    notify "@DIR@/argument.sh arg"
}
vrrp_instance VI_DOWN {
    interface eth0
    virtual_router_id 53
    priority 100
    virtual_ipaddress {
        192.0.2.102/24
    }
    track_script {
        chk_http_port weight -30
    }
}
`

const seed004peer = `vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 90
    unicast_peer {
        192.0.2.10
        192.0.2.11
    }
    virtual_ipaddress {
        192.0.2.100/24
    }
}
vrrp_instance VI_UP {
    interface eth0
    virtual_router_id 52
    priority 110
    virtual_ipaddress {
        192.0.2.101/24
    }
}
vrrp_instance VI_DOWN {
    interface eth0
    virtual_router_id 53
    priority 90
    virtual_ipaddress {
        192.0.2.102/24
    }
}
`

func prove004Checks(t *testing.T, p seedRun) {
	s := p.stand(t, "bash", "tcpdump")
	s.script("systemctl", `[ "$*" = "is-active haproxy" ] && echo active`)
	s.script("group.sh", "echo $* >>"+s.file("group-calls")+"; echo group $3 >>"+s.file("order"))
	s.script("notify.sh", "echo $* >>"+s.file("calls")+"; echo instance $3 >>"+s.file("order"))
	s.script("argument.sh", "echo $* >>"+s.file("argument-calls"))
	s.script("own.sh", "echo $* >>"+s.file("own-calls")+"; echo instance $* | tr a-z A-Z >>"+s.file("order"))
	var port net.Listener
	listen := func() {
		t.Helper()
		err := s.a.Do(func() (err error) { port, err = net.Listen("tcp4", "127.0.0.1:80"); return err })
		if err != nil {
			t.Fatal(err)
		}
	}
	listen()
	defer func() { port.Close() }()
	dump := s.a.Start("tcpdump", "-l", "-nn", "-i", "any", "vrrp")
	netlab.Eventually(t, 5*time.Second, "tcpdump", func() bool { return strings.Contains(dump.Log(), "listening on") })

	s.start(p.b, s.b, seed004peer)
	path := "PATH=" + s.dir + ":" + os.Getenv("PATH")
	conf := fill(seed004, "DIR", s.dir)
	var a *netlab.Proc
	if p.a.name == ours.name {
		a = s.startWith(s.a, conf, []string{path})
	} else { // it runs no text for a shell, and has the PATH of this machine
		check := s.script("port", "exec bash -c '< /dev/tcp/127.0.0.1/80'")
		conf = strings.NewReplacer("< /dev/tcp/127.0.0.1/80", check, "systemctl is-active", s.file("systemctl")+" is-active").Replace(conf)
		a = s.start(p.a, s.a, "global_defs {\n    script_user root\n}\n"+conf)
	}
	// A third one, for 004.1 alone.
	s.startWith(s.c, "vrrp_script chk {\n script \"true\"\n interval 1\n}\n"+strings.Replace(conf002("c", "BACKUP", "100", "track_script {\n chk\n}"), "_id 51", "_id 59", 1), []string{})

	p.item(t, "004.14 an own address among the peers changes nothing", func(t *step) {
		s.waitHolders(t, "192.0.2.100", "a", 6*time.Second)
		s.stays(t, "192.0.2.100", "a", 1200*time.Millisecond)
		if p.a.name != ours.name {
			return
		}
		if lines := grep(a.Log(), "WARN", "192.0.2.10"); len(lines) > 0 {
			t.Errorf("a complains: %q", lines)
		}
		if lines := grep(dump.Log(), "192.0.2.10 > 192.0.2.10"); len(lines) > 0 {
			t.Errorf("a sends to itself: %q", lines)
		}
	})
	p.item(t, "004.12 tcpdump on any", func(t *step) {
		lines := grep(dump.Log(), " eth0  Out IP 192.0.2.10 > 192.0.2.11: VRRPv2, Advertisement, vrid 51, prio 100")
		if t.Logf("%q", last(lines)); len(lines) == 0 {
			t.Errorf("tcpdump:\n%s", dump.Log())
		}
	})
	if p.a.name == ours.name {
		p.item(t, "004.16 a sync group of one is accepted", func(t *step) {
			has(t, a.Log, "vrrp_sync_group VG_1 has one member only")
		})
		p.item(t, "004.1 a program without a path, in PATH", func(t *step) {
			has(t, a.Log, "VRRP_Script(chk_haproxy) succeeded")
		})
	}
	p.item(t, "004.1 in an empty environment", func(t *step) {
		netlab.Eventually(t, 3*time.Second, "c to be master", func() bool { return s.c.HasAddress("192.0.2.100") })
	})
	p.item(t, "004.3 positive weight while the check is good", func(t *step) {
		s.waitPriority(s.a, 52, 120, time.Time{}, 5*time.Second)
		s.waitHolders(t, "192.0.2.101", "a", 5*time.Second)
	})
	p.item(t, "004.3 negative weight while the check is good", func(t *step) {
		s.waitPriority(s.a, 53, 100, time.Time{}, 5*time.Second)
		s.waitHolders(t, "192.0.2.102", "a", 5*time.Second)
	})

	begin := time.Now()
	port.Close()
	p.item(t, "004.2 the port closes: FAULT after three failures", func(t *step) {
		down := s.waitPriority(s.a, 51, 0, begin, 12*time.Second)
		d := down.At.Sub(begin)
		t.Logf("priority 0 after %v", d)
		if d < 6*time.Second || d > 10*time.Second {
			t.Errorf("after %v, want the third failure, after 6 to 9s", d)
		}
		s.waitHolders(t, "192.0.2.100", "b", 2*time.Second)
		has(t, a.Log, "(VI_1) Entering FAULT STATE")
	})
	p.item(t, "004.3 positive weight while the check fails", func(t *step) {
		s.waitPriority(s.a, 52, 100, begin, 2*time.Second)
		s.waitHolders(t, "192.0.2.101", "b", 5*time.Second)
	})
	p.item(t, "004.3 negative weight while the check fails", func(t *step) {
		s.waitPriority(s.a, 53, 70, begin, 2*time.Second)
		s.waitHolders(t, "192.0.2.102", "b", 5*time.Second)
	})
	begin = time.Now()
	listen()
	p.item(t, "004.2 the port opens: back after two successes", func(t *step) {
		netlab.Eventually(t, 7*time.Second, "the end of FAULT", func() bool { return last(s.lines("calls")) == "INSTANCE VI_1 BACKUP 100" })
		d := time.Since(begin)
		t.Logf("BACKUP after %v", d)
		if d < 3*time.Second {
			t.Errorf("after %v: one success was enough", d)
		}
		s.waitHolders(t, "192.0.2.100", "a", 5*time.Second)
		s.waitHolders(t, "192.0.2.101", "a", 5*time.Second)
		s.waitHolders(t, "192.0.2.102", "a", 5*time.Second)
	})
	netlab.Eventually(t, 2*time.Second, "the scripts for MASTER", func() bool {
		return last(s.lines("calls")) == "INSTANCE VI_1 MASTER 100" && last(s.lines("argument-calls")) == "arg INSTANCE VI_UP MASTER 120"
	})
	a.Stop()
	states := []string{"BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER", "STOP"}
	p.item(t, "004.7 notify", func(t *step) {
		var want []string
		for _, state := range states {
			want = append(want, "INSTANCE VI_1 "+state+" 100")
		}
		if diff := cmp.Diff(want, s.lines("calls")); diff != "" {
			t.Error(diff)
		}
		for i := range want {
			want[i] = "GROUP VG_1 " + states[i] + " 0"
		}
		if diff := cmp.Diff(want, s.lines("group-calls")); diff != "" {
			t.Error(diff)
		}
	})
	if p.a.name == ours.name { // keepalived has them run side by side
		p.item(t, "004.10 the group's script after those of its member", func(t *step) {
			var want []string
			for _, state := range states {
				want = append(want, "INSTANCE "+state, "INSTANCE "+state, "GROUP "+state)
			}
			got := strings.Split(strings.ToUpper(s.read("order")), "\n")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	p.item(t, "004.8 notify with an argument of its own", func(t *step) {
		want := []string{"arg INSTANCE VI_UP BACKUP 120", "arg INSTANCE VI_UP MASTER 120", "arg INSTANCE VI_UP BACKUP 100", "arg INSTANCE VI_UP MASTER 120", "arg INSTANCE VI_UP STOP 120"}
		got := s.lines("argument-calls")
		// The first result of the check races with the start.
		if len(got) > 0 && got[0] == "arg INSTANCE VI_UP BACKUP 100" {
			want[0] = got[0]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
	p.item(t, "004.9 notify_* get only what is configured, notify_stop runs", func(t *step) {
		if got, want := s.lines("own-calls"), strings.Fields(strings.ToLower(strings.Join(states, " "))); !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	})
}
