package demo_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/internal/demo"
	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

const asProgram = "VRRPKIT_DEMO_AS_PROGRAM"

// TestMain is also the demo's program: the demo starts the test binary again for
// the lab and the nodes. Its arguments are two configuration files, or none.
func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	o := demo.Options{Out: os.Stdout, Node: runNode}
	copy(o.Configs[:], os.Args[1:])
	if err := demo.Run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// runNode is a daemon that runs no scripts.
func runNode(ctx context.Context, file string) error {
	cfg, diags := confparse.ParseFile(file, confparse.Options{})
	if diags.HasErrors() {
		return fmt.Errorf("%s", diags.Render())
	}
	c, err := compose.New(cfg, compose.Options{
		Logger: slog.New(slog.NewTextHandler(os.Stderr, nil)),
		Checker: func(*confparse.Script) (check.Checker, error) {
			return check.Func(func(context.Context) check.Result { return check.Result{OK: true} }), nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "now: this is a rehearsal")
	return c.Run(ctx)
}

// program is the demo as a process, of whose binary there is one copy.
type program struct {
	*exec.Cmd
	binary string
	out    bytes.Buffer
}

// newProgram makes one that anybody may run.
func newProgram(t *testing.T, files ...string) *program {
	t.Helper()
	dir, err := os.MkdirTemp("", "demo-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	binary, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	p := &program{binary: filepath.Join(dir, "demo")}
	// A test that forks just now would inherit the open file, which then cannot
	// be executed.
	syscall.ForkLock.RLock()
	err = os.WriteFile(p.binary, binary, 0o755)
	syscall.ForkLock.RUnlock()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	p.Cmd = exec.Command(p.binary)
	p.Dir, p.Stdout, p.Stderr = dir, &p.out, &p.out
	p.Env = append(os.Environ(), asProgram+"=1", "TMPDIR="+dir)
	for n, text := range files {
		file := filepath.Join(dir, []string{"a.conf", "b.conf"}[n])
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		p.Args = append(p.Args, file)
	}
	return p
}

// processes counts those that run the binary.
func (p *program) processes() (n int) {
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, l := range links {
		if exe, err := os.Readlink(l); err == nil && strings.TrimSuffix(exe, " (deleted)") == p.binary {
			n++
		}
	}
	return n
}

// gone waits until no process is left.
func (p *program) gone(t *testing.T) {
	t.Helper()
	netlab.Eventually(t, 10*time.Second, "all processes to end", func() bool { return p.processes() == 0 })
}

// expect runs the program to its end and looks for texts in what it shows.
func (p *program) expect(t *testing.T, texts ...string) {
	t.Helper()
	err := p.Run()
	if err != nil {
		t.Errorf("%v", err)
	}
	for _, text := range texts {
		if !strings.Contains(p.out.String(), text) {
			t.Errorf("not shown: %q", text)
		}
	}
	p.gone(t)
	if t.Failed() {
		t.Logf("%s", &p.out)
	}
}

func TestNamespacesAsRoot(t *testing.T) {
	t.Parallel()
	netlab.Require(t, netlab.Root)
	netlab.Busy(t)
	newProgram(t).expect(t, "network namespaces of its own", "A POWER CUT", "B MASTER: 192.0.2.100 answers from B",
		"this is a rehearsal", "preemption, priority 150 over 100", "PASS")
}

func TestNamespacesAsUser(t *testing.T) {
	t.Parallel()
	netlab.Require(t, netlab.Root) // to become somebody else
	netlab.Busy(t)
	p := newProgram(t, ipv6("ens3", 90), ipv6("bond0.7", 120))
	const nobody = 65534
	p.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	p.expect(t, "without root", "B POWER CUT", "A MASTER: 2001:db8::100 answers from A", "PASS")
}

// Where there are to be no namespaces at all, the demo says why and goes on.
func TestNamespacesRefused(t *testing.T) {
	t.Parallel()
	netlab.Require(t, netlab.Root)
	netlab.Busy(t)
	p := newProgram(t, ipv6("ens3", 90), ipv6("eth0", 120))
	p.Path = "/bin/sh"
	p.Args = append([]string{"sh", "-c", `echo 0 >/proc/sys/user/max_user_namespaces; echo 0 >/proc/sys/user/max_net_namespaces; exec "$0" "$@"`}, append([]string{p.binary}, p.Args[1:]...)...)
	p.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{Size: 1}}, GidMappings: []syscall.SysProcIDMap{{Size: 1}},
	}
	p.expect(t, "IN MEMORY, without namespaces: user.max_user_namespaces", "no packet leaves this process", "PASS")
}

// Neither Ctrl-C nor a demo that is killed leaves anything behind.
func TestInterrupted(t *testing.T) {
	netlab.Require(t, netlab.Root)
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			netlab.Busy(t)
			p := newProgram(t)
			if err := p.Start(); err != nil {
				t.Fatal(err)
			}
			netlab.Eventually(t, 10*time.Second, "the demo, the lab and two nodes", func() bool { return p.processes() == 4 })
			if err := p.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if err := p.Wait(); err == nil {
				t.Error("exit status 0")
			}
			p.gone(t)
			if got := p.out.String(); sig == syscall.SIGINT && !strings.Contains(got, "interrupted") {
				t.Errorf("shown:\n%s", got)
			}
		})
	}
}
