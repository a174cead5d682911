package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// program builds haproxy-ha, once, and returns its path.
var program = sync.OnceValues(func() (string, error) { return netlab.Build(scratch, "haproxy-ha") })

// scratch is a directory that lasts as long as the tests of this package.
var scratch string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "haproxy-ha-")
	if err != nil {
		panic(err)
	}
	scratch = dir
	m.Run()
	_ = os.RemoveAll(dir)
}

const (
	address  = "192.0.2.100"
	interval = 100 * time.Millisecond
)

// stand is two machines with a HAProxy each, a web server behind them that takes
// ten milliseconds for an answer, and a client.
type stand struct {
	t      *testing.T
	lab    *netlab.Lab
	a, b   *machine
	client *netlab.Host
}

type machine struct {
	*netlab.Host
	*netlab.Proc
	config string
}

func newStand(t *testing.T, lab *netlab.Lab) *stand {
	t.Helper()
	s := &stand{t: t, lab: lab}
	web := lab.Host("web", "192.0.2.50/24")
	s.a, s.b = s.machine("a", "192.0.2.1/24"), s.machine("b", "192.0.2.2/24")
	s.client = lab.Host("client", "192.0.2.9/24")

	var l net.Listener
	err := web.Do(func() (err error) {
		l, err = net.Listen("tcp", "192.0.2.50:8080")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(10 * time.Millisecond)
		fmt.Fprintln(w, "hello")
	})}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { server.Close() })
	return s
}

// machine prepares a machine; start starts it.
func (s *stand) machine(name, addr string) *machine {
	s.t.Helper()
	dir, err := os.MkdirTemp(scratch, "") // not t.TempDir: to HAProxy the # in its name begins a comment
	if err != nil {
		s.t.Fatal(err)
	}
	m := &machine{Host: s.lab.Host(name, addr), config: filepath.Join(dir, "haproxy.cfg")}
	s.configure(m, "")
	return m
}

func (s *stand) configure(m *machine, more string) {
	s.t.Helper()
	text := `global
	stats socket ` + m.socket() + ` mode 600 level admin
defaults
	mode http
	timeout connect 2s
	timeout client 10s
	timeout server 10s
frontend web
	bind :80
	default_backend app
backend app
	server s1 192.0.2.50:8080
` + more
	if err := os.WriteFile(m.config, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (m *machine) socket() string { return filepath.Join(filepath.Dir(m.config), "sock") }

// start starts haproxy-ha on a machine. The timeout is generous: a machine under
// load must not look like a HAProxy that is stuck.
func (s *stand) start(m *machine, priority int, more ...string) {
	s.t.Helper()
	path, err := program()
	if err != nil {
		s.t.Fatal(err)
	}
	m.Proc = m.Host.Start(path, append([]string{
		"-address", address + "/24", "-priority", fmt.Sprint(priority), "-interval", interval.String(),
		"-config", m.config, "-socket", m.socket(), "-proxy", "web", "-url", "http://127.0.0.1/health",
		"-every", "100ms", "-timeout", "1s",
	}, more...)...)
}

// pair starts both, a first, and waits until a holds the address and b would
// take it.
func (s *stand) pair(more ...string) {
	s.t.Helper()
	s.start(s.a, 200, more...)
	netlab.Eventually(s.t, 20*time.Second, "a to hold the address", func() bool { return s.a.HasAddress(address) })
	s.start(s.b, 150, more...)
	netlab.Eventually(s.t, 20*time.Second, "b to be ready", func() bool { return strings.Contains(s.b.Log(), "to=BACKUP") })
	time.Sleep(4 * interval) // it has heard a
}

// request is one that the client made, over a connection of its own.
type request struct {
	at     time.Time
	result check.Result
}

// load is a client that makes requests at a constant rate, whatever becomes of
// them.
type load struct {
	stop context.CancelFunc
	wg   sync.WaitGroup
	mu   sync.Mutex
	all  []request
}

func (s *stand) load(rate int) *load {
	s.t.Helper()
	c, err := check.NewHTTP(check.HTTPConfig{
		Target: check.Target{Addr: netip.MustParseAddrPort(address + ":80"), Namespace: s.client.NS()},
		URLs:   []check.URL{{Path: "/"}},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	l := &load{stop: stop}
	s.t.Cleanup(func() { l.report() })
	l.wg.Go(func() {
		tick := time.NewTicker(time.Second / time.Duration(rate))
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			l.wg.Go(func() {
				ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
				defer cancel()
				at := time.Now()
				r := c.Check(ctx)
				r.Latency = time.Since(at)
				l.mu.Lock()
				defer l.mu.Unlock()
				l.all = append(l.all, request{at, r})
			})
		}
	})
	return l
}

// report ends the load and returns its requests, when all have been answered or
// have failed.
func (l *load) report() requests {
	l.stop()
	l.wg.Wait()
	return l.all
}

type requests []request

// failed returns those that were not answered.
func (rs requests) failed() (list requests) {
	for _, r := range rs {
		if !r.result.OK {
			list = append(list, r)
		}
	}
	return list
}

// slow counts those that were answered, but took longer than half a second:
// their first packet was lost.
func (rs requests) slow() (n int) {
	for _, r := range rs {
		if r.result.OK && r.result.Latency > 500*time.Millisecond {
			n++
		}
	}
	return n
}

// String says how the requests went, and when and why any failed.
func (rs requests) String() string {
	failed := rs.failed()
	reasons := map[check.Reason]int{}
	for _, r := range failed {
		reasons[r.result.Reason]++
	}
	return fmt.Sprintf("%d requests, %d failed %v, %d more took a second longer", len(rs), len(failed), reasons, rs.slow())
}

// outage returns the time from since until the first request was begun that was
// answered without delay, and not before a request that was not.
func (rs requests) outage(since time.Time) time.Duration {
	var last time.Time // that failed or was slow
	for _, r := range rs {
		if bad := !r.result.OK || r.result.Latency > 500*time.Millisecond; bad && r.at.After(last) {
			last = r.at
		}
	}
	var first time.Time
	for _, r := range rs {
		if r.at.After(last) && r.at.After(since) && (first.IsZero() || r.at.Before(first)) {
			first = r.at
		}
	}
	return first.Sub(since)
}
