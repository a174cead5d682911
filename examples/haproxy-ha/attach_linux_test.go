package main

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// haproxy starts a machine's HAProxy as something else than haproxy-ha would, and
// returns it with the name of the file that has its master's pid.
func (s *stand) haproxy(m *machine) (p *netlab.Proc, pidFile string) {
	s.t.Helper()
	pidFile = filepath.Join(filepath.Dir(m.config), "pid")
	p = m.Host.Start("haproxy", "-W", "-db", "-p", pidFile, "-f", m.config)
	netlab.Eventually(s.t, 20*time.Second, "HAProxy on "+m.Name, func() bool { return s.worker(m) != "" })
	return p, pidFile
}

// A HAProxy that something else started is watched, reloaded, and goes on after a
// hand-over, which fails no request.
func TestAttached(t *testing.T) {
	t.Parallel()
	s := newStand(t, netlab.New(t, "haproxy", netlab.NFT))
	proxy, pidA := s.haproxy(s.a)
	other, pidB := s.haproxy(s.b)
	s.start(s.a, 200, "-attach", pidA)
	netlab.Eventually(t, 20*time.Second, "a to hold the address", func() bool { return s.a.HasAddress(address) })
	s.start(s.b, 150, "-attach", pidB)
	netlab.Eventually(t, 20*time.Second, "b to be ready", func() bool { return strings.Contains(s.b.Log(), "to=BACKUP") })
	time.Sleep(4 * interval)
	client := s.load(rate())
	time.Sleep(300 * time.Millisecond)

	before := s.worker(s.a)
	s.a.Signal(syscall.SIGHUP)
	netlab.Eventually(t, 10*time.Second, "another worker", func() bool { now := s.worker(s.a); return now != "" && now != before })
	time.Sleep(500 * time.Millisecond)
	if code := s.a.Stop(); code != 0 {
		t.Errorf("exit status %d:\n%s", code, s.a.Log())
	}
	netlab.Eventually(t, 5*time.Second, "b to have the address", func() bool { return s.b.HasAddress(address) })
	if !proxy.Running() || s.worker(s.a) == "" {
		t.Error("HAProxy has ended with haproxy-ha")
	}
	time.Sleep(500 * time.Millisecond)
	rs := client.report()
	t.Logf("a reload and a hand-over: %v", rs)
	for _, r := range rs.failed() {
		t.Errorf("failed: %v", r.result)
	}

	// Should it die, the machine gives way; it is for others to start it again.
	s.start(s.a, 200, "-attach", pidA)
	netlab.Eventually(t, 20*time.Second, "a to be ready again", func() bool { return strings.Contains(s.a.Log(), "to=BACKUP") })
	s.signal(s.b, syscall.SIGKILL)
	netlab.Eventually(t, 10*time.Second, "a alone to have the address", func() bool { return s.a.HasAddress(address) && !s.b.HasAddress(address) })
	netlab.Eventually(t, 5*time.Second, "b's HAProxy to stay away", func() bool { return !other.Running() && s.b.Running() })
}

// A hand-over waits for the requests under way, and no longer than it may; one
// that leaves HAProxy nothing to do is not waited for.
func TestIdle(t *testing.T) {
	t.Parallel()
	s := newStand(t, netlab.New(t, "haproxy"))
	s.haproxy(s.a)
	socket := s.a.socket()
	wait := func(timeout time.Duration) (time.Duration, error) {
		ctx, cancel := context.WithTimeout(t.Context(), timeout)
		defer cancel()
		begun := time.Now()
		err := idle(ctx, socket)
		return time.Since(begun), err
	}
	if took, err := wait(10 * time.Second); err != nil || took > 5*time.Second {
		t.Errorf("with no sessions: %v after %v", err, took)
	}

	var conn net.Conn
	err := s.client.Do(func() (err error) {
		conn, err = net.Dial("tcp", "192.0.2.1:80")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "GET / HTTP/1.1\r\n") // and the rest later
	netlab.Eventually(t, 10*time.Second, "HAProxy to have the session", func() bool {
		text, _ := ask(t.Context(), socket, "show stat -1 1 -1")
		n, err := sessions(text)
		return err == nil && n == 1
	})
	if _, err := wait(time.Second); err == nil || !strings.Contains(err.Error(), "1 sessions are cut off") {
		t.Errorf("with a session that does not end: %v", err)
	}
	time.AfterFunc(300*time.Millisecond, func() { conn.Close() })
	if took, err := wait(10 * time.Second); err != nil || took < 250*time.Millisecond {
		t.Errorf("with a session that ends: %v after %v", err, took)
	}
}

func TestSessions(t *testing.T) {
	for _, tt := range []struct {
		stat string
		want int
		err  string
	}{
		{"# pxname,svname,qcur,qmax,scur,smax,\nweb,FRONTEND,,,3,7,\nmore,FRONTEND,,,1,2,\n\n", 4, ""},
		{"# pxname,svname,qcur,qmax,scur,smax,\n\n", 0, ""},
		{"", 0, "not HAProxy's statistics"},
		{"Unknown command: 'show stat'\n", 0, "no column scur"},
		{"# pxname,svname\nweb,FRONTEND\n", 0, "no column scur"},
		{"# pxname,scur\nweb,\n", 0, "statistics: "},
	} {
		got, err := sessions(tt.stat)
		if got != tt.want || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%q: %d, %v", tt.stat, got, err)
		}
	}
}
