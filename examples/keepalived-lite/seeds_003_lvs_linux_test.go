package main_test

import (
	"crypto/md5"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/internal/umllab"
)

// The LVS part of text 003, with the delays of somebody in a hurry, and timeouts for
// a guest on a busy machine.
const seed003lvs = `global_defs {
    script_user root
    enable_script_security
}
virtual_server 192.0.2.100 80 {
    delay_loop 0.5
    warmup 0
    lb_algo wlc
    lb_kind NAT
    nat_mask 255.255.255.0
    persistence_timeout 50
    persistence_granularity 255.255.255.0
    protocol TCP
    ha_suspend
    virtualhost www.example.com
    quorum_up   "@DIR@/q.sh up"
    quorum_down "@DIR@/q.sh down"
    sorry_server 127.0.1.200 80
    real_server 127.0.1.1 80 {
        weight 1
        TCP_CHECK {
            connect_port 81
            connect_timeout 10
            retry 0
        }
    }
    real_server 127.0.1.2 80 {
        weight 1
        MISC_CHECK {
            misc_path "@DIR@/chk.sh arg"
            misc_timeout 10
            retry 0
        }
    }
    real_server 127.0.1.3 80 {
        weight 1
        MISC_CHECK {
            misc_path @DIR@/plain.sh
            misc_timeout 10
            retry 0
        }
    }
    real_server 127.0.1.4 80 {
        weight 1
        HTTP_GET {
            url {
                path /
                digest @ROOT@
                status_code 200
            }
            url {
                path /mrtg/
                digest @MRTG@
            }
            connect_timeout 10
            nb_get_retry 1
            delay_before_retry 0.2
        }
    }
    real_server 127.0.1.5 443 {
        weight 1
        SSL_GET {
            url {
                path /
                status_code 200
            }
            connect_timeout 10
            retry 0
        }
    }
    real_server 127.0.1.6 25 {
        weight 1
        SMTP_CHECK {
            connect_timeout 10
            retry 0
        }
    }
}
virtual_server fwmark 7 {
    lb_algo rr
    lb_kind DR
    real_server 192.0.2.204 0 {
        weight 1
    }
}
`

// kinds is every scheduler of the text with every kind and protocol.
func kinds() (conf string, want []string) {
	var text strings.Builder
	n := 0
	for _, scheduler := range []string{"rr", "wrr", "lc", "wlc", "lblc", "sh", "dh"} {
		for kind, option := range map[string]string{"NAT": "m", "DR": "g", "TUN": "i"} {
			for protocol, letter := range map[string]string{"TCP": "t", "UDP": "u"} {
				n++
				fmt.Fprintf(&text, "virtual_server 10.1.%d.1 80 {\n    lb_algo %s\n    lb_kind %s\n    protocol %s\n    real_server 10.2.%[1]d.1 80 {\n        weight 1\n    }\n}\n", n, scheduler, kind, protocol)
				want = append(want, fmt.Sprintf("-A -%s 10.1.%d.1:80 -s %s\n", letter, n, scheduler), fmt.Sprintf("-a -%s 10.1.%d.1:80 -r 10.2.%[2]d.1:80 -%s -w 1", letter, n, option))
			}
		}
	}
	return text.String(), append(want, "-A -f 7 -s rr\n", "-a -f 7 -r 192.0.2.204:0 -g -w 1\n")
}

// web is a server whose pages change.
type web struct {
	mu    sync.Mutex
	pages map[string]string // what is not here is not found
	hosts []string          // that were asked for
}

func (w *web) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hosts = append(w.hosts, r.Host)
	text, ok := w.pages[r.URL.Path]
	if !ok {
		out.WriteHeader(http.StatusNotFound)
	}
	fmt.Fprint(out, text)
}

func (w *web) set(path, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages[path] = text
}

func (w *web) unset(path string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.pages, path)
}

func (w *web) lastHost() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return last(w.hosts)
}

func listenAt(t testing.TB, address string) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp4", address)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// accept serves connections until the listener is closed.
func accept(t testing.TB, address string, serve func(net.Conn)) net.Listener {
	t.Helper()
	l := listenAt(t, address)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}()
	return l
}

// The kernel of the guest has IPVS, and ipvsadm is the judge.
func prove003LVS(t *testing.T, p seedRun) {
	netlab.Require(t, "ipvsadm")
	output, outside := umllab.Output(t, "ip_vs", "ip_vs_rr", "ip_vs_wrr", "ip_vs_lc", "ip_vs_wlc", "ip_vs_lblc", "ip_vs_sh", "ip_vs_dh", "dummy")
	if outside {
		p.fromGuest(output)
		return
	}
	s := &stand{t: t, dir: t.TempDir()}
	run := func(t testing.TB, name string, args ...string) string {
		t.Helper()
		out, err := exec.Command(name, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s %q: %v\n%s", name, args, err, out)
		}
		return string(out)
	}
	run(t, "ip", "link", "add", "eth0", "type", "dummy")
	run(t, "ip", "addr", "add", "192.0.2.10/24", "dev", "eth0")
	run(t, "ip", "link", "set", "eth0", "up")
	s.script("q.sh", `echo "$*" >>`+s.file("quorum"))
	s.script("chk.sh", `[ "$*" = arg ] && ! [ -e `+s.file("bad-chk")+` ]`)
	s.script("plain.sh", `[ $# = 0 ] && ! [ -e `+s.file("bad-plain")+` ]`)

	plain, secure := &web{pages: map[string]string{"/": "root\n", "/mrtg/": "mrtg\n"}}, &web{pages: map[string]string{"/": "secure\n"}}
	var connects atomic.Int32
	count := func(c net.Conn) { connects.Add(1); c.Close() }
	tcp := accept(t, "127.0.1.1:81", count)
	server := httptest.NewUnstartedServer(plain)
	server.Listener = listenAt(t, "127.0.1.4:80")
	server.Start()
	defer server.Close()
	tls := httptest.NewUnstartedServer(secure)
	tls.Listener = listenAt(t, "127.0.1.5:443")
	tls.StartTLS()
	defer tls.Close()
	mail := accept(t, "127.0.1.6:25", new(mailSink).serve)

	table, want := kinds()
	conf := fill(seed003lvs, "DIR", s.dir, "ROOT", fmt.Sprintf("%x", md5.Sum([]byte("root\n"))), "MRTG", fmt.Sprintf("%x", md5.Sum([]byte("mrtg\n")))) + table
	lite, err := program()
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(s.file("log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	daemon := exec.Command(lite, "-D", "--log-format=keepalived", "-f", s.write("keepalived.conf", conf), "-p", s.file("pid"), "-c", s.file("checkers.pid"))
	daemon.Stderr = log
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	ended := false
	defer func() {
		if t.Failed() || !ended {
			t.Log(s.read("log"))
			_ = daemon.Process.Kill()
		}
	}()

	saved := func() string { return run(t, "ipvsadm", "-Sn") }
	p.item(t, "003.27 schedulers, kinds, protocols, a mark", func(t *step) {
		netlab.Eventually(t, 20*time.Second, "all servers", func() bool {
			now := saved()
			return !slices.ContainsFunc(want, func(line string) bool { return !strings.Contains(now, line) })
		})
		t.Logf("%d lines of ipvsadm -Sn as they should be", len(want))
	})
	p.item(t, "003.28 persistence", func(t *step) {
		line := regexp.MustCompile(`(?m)^TCP +192\.0\.2\.100:80 .*$`).FindString(run(t, "ipvsadm", "-Ln"))
		if t.Log(line); !strings.Contains(line, "wlc persistent 50 mask 255.255.255.0") {
			t.Error("which is wrong")
		}
	})
	p.item(t, "003.37 ipvsadm reads it in each of its ways", func(t *step) {
		for _, how := range [][]string{{"-Ln"}, {"-Ln", "--stats"}, {"-Ln", "--rate"}, {"-Ln", "--thresholds"}, {"-Ln", "--persistent-conn"}} {
			if n := strings.Count(run(t, "ipvsadm", how...), "->"); n < len(want)/2 {
				t.Errorf("%q: %d servers", how, n)
			}
		}
	})
	in := func(server string) bool {
		return strings.Contains(saved(), "-a -t 192.0.2.100:80 -r "+server+" ")
	}
	p.item(t, "003.29 no check while the address is elsewhere", func(t *step) {
		time.Sleep(2 * time.Second)
		if n := connects.Load(); n > 0 {
			t.Errorf("%d connections", n)
		}
		run(t, "ip", "addr", "add", "192.0.2.100/32", "dev", "eth0")
		netlab.Eventually(t, 10*time.Second, "a connection", func() bool { return connects.Load() > 0 })
	})
	p.item(t, "003.30 virtualhost is the Host of HTTP_GET and SSL_GET", func(t *step) {
		netlab.Eventually(t, 10*time.Second, "requests", func() bool { return plain.lastHost() != "" && secure.lastHost() != "" })
		if a, b := plain.lastHost(), secure.lastHost(); a != "www.example.com" || b != "www.example.com" {
			t.Errorf("Host is %q and %q", a, b)
		}
	})
	p.item(t, "003.35 nb_get_retry", func(t *step) {
		netlab.Eventually(t, 5*time.Second, "what the log says", func() bool { return strings.Contains(s.read("log"), "nb_get_retry is deprecated") })
	})
	_ = os.Remove(s.file("quorum")) // what was told at the start
	for _, c := range []struct {
		name, server string
		bad, good    func()
	}{
		{"003.34 HTTP_GET: another digest", "127.0.1.4:80", func() { plain.set("/", "other\n") }, func() { plain.set("/", "root\n") }},
		{"003.33, 003.34 HTTP_GET: another digest at the second url", "127.0.1.4:80", func() { plain.set("/mrtg/", "other\n") }, func() { plain.set("/mrtg/", "mrtg\n") }},
		{"003.33 SSL_GET: another status", "127.0.1.5:443", func() { secure.unset("/") }, nil},
		{"003.33 TCP_CHECK: another port is closed", "127.0.1.1:80", func() { tcp.Close() }, nil},
		{"003.33 MISC_CHECK with an argument", "127.0.1.2:80", func() { s.write("bad-chk", "") }, nil},
		{"003.33 MISC_CHECK without quotes", "127.0.1.3:80", func() { s.write("bad-plain", "") }, nil},
		{"003.33 SMTP_CHECK", "127.0.1.6:25", func() { mail.Close() }, nil},
	} {
		p.item(t, c.name, func(t *step) {
			netlab.Eventually(t, 15*time.Second, c.server+" to be in use", func() bool { return in(c.server) })
			c.bad()
			netlab.Eventually(t, 15*time.Second, c.server+" to leave", func() bool { return !in(c.server) })
			if c.good != nil {
				c.good()
				netlab.Eventually(t, 15*time.Second, c.server+" to come back", func() bool { return in(c.server) })
			}
		})
	}
	if s.read("quorum") != "" {
		t.Errorf("quorum scripts while there are servers: %q", s.lines("quorum"))
	}
	plain.set("/", "other\n") // the last one
	p.item(t, "003.32 the sorry server comes when all are down, and leaves", func(t *step) {
		netlab.Eventually(t, 15*time.Second, "the sorry server alone", func() bool { return in("127.0.1.200:80") && !in("127.0.1.4:80") })
		plain.set("/", "root\n")
		netlab.Eventually(t, 15*time.Second, "the server that returned", func() bool { return in("127.0.1.4:80") && !in("127.0.1.200:80") })
	})
	p.item(t, "003.31 quorum_down and quorum_up, once each", func(t *step) {
		netlab.Eventually(t, 5*time.Second, "both", func() bool { return len(s.lines("quorum")) >= 2 })
		time.Sleep(time.Second)
		if got := s.lines("quorum"); !slices.Equal(got, []string{"down", "up"}) {
			t.Errorf("%q", got)
		}
	})
	p.item(t, "003.1 the checker's lines are Keepalived_healthcheckers'", func(t *step) {
		lines := grep(s.read("log"), fmt.Sprintf("Keepalived_healthcheckers[%d]: ", daemon.Process.Pid), "127.0.1.1")
		if len(lines) == 0 {
			t.Fatal("there are none")
		}
		t.Log(lines[0])
	})
	_ = daemon.Process.Signal(os.Interrupt)
	if err := daemon.Wait(); err != nil {
		t.Error(err)
	}
	ended = true
	if left := saved(); left != "" {
		t.Errorf("left behind:\n%s", left)
	}
}
