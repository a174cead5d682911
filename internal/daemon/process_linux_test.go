package daemon

import (
	"bytes"
	"log/slog"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// TestProcess changes a process, and so is one of its own. Seed 003.9.
func TestProcess(t *testing.T) {
	if os.Getenv("DAEMON_TEST_PROCESS") == "" {
		netlab.Require(t, netlab.Root)
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProcess$", "-test.v")
		cmd.Env = append(os.Environ(), "DAEMON_TEST_PROCESS=1")
		if out, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS: TestProcess")) {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	cfg, diags := confparse.Parse("k.conf", []byte("global_defs {\n vrrp_priority -1\n checker_priority 5\n vrrp_no_swap\n vrrp_cpu_affinity 0\n process_name lb\n umask IRWXG|IRWXO\n}\n"), confparse.Options{})
	if diags.HasErrors() {
		t.Fatal(diags.Render())
	}
	var log bytes.Buffer
	applyProcess(cfg, slog.New(newTextHandler(&log, slog.LevelInfo)))
	err := eachThread(func(tid int) error {
		nice, err := unix.Getpriority(unix.PRIO_PROCESS, tid)
		if err == nil && nice != 20+1 { // the system call counts from 20 down
			t.Errorf("thread %d: nice %d", tid, 20-nice)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`(?m)^Cpus_allowed_list:\s+0$`).Match(status) {
		t.Errorf("%s", status)
	}
	// A machine may well be without CAP_IPC_LOCK, even for root.
	locked, text := regexp.MustCompile(`(?m)^VmLck:\s+[1-9]`).Match(status), log.String()
	if refused := strings.Contains(text, "no_swap has no effect: the capability IPC_LOCK is missing"); locked == refused {
		t.Errorf("locked: %v, log:\n%s", locked, text)
	}
	if strings.Contains(text, "SYS_NICE") {
		t.Errorf("log:\n%s", text)
	}
	if !regexp.MustCompile(`(?m)^Name:\s+lb$`).Match(status) || !regexp.MustCompile(`(?m)^Umask:\s+0077$`).Match(status) {
		t.Errorf("%s", status)
	}
	ballast := make([]byte, 256<<20) // the runtime still gets memory
	ballast[len(ballast)-1] = 1
}
