package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// collector is a syslog daemon of the test's own.
type collector struct {
	path string
	conn *net.UnixConn
	mu   sync.Mutex
	text bytes.Buffer
}

// start makes the socket, as a syslog daemon does when it starts.
func (c *collector) start(t testing.TB) {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: c.path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	c.conn = conn
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := conn.Read(buf)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			c.mu.Lock()
			c.text.Write(buf[:n])
			c.mu.Unlock()
		}
	}()
}

func (c *collector) stop() {
	c.conn.Close()
	_ = os.Remove(c.path)
}

// lines returns what came from a program.
func (c *collector) lines(program string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(regexp.MustCompile(`(?m)^<\d+>\w{3} [ \d]\d [\d:]{8} `+program+`\[\d+\]: .*$`).FindAllString(c.text.String(), -1), "\n")
}

// What rsyslog is given, whose filters look for program names and facilities.
func prove004Syslog(t *testing.T, p seedRun) {
	s := p.stand(t)
	lite, err := program()
	if err != nil {
		t.Fatal(err)
	}
	c := &collector{path: s.file("log")}
	c.start(t)
	proc := s.a.Start(lite, "-D", "-S", "5", "--syslog="+c.path, "-f", s.write("keepalived.conf", conf002("a", "MASTER", "100", "")),
		"-p", s.file("pid"), "-r", s.file("vrrp.pid"), "-c", s.file("checkers.pid"))
	s.waitHolders(t, "192.0.2.100", "a", 6*time.Second)
	p.item(t, "004.15, 003.1 keepalived's program names and facility", func(t *step) {
		for name, want := range map[string]string{
			"Keepalived":      "<174>", // 21 is local5, 6 is for information
			"Keepalived_vrrp": "(VI_1) Entering MASTER STATE",
		} {
			has(t, func() string { return c.lines(name) }, want)
		}
		t.Log(last(strings.Split(c.lines("Keepalived_vrrp"), "\n")))
		if log := proc.Log(); log != "" {
			t.Errorf("standard error, without -l:\n%s", log)
		}
	})
	p.item(t, "003.1 a pid file for each role", func(t *step) {
		for _, name := range []string{"pid", "vrrp.pid", "checkers.pid"} {
			if got := s.read(name); got != fmt.Sprint(proc.PID()) {
				t.Errorf("%s has %q", name, got)
			}
		}
	})
	p.item(t, "004.15 nothing is lost when syslog starts again", func(t *step) {
		c.stop()
		s.a.SetPort("eth0", false)
		s.waitHolders(t, "192.0.2.100", "", 3*time.Second)
		has(t, proc.Log, "syslog takes no lines: they come here until it does", "(VI_1) Entering FAULT STATE") // it went to standard error
		c.start(t)
		s.a.SetPort("eth0", true)
		netlab.Eventually(t, 6*time.Second, "MASTER once more", func() bool {
			return strings.Count(c.lines("Keepalived_vrrp"), "Entering MASTER STATE") == 2
		})
	})
}
