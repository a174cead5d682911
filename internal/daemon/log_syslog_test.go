//go:build unix

package daemon

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/asynclog"
)

// collector is a syslog of the test's own.
type collector struct{ *net.UnixConn }

func collect(t *testing.T, path string) collector {
	t.Helper()
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return collector{c}
}

// next returns n lines without what differs from run to run: time and pid.
func (c collector) next(t *testing.T, n int) (lines []string) {
	t.Helper()
	buf := make([]byte, 4096)
	for range n {
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
		k, err := c.Read(buf)
		if err != nil {
			t.Fatalf("after %q: %v", lines, err)
		}
		priority, rest, _ := strings.Cut(string(buf[:k]), ">")
		stamp, rest := rest[:len(time.Stamp)], rest[len(time.Stamp):]
		if _, err := time.Parse(time.Stamp, stamp); err != nil {
			t.Error(err)
		}
		lines = append(lines, priority+">"+strings.Replace(rest, fmt.Sprintf("[%d]", os.Getpid()), "", 1))
	}
	return lines
}

// Filters of rsyslog for keepalived's names and facility find our lines.
func TestSyslog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	c := collect(t, path)
	var out bytes.Buffer
	log, flush := newLog(&out, Options{Syslog: path, Facility: "5"})
	log.With("instance", "VI_1").Info("Entering MASTER STATE", "from", "BACKUP", "cause", "no response")
	log.Warn("VRRP_Script(chk) failed", "err", "two\nlines")
	log.Error("Removing service [198.51.100.1]:tcp:80")
	log.Info("Stopped")
	want := []string{
		"<174> Keepalived_vrrp: (VI_1) Receive advertisement timeout\n",
		"<174> Keepalived_vrrp: (VI_1) Entering MASTER STATE from=BACKUP cause=\"no response\"\n",
		"<174> Keepalived_vrrp: (VI_1) setting VIPs.\n",
		"<172> Keepalived_vrrp: VRRP_Script(chk) failed err=\"two\\nlines\"\n",
		"<171> Keepalived_healthcheckers: Removing service [198.51.100.1]:tcp:80\n",
		"<174> Keepalived: Stopped\n",
	}
	if got := c.next(t, len(want)); !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	// It is restarted: one has gone, and one comes.
	c.Close()
	_ = os.Remove(path)
	c = collect(t, path)
	log.Info("Starting")
	if got := c.next(t, 1); got[0] != "<174> Keepalived: Starting\n" {
		t.Errorf("after a restart: %q", got)
	}
	flush()
	if out.Len() > 0 {
		t.Errorf("standard error: %s", &out)
	}
}

// A line that syslog does not take is on standard error, and so is each with -l.
func TestSyslogAndConsole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	for name, tt := range map[string]struct {
		o        Options
		listens  bool
		console  string // what standard error has after the time
		collects int
	}{
		"nobody listens":  {Options{Syslog: path}, false, "WARN syslog takes no lines: they come here until it does err=\"dial unix " + path + ": connect: no such file or directory\"\n(VI_1) hello\n(VI_1) goodbye\n", 0},
		"both":            {Options{Syslog: path, LogConsole: true}, true, "(VI_1) hello\n(VI_1) goodbye\n", 2},
		"syslog alone":    {Options{Syslog: path}, true, "", 2},
		"-G":              {Options{Syslog: path, Facility: "local1", NoSyslog: true}, true, "(VI_1) hello\n(VI_1) goodbye\n", 0},
		"not asked for":   {Options{}, true, "(VI_1) hello\n(VI_1) goodbye\n", 0},
		"in their manner": {Options{Syslog: path, LogFormat: "json"}, true, "", 2},
	} {
		t.Run(name, func(t *testing.T) {
			_ = os.Remove(path)
			var c collector
			if tt.listens {
				c = collect(t, path)
			}
			var out bytes.Buffer
			log, flush := newLog(&out, tt.o)
			log.With("instance", "VI_1").Info("hello")
			log.With("instance", "VI_1").Info("goodbye")
			flush()
			var text string
			for line := range strings.Lines(out.String()) {
				_, rest, _ := strings.Cut(line, " ")
				text += rest
			}
			if text != tt.console {
				t.Errorf("standard error has %q, want %q", text, tt.console)
			}
			if !tt.listens {
				return
			}
			if got := c.next(t, tt.collects); tt.collects > 0 && got[0] != "<30> Keepalived_vrrp: (VI_1) hello\n" {
				t.Errorf("%q", got)
			}
			_ = c.SetReadDeadline(time.Now().Add(time.Millisecond))
			if n, err := c.Read(make([]byte, 1)); err == nil {
				t.Errorf("%d bytes more", n)
			}
		})
	}
}

// Nobody waits for a syslog that reads nothing.
func TestSyslogHangs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	collect(t, path) // and never read
	var out bytes.Buffer
	log, flush := newLog(&out, Options{Facility: "daemon", Syslog: path})
	begin := time.Now()
	for range 3000 {
		log.Info("hello")
	}
	if took := time.Since(begin); took > time.Second {
		t.Errorf("who logs waited %v", took)
	}
	begin = time.Now()
	flush()
	if took := time.Since(begin); took > asynclog.Patience+time.Second {
		t.Errorf("the end waited %v", took)
	}
}

func TestFacility(t *testing.T) {
	for word, want := range map[string]int{"": 3, "daemon": 3, "user": 1, "0": 16, "local0": 16, "7": 23, "local7": 23} {
		if got := facility(word); got != want {
			t.Errorf("%q is %d, want %d", word, got, want)
		}
	}
	if status := Main([]string{"-S", "local8"}); status != exitFatal {
		t.Errorf("-S local8: status %d", status)
	}
}
