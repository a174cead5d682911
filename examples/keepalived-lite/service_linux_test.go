package main_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// manager is a service manager's end of sd_notify(3).
type manager struct {
	*net.UnixConn
	path string
}

func newManager(t *testing.T, dir string) *manager {
	t.Helper()
	path := filepath.Join(dir, "notify.sock")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &manager{c, path}
}

// wait reads until something is said, and returns when.
func (m *manager) wait(t testing.TB, text string) time.Time {
	t.Helper()
	_ = m.SetReadDeadline(time.Now().Add(20 * time.Second))
	buf := make([]byte, 4096)
	for {
		n, err := m.Read(buf)
		if err != nil {
			t.Fatalf("nobody says %q: %v", text, err)
		}
		if strings.Contains(string(buf[:n]), text) {
			return time.Now()
		}
	}
}

// With two capabilities and nothing else the daemon does its work, and tells the
// service manager how it stands.
func TestServiceManager(t *testing.T) {
	s := newStand(t, "setpriv")
	m := newManager(t, s.dir)
	env := append(os.Environ(), "NOTIFY_SOCKET="+m.path, "WATCHDOG_USEC=400000")
	if _, err := program(); err != nil { // built before the clock starts
		t.Fatal(err)
	}
	begin := time.Now()
	proc := s.startWith(s.a, fill(askConf, "PRIO", "150"), env, "setpriv", "--bounding-set=-all,+net_admin,+net_raw", "--inh-caps=-all", "--no-new-privs")
	t.Logf("READY after %v, ip netns exec and setpriv included", m.wait(t, "READY=1").Sub(begin))
	m.wait(t, "STATUS=0 MASTER, 1 BACKUP, 0 FAULT")
	m.wait(t, "WATCHDOG=1")
	m.wait(t, "STATUS=1 MASTER, 0 BACKUP, 0 FAULT")
	s.waitHolders(t, "192.0.2.100", "a", 5*time.Second)
	// It hears when a reload begins and ends, be it good or not.
	files, err := filepath.Glob(s.file("a-*.conf"))
	if err != nil || len(files) != 1 {
		t.Fatalf("configurations: %v, %v", files, err)
	}
	for _, text := range []string{fill(askConf, "PRIO", "140"), ""} {
		if err := os.WriteFile(files[0], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		proc.Signal(syscall.SIGHUP)
		m.wait(t, "RELOADING=1\nMONOTONIC_USEC=")
		m.wait(t, "READY=1")
	}
	go proc.Stop()
	m.wait(t, "STOPPING=1")
	s.waitHolders(t, "192.0.2.100", "", 5*time.Second)
}

// systemd reads the unit without a complaint.
func TestUnit(t *testing.T) {
	netlab.Require(t, netlab.Root, "systemd-analyze")
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	unit, err := os.ReadFile("systemd/keepalived-lite.service")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(unit), "/usr/sbin/keepalived-lite", path) // where it is installed
	text = strings.ReplaceAll(text, "Documentation=", "#")                      // it is not installed
	file := filepath.Join(t.TempDir(), "keepalived-lite.service")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "systemd-analyze", "verify", file).CombinedOutput(); err != nil || strings.Contains(string(out), "keepalived-lite.service") {
		t.Errorf("%v\n%s", err, out)
	}
}

// What is installed is what the unit and man(1) look for.
func TestInstall(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "sh", "examples/keepalived-lite/install.sh")
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "DESTDIR="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, want := range map[string]string{
		"usr/sbin/keepalived-lite":                              "ELF",
		"lib/systemd/system/keepalived-lite.service":            "ExecStart=/usr/sbin/keepalived-lite",
		"usr/share/man/man8/keepalived-lite.8":                  ".TH KEEPALIVED-LITE 8",
		"usr/share/man/man5/keepalived-lite.conf.5":             "virtual_router_id",
		"usr/share/bash-completion/completions/keepalived-lite": "complete",
		"usr/share/doc/keepalived-lite/alerts.yml":              "KeepalivedTwoMasters",
	} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %v, no %q", name, err, want)
		}
	}
}

// The container's file builds what is there, without what scratch has not got. No
// engine is needed to see that.
func TestDockerfile(t *testing.T) {
	text, err := os.ReadFile("container/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"CGO_ENABLED=0 go build", "./examples/keepalived-lite\n", "FROM scratch\n", `ENTRYPOINT ["/usr/sbin/keepalived-lite"]`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q", want)
		}
	}
	path, err := program() // by the same command
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "go", "version", "-m", path).CombinedOutput(); err != nil || !strings.Contains(string(out), "CGO_ENABLED=0") {
		t.Errorf("%v\n%s", err, out)
	}
}
