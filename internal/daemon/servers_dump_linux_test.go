package daemon

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// dumped has one server that lives and one that does not.
const dumped = `
global_defs {
    script_user root
}
virtual_server_group G {
    192.0.2.120 80
    192.0.2.121-123 80
    fwmark 7
}
virtual_server 192.0.2.100 80 {
    protocol TCP
    lb_algo rr
    lb_kind NAT
    delay_loop 0.5
    warmup 0
    retry 1
    delay_before_retry 0.2
    persistence_timeout 50
    virtualhost www.example.com
    quorum 2
    hysteresis 1
    quorum_down "/usr/bin/true down"
    omega
    sorry_server 192.0.2.200 80
    real_server 127.0.1.1 81 {
        weight 3
        inhibit_on_failure
        notify_up "/usr/bin/true 1 up"
        TCP_CHECK {
            connect_timeout 1
        }
    }
    real_server 127.0.1.2 81 {
        TCP_CHECK {
            connect_timeout 1
        }
    }
    real_server 127.0.1.3 81 {
    }
}
virtual_server fwmark 9 {
    lb_algo rr
    lb_kind DR
    delay_loop 0.5
    real_server 192.0.2.11 53 {
    }
}
virtual_server group G {
    lb_algo wrr
    lb_kind TUN
    protocol TCP
    real_server 192.0.2.12 80 {
        weight 2
    }
}
`

// notDumped begin lines of keepalived's that are about its own insides, or that
// have no equal here.
var notDumped = []string{
	"Hashed", "alpha is", "Alpha is", "reloaded", "Alive:", "connection timeout = 5.000000", "Delay loop = 0.500000", "Delay loop = 60.000000", "previous effective_weight",
	"Enabled", "Current weight", "Retries iterations", "Default delay before retry", "Inhibit on failure is OFF", "System is compiled",
	"Retry count", "Retry delay", "Warmup = 0.000000", // of servers: each check has its own
}

// topology returns the lines of a dump from the topology on that both have.
func topology(text string) (lines []string) {
	_, text, _ = strings.Cut(text, "------< LVS Topology >------\n")
next:
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		line, _, _ = strings.Cut(line, ", uid:gid")
		line, _, _ = strings.Cut(line, ", IPv4 = ")
		for _, n := range notDumped {
			if line == "" || strings.HasPrefix(line, n) {
				continue next
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// keepalived_check.data is keepalived's, line by line.
func testServersDump(t *testing.T) {
	netlab.Require(t, netlab.Keepalived)
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(in("keepalived.conf"), []byte(dumped), 0o600); err != nil {
		t.Fatal(err)
	}
	settled := func(text string) bool { // the check of an address that nobody has takes a while
		return strings.Count(text, "Has run = yes") == 2 && strings.Contains(text, "num failed checkers = 1")
	}

	cmd := exec.CommandContext(t.Context(), "keepalived", "-n", "-l", "-D", "-G", "-C", "-f", in("keepalived.conf"), "-p", in("pid"), "-r", in("vrrp.pid"), "-c", in("checkers.pid"))
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs := ""
	for end := time.Now().Add(20 * time.Second); !settled(theirs) && time.Now().Before(end); {
		time.Sleep(time.Second) // until it listens to signals, the first time
		_ = cmd.Process.Signal(syscall.SIGUSR1)
		b, _ := os.ReadFile(in("keepalived_check.data"))
		theirs = string(b)
	}
	_ = cmd.Process.Signal(os.Interrupt)
	_ = cmd.Wait()

	ctx, cancel := context.WithCancel(t.Context())
	kinds, done := make(chan dumpKind), make(chan error, 1)
	go func() {
		done <- Run(ctx, Options{ConfigFile: in("keepalived.conf"), dumps: kinds}, slog.New(slog.DiscardHandler))
	}()
	t.Setenv("TMPDIR", in("ours"))
	if err := os.Mkdir(in("ours"), 0o700); err != nil {
		t.Fatal(err)
	}
	ours := ""
	for end := time.Now().Add(20 * time.Second); !settled(ours) && time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
		select {
		case kinds <- dumpData:
		case err := <-done:
			t.Fatalf("the daemon has ended: %v", err)
		}
		b, _ := os.ReadFile(in("ours/keepalived_check.data"))
		ours = string(b)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if d := cmp.Diff(topology(theirs), topology(ours)); d != "" {
		t.Errorf("(-keepalived +ours):\n%s", d)
	}
	if n := len(topology(ours)); n < 60 {
		t.Errorf("%d lines:\n%s", n, ours)
	}
}
