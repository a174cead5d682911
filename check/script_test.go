//go:build unix

package check_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

func newScript(t *testing.T, cfg check.ScriptConfig) *check.Script {
	t.Helper()
	s, err := check.NewScript(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestScript(t *testing.T) {
	sh := func(text string) check.ScriptConfig { return check.ScriptConfig{Argv: []string{"sh", "-c", text}} }
	for _, tt := range []struct {
		name   string
		cfg    check.ScriptConfig
		reason check.Reason
		detail string
		code   int
		output string
	}{
		{"environment", check.ScriptConfig{Argv: []string{"sh", "-c", "echo $WHERE; pwd"}, Env: []string{"WHERE=here"}, Dir: "/"}, check.ReasonOK, "exited with status 0", 0, "here\n/"},
		{"success", sh("echo fine"), check.ReasonOK, "exited with status 0", 0, "fine"},
		{"failure", sh("echo oops >&2; exit 2"), check.ReasonExit, "exited with status 2", 2, "oops"},
		{"signal", sh("kill -15 $$"), check.ReasonSignal, "died of signal 15 (terminated)", -1, ""},
		{"missing", check.ScriptConfig{Argv: []string{"/no/such/check"}}, check.ReasonExec, "cannot be executed: stat /no/such/check: no such file or directory", -1, ""},
		{"unknown to the shell", check.ScriptConfig{Shell: "no-such-check || exit 7"}, check.ReasonExit, "exited with status 7", 7, "*no-such-check: command not found"},
		{"timeout", sh("echo begun; exec sleep 60"), check.ReasonTimeout, "timed out after *", -1, "begun"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			timeout := 10 * time.Second
			if tt.reason == check.ReasonTimeout {
				timeout = 500 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			r := newScript(t, tt.cfg).Check(ctx)
			if r.OK != (tt.reason == check.ReasonOK) || r.Reason != tt.reason || r.ExitCode != tt.code ||
				!like(r.Detail, tt.detail) || !like(r.Output, tt.output) {
				t.Errorf("%+v", r)
			}
			if r.Latency <= 0 {
				t.Errorf("latency %v", r.Latency)
			}
		})
	}

	for status, want := range map[int]string{0: "true 0 false", 1: "false 0 false", 2: "true 0 true", 12: "true 10 true", 255: "true 253 true"} {
		cfg := sh(fmt.Sprint("exit ", status))
		cfg.Dynamic = true
		r := newScript(t, cfg).Check(t.Context())
		if got := fmt.Sprint(r.OK, r.Weight, r.Weighted); got != want || r.OK != (r.Reason == check.ReasonOK) {
			t.Errorf("dynamic, status %d: %s, want %s", status, got, want)
		}
	}
	died := sh("kill -9 $$")
	died.Dynamic = true
	if r := newScript(t, died).Check(t.Context()); r.OK || r.Weighted || r.Reason != check.ReasonSignal {
		t.Errorf("dynamic, killed: %+v", r)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r := newScript(t, sh("exit 0")).Check(ctx); r.OK || r.Reason != check.ReasonCanceled {
		t.Errorf("cancelled: %+v", r)
	}
}

// A program that does not mind SIGTERM has so long until SIGKILL.
func TestScriptGrace(t *testing.T) {
	const timeout, grace = 200 * time.Millisecond, 300 * time.Millisecond
	s := newScript(t, check.ScriptConfig{Argv: []string{"sh", "-c", "trap '' TERM; while :; do sleep 0.01; done"}, Grace: grace})
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	begun := time.Now()
	if r := s.Check(ctx); r.Reason != check.ReasonTimeout || time.Since(begun) < timeout+grace {
		t.Errorf("after %v: %+v", time.Since(begun), r)
	}
}

// like compares, with a * in want standing for anything.
func like(got, want string) bool {
	before, after, wild := strings.Cut(want, "*")
	if !wild {
		return got == want
	}
	return strings.HasPrefix(got, before) && strings.HasSuffix(got, after)
}

func TestNewScript(t *testing.T) {
	for _, tt := range []struct {
		cfg  check.ScriptConfig
		want string
	}{
		{check.ScriptConfig{}, `script "": give either Argv or Shell`},
		{check.ScriptConfig{Argv: []string{"a"}, Shell: "b"}, `script "b": give either Argv or Shell`},
		{check.ScriptConfig{Argv: []string{"a", "b"}, User: "no-such-user"}, `script "a b": user "no-such-user" does not exist`},
		{check.ScriptConfig{Argv: []string{"a"}, Group: "root"}, `script "a": a group without a user`},
	} {
		if _, err := check.NewScript(tt.cfg); err == nil || err.Error() != tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
}

func TestScriptUser(t *testing.T) {
	if os.Geteuid() != 0 {
		netlab.Missing(t, "needs root, to become another user")
	}
	s := newScript(t, check.ScriptConfig{Argv: []string{"sh", "-c", "echo $(id -u) $(id -g)"}, User: "4711", Group: "4712"})
	if r := s.Check(t.Context()); r.Output != "4711 4712" {
		t.Errorf("%+v", r)
	}
}

// TestScriptVerify: what is wrong with a program can be told without running it.
func TestScriptVerify(t *testing.T) {
	path := filepath.Join(t.TempDir(), "check.sh")
	s := newScript(t, check.ScriptConfig{Argv: []string{path, "arg"}})
	if err := s.Executable(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := s.Executable(); !errors.Is(err, os.ErrPermission) {
		t.Errorf("not executable: %v", err)
	}
	if err := os.Chmod(path, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := s.Executable(); err != nil {
		t.Error(err)
	}
	if os.Geteuid() != 0 {
		netlab.Missing(t, "needs root, whose scripts are the ones to be checked")
	}
	if err := s.Secure(); !errors.Is(err, check.ErrUnsafe) || !strings.HasSuffix(err.Error(), "to repair: chmod go-w "+path) {
		t.Errorf("writable: %v", err)
	}
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := s.Secure(); err != nil {
		t.Error(err)
	}
}

// TestScriptRunner: a script under a runner, with real time: it notices within
// an interval that a file is gone.
func TestScriptRunner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "alive")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r, results, stop := run(t, check.Config{
		Checker:  newScript(t, check.ScriptConfig{Argv: []string{"test", "-e", path}}),
		Interval: 20 * time.Millisecond, Timeout: 5 * time.Second, Fall: 2,
	})
	wait := func(want check.State) {
		t.Helper()
		deadline := time.After(10 * time.Second)
		for {
			select {
			case e := <-results:
				if e.Changed() && e.To == want {
					return
				}
			case <-deadline:
				t.Fatalf("never %v: %+v", want, r.Snapshot())
			}
		}
	}
	wait(check.Up)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	wait(check.Down)
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// A program is run as it is, without a shell. What it prints is kept.
func ExampleNewScript() {
	s, err := check.NewScript(check.ScriptConfig{Argv: []string{"sh", "-c", "echo no such process; exit 1"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	r := s.Check(ctx)
	fmt.Println(r.OK, r.Reason, r.Detail, "-", r.Output)
	// Output: false exit exited with status 1 - no such process
}
