package umllab

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// The body runs in a guest: another kernel, with the modules asked for and
// with no access to the host's network.
func TestRun(t *testing.T) {
	if Run(t, "ip_vs", "ip_vs_wrr", "dummy") {
		return
	}
	t.Run("kernel", func(t *testing.T) {
		version, err := os.ReadFile("/proc/version")
		if err != nil || !strings.Contains(string(version), "Linux version 6.") {
			t.Errorf("/proc/version: %q, %v", version, err)
		}
		if out, err := exec.Command("ip", "link", "add", "d0", "type", "dummy").CombinedOutput(); err != nil {
			t.Errorf("dummy: %v: %s", err, out)
		}
		if _, err := os.Stat("/proc/net/ip_vs"); err != nil {
			t.Error(err)
		}
		if out, err := exec.Command("ip", "-br", "link").CombinedOutput(); err != nil || strings.Contains(string(out), "eth0") {
			t.Errorf("ip link: %v: %s", err, out)
		}
	})
	t.Run("files", func(t *testing.T) {
		if _, err := os.Stat("umllab_test.go"); err != nil {
			t.Error("not in the package's directory: ", err)
		}
		if err := os.WriteFile(t.TempDir()+"/x", nil, 0o600); err != nil {
			t.Error(err)
		}
	})
}

// What happens in the guest comes back: status, output, a command that hangs.
func TestBoot(t *testing.T) {
	netlab.Require(t, kernel, "modprobe")
	dir, err := findModules()
	if err != nil {
		t.Fatal(err)
	}
	run := func(timeout time.Duration, modules []string, command ...string) (string, string, error) {
		ctx, cancel := context.WithTimeout(t.Context(), timeout)
		defer cancel()
		return boot(ctx, t.TempDir(), initScript(dir, modules, command))
	}
	t.Run("failure", func(t *testing.T) {
		t.Parallel()
		status, output, err := run(time.Minute, nil, "sh", "-c", "echo \"it's me\"; exit 3")
		if status != "3" || output != "it's me\n" || err != nil {
			t.Errorf("status %q, output %q, %v", status, output, err)
		}
	})
	t.Run("unknown module", func(t *testing.T) {
		t.Parallel()
		_, output, err := run(time.Minute, []string{"no_such_module"}, "true")
		if err == nil || !strings.Contains(output, "no_such_module") {
			t.Errorf("%v, output %q", err, output)
		}
	})
	t.Run("hangs", func(t *testing.T) {
		t.Parallel()
		start := time.Now()
		_, output, err := run(8*time.Second, nil, "sh", "-c", "echo waiting; sleep 1000")
		if err == nil || !strings.Contains(output, "waiting\n") || time.Since(start) > 20*time.Second {
			t.Errorf("after %v: %v, output %q", time.Since(start), err, output)
		}
	})
}

func TestPattern(t *testing.T) {
	if got := pattern("TestA/b.c"); got != `^TestA$/^b\.c$` {
		t.Error(got)
	}
}
