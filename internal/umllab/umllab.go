package umllab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

const (
	kernel    = "linux.uml"
	inGuest   = "VRRPKIT_GUEST" // set in the guest's environment
	startMark = "umllab: start"
	exitMark  = "umllab: exit "
)

// InGuest reports whether the program runs inside a guest.
func InGuest() bool { return os.Getenv(inGuest) != "" }

// Run runs the calling test in a guest that has loaded the given kernel
// modules, and returns true once the guest has ended: the test has failed if it
// failed there, was skipped if it was skipped there, and shows what it printed.
// Inside the guest Run returns false, and the test goes on with its body.
//
// The test is skipped where user-mode-linux is not installed; see
// [netlab.Require]. It fails if the guest does not end before the test's own
// deadline, or within five minutes.
func Run(t *testing.T, modules ...string) bool {
	t.Helper()
	_, outside := Output(t, modules...)
	return outside
}

// Output is [Run] for a test that reads what it printed in the guest.
func Output(t *testing.T, modules ...string) (output string, outside bool) {
	t.Helper()
	if InGuest() {
		return "", false
	}
	netlab.Require(t, kernel, "modprobe")
	netlab.Busy(t)
	modulesDir, err := findModules()
	if err != nil {
		netlab.Missing(t, "needs the modules of %s: %v", kernel, err)
	}
	program, err := testBinary(t)
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(5 * time.Minute)
	if d, ok := t.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	// Let the test inside be the first to give up: it can say where it hangs.
	deadline = deadline.Add(-5 * time.Second)
	inside := max(time.Until(deadline)-10*time.Second, time.Second)
	command := []string{program, "-test.run=" + pattern(t.Name()), "-test.v", "-test.count=1", "-test.timeout=" + inside.String()}
	if testing.Short() {
		command = append(command, "-test.short")
	}
	ctx, cancel := context.WithDeadline(t.Context(), deadline)
	defer cancel()
	status, output, err := boot(ctx, t.TempDir(), initScript(modulesDir, modules, command))
	switch {
	case err != nil:
		t.Fatalf("guest: %v\n%s", err, output)
	case status != "0":
		t.Fatalf("in the guest (exit status %s):\n%s", status, output)
	case strings.HasPrefix(output, "--- SKIP: "+t.Name()) || strings.Contains(output, "\n--- SKIP: "+t.Name()):
		netlab.Missing(t, "skipped in the guest:\n%s", output)
	case !strings.Contains(output, "--- PASS: "+t.Name()):
		t.Fatalf("the guest did not run %s:\n%s", t.Name(), output)
	}
	t.Logf("in the guest:\n%s", output)
	return output, true
}

// findModules returns the directory that holds the directory of modules of
// exactly the installed kernel; those of other kernels may lie beside it.
func findModules() (string, error) {
	out, err := exec.Command(kernel, "--version").Output()
	if err != nil {
		return "", err
	}
	const dir = "/usr/lib/uml/modules"
	_, err = os.Stat(filepath.Join(dir, strings.TrimSpace(string(out))))
	return dir, err
}

// testBinary returns a test binary of the calling test's package that runs
// in the guest: a static one, without the race detector, whose memory map the
// guest has no room for.
func testBinary(t *testing.T) (string, error) {
	file := filepath.Join(t.TempDir(), "guest.test")
	cmd := exec.Command("go", "test", "-c", "-o", file, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	return file, nil
}

// pattern returns what -test.run wants to hear for exactly this test.
func pattern(test string) string {
	parts := strings.Split(test, "/")
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	return strings.Join(parts, "/")
}

// initScript is the guest's first process: it makes the machine usable, runs
// the command in the current directory, and turns the machine off.
func initScript(modulesDir string, modules, command []string) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	wd, _ := os.Getwd()
	line("#!/bin/sh")
	line("off() { echo %q$1; sync; echo o >/proc/sysrq-trigger; sleep 9; }", exitMark)
	line("mount -t proc proc /proc && mount -t sysfs sysfs /sys && mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /mnt || off mount")
	line("mkdir -p /run/netns /run/guest/lib && ln -s %s /run/guest/lib/modules", quote(modulesDir))
	for _, m := range modules {
		line("modprobe -d /run/guest %s || off modprobe", quote(m))
	}
	line("ip link set lo up")
	for _, v := range os.Environ() {
		if strings.HasPrefix(v, "VRRPKIT_") || strings.HasPrefix(v, "PATH=") {
			line("export %s", quote(v))
		}
	}
	line("export HOME=/root TMPDIR=/mnt %s=1", inGuest)
	line("cd %s", quote(wd))
	for i, c := range command {
		command[i] = quote(c)
	}
	line("echo %s", quote(startMark))
	line("%s 2>&1", strings.Join(command, " "))
	line("off $?")
	return b.String()
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// boot runs a guest to its end and returns the exit status and the output of
// its command. Where there is no status, the output is the whole console.
func boot(ctx context.Context, dir, script string) (status, output string, err error) {
	file := filepath.Join(dir, "init.sh")
	if err := os.WriteFile(file, []byte(script), 0o755); err != nil {
		return "", "", err
	}
	var console bytes.Buffer
	cmd := exec.CommandContext(ctx, kernel, "rootfstype=hostfs", "hostfs=/", "rw", "mem=512M", "init="+file,
		"uml_dir="+dir, "quiet", "con=null", "con0=fd:0,fd:1")
	cmd.Args = append(cmd.Args, narrow()...) // the kernel hands what it does not know to init, as its environment
	cmd.Stdout, cmd.Stderr = &console, io.Discard
	cmd.WaitDelay = time.Second // the console may have heirs
	if err := start(cmd); err != nil {
		return "", "", err
	}
	err = cmd.Wait()
	text := strings.ReplaceAll(console.String(), "\r", "")
	_, output, started := strings.Cut(text, startMark+"\n")
	output, status, ended := strings.Cut(output, exitMark)
	switch {
	case ctx.Err() != nil:
		return "", text, fmt.Errorf("gave up waiting for it: %w", context.Cause(ctx))
	case !started || !ended:
		return "", text, errors.Join(errors.New("it ended early"), err)
	}
	status, _, _ = strings.Cut(status, "\n")
	return status, output, nil
}
