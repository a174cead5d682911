package script

import (
	"context"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const status = "grep NoNewPrivs /proc/self/status"

// TestNoNewPrivs: the program has the flag; we, and programs that may do
// without, do not get it.
func TestNoNewPrivs(t *testing.T) {
	c := sh(status)
	for range 5 {
		c.NoNewPrivs = true
		if r := Run(t.Context(), c, time.Second); r.Output != "NoNewPrivs:\t1" {
			t.Errorf("with the flag: %v, %q", r, r.Output)
		}
		c.NoNewPrivs = false
		if r := Run(t.Context(), c, time.Second); r.Output != "NoNewPrivs:\t0" {
			t.Errorf("without the flag: %v, %q", r, r.Output)
		}
	}
	needRoot(t)
	c = Command{Argv: []string{"sh", "-c", "id -u; " + status}, NoNewPrivs: true, User: &Identity{UID: 4711, GID: 4712}}
	if r := Run(t.Context(), c, time.Second); r.Output != "4711\nNoNewPrivs:\t1" {
		t.Errorf("as another user: %v, %q", r, r.Output)
	}
}

// TestDescriptors: a program has its three descriptors, and not those that we
// inherited.
func TestDescriptors(t *testing.T) {
	inherited, err := unix.Open("/dev/null", unix.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(inherited)
	if r := Run(t.Context(), Command{Argv: []string{"ls", "/proc/self/fd"}}, time.Second); r.Output != "0\n1\n2\n3" {
		t.Errorf("%v: descriptors %q, of which 3 is ls's own", r, r.Output)
	}
}

// TestOrphans: as the first process of a container, which orphans come to, we
// leave nothing of a killed group in the process table.
func TestOrphans(t *testing.T) {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0) }()
	for _, text := range []string{
		"(trap '' TERM; sleep 60; :) & echo $!; wait",
		"(trap '' TERM; sleep 60; :) & echo $!; trap '' TERM; wait; sleep 60; :",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		r := Run(ctx, sh(text), 300*time.Millisecond)
		cancel()
		if !r.TimedOut() || r.Output == "" {
			t.Fatalf("%v, %q", r, r.Output)
		}
		if _, err := os.Stat("/proc/" + r.Output); err == nil {
			t.Errorf("process %s is still there after %v", r.Output, r)
		}
	}
}

// TestEndedIsNotReaped: while a program may still be signalled, its number cannot
// become another's.
func TestEndedIsNotReaped(t *testing.T) {
	cmd, err := start(sh("exit 3"), &tail{})
	if err != nil {
		t.Fatal(err)
	}
	awaitEnd(cmd)
	if err := syscall.Kill(-cmd.Process.Pid, 0); err != nil {
		t.Errorf("its group is gone: %v", err)
	}
	_ = cmd.Wait()
	if cmd.ProcessState.ExitCode() != 3 {
		t.Errorf("%v", cmd.ProcessState)
	}
}
