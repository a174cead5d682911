package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// Scripts run before everything and after everything, and a file says when to
// reload.
func TestHooksAndTimedReload(t *testing.T) {
	s := newStand(t)
	note := s.script("note", `ip -brief addr show dev eth0 | grep -q 192.0.2.100/ && vip=held; echo $1 $vip >>`+s.file("told")+`; if [ $1 = stop ]; then sleep 60; fi`)
	at := s.file("at")
	conf := fmt.Sprintf("global_defs {\n\tscript_user root\n\tstartup_script \"%s start\"\n\tshutdown_script \"%s stop\"\n\tshutdown_script_timeout 1\n\treload_time_file %s\n}\n", note, note, at)
	n := startLite(t, s.a, conf+reloadInstance(1, 200, "", "192.0.2.100/24"))
	s.waitHolders(t, "192.0.2.100", "a", 10*time.Second)

	n.rewrite(t, conf+reloadInstance(1, 200, "", "192.0.2.101/24"))
	for _, bad := range []string{"tomorrow", "2001-01-01 00:00:00"} {
		if err := os.WriteFile(at, []byte(bad+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		n.waitLog(t, "reload_time_file: nothing is reloaded", 1)
		n.waitLog(t, bad, 1)
	}
	if s.holders("192.0.2.101") != "" {
		t.Error("reloaded before its time")
	}
	soon := time.Now().Add(2 * time.Second).UTC().Format("2006-01-02 15:04:05Z")
	if err := os.WriteFile(at, []byte(soon+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.waitHolders(t, "192.0.2.101", "a", 10*time.Second)
	netlab.Eventually(t, 5*time.Second, "the file to be gone", func() bool { return !exists(at) })

	begin := time.Now()
	if status := n.Stop(); status != 0 || time.Since(begin) > 8*time.Second {
		t.Errorf("status %d after %v", status, time.Since(begin))
	}
	if got := strings.Join(s.lines("told"), ","); got != "start,stop" {
		t.Errorf("told %q", got)
	}
	n.waitLog(t, "shutdown_script failed: timed out", 1)
	if left, _ := filepath.Glob(filepath.Join(n.Dir, "*.sock")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A node that hangs for a while says afterwards what happened to it, beside the
// transitions.
func TestIncidentsAreTold(t *testing.T) {
	s := newStand(t)
	a := startLite(t, s.a, reloadInstance(1, 200, "", "192.0.2.100/24"))
	s.waitHolders(t, "192.0.2.100", "a", 10*time.Second)
	b := startLite(t, s.b, reloadInstance(1, 100, "", "192.0.2.100/24"))
	b.waitLog(t, "Entering BACKUP STATE", 1)
	s.a.Freeze()
	netlab.Eventually(t, 10*time.Second, "the other one to take over", func() bool { return s.b.HasAddress("192.0.2.100") })
	s.a.Thaw()
	s.waitHolders(t, "192.0.2.100", "a", 10*time.Second)
	netlab.Eventually(t, 5*time.Second, "the stall to be explained", func() bool {
		out, _ := a.ask(t, a.control("explain", "VI_1")...)
		return strings.Contains(out, "INCIDENT VI_1: stall (this process did not run for ")
	})
	for path, want := range map[string]string{"/v1/explain/VI_1": `"cause": "stall"`, "/v1/status": `"cause": "stall"`, "/": "<circle"} {
		if text := a.get(t, path); !strings.Contains(text, want) {
			t.Errorf("%s has no %s:\n%s", path, want, text)
		}
	}
}
