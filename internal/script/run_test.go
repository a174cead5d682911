//go:build unix

package script

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// file writes a script and returns its path.
func file(t *testing.T, mode os.FileMode, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "script.sh")
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func sh(text string) Command { return Command{Argv: []string{"/bin/sh", "-c", text}} }

func TestRun(t *testing.T) {
	t.Setenv("LD_PRELOAD", "/nonexistent.so")
	t.Setenv("INHERITED", "yes")
	dir := t.TempDir()
	for _, tt := range []struct {
		name    string
		command Command
		want    string // how it ended
		output  string
	}{
		{"success", sh("exit 0"), "exited with status 0", ""},
		{"failure", sh("exit 3"), "exited with status 3", ""},
		{"signal", sh("kill -9 $$"), "died of signal 9 (killed)", ""},
		{"both outputs", sh("echo one; echo two >&2"), "exited with status 0", "one\ntwo"},
		{"nothing to read", sh("cat; echo end"), "exited with status 0", "end"},
		{"discarded", Command{Argv: []string{"/bin/sh", "-c", "echo one; echo two >&2"}, Discard: true}, "exited with status 0", ""},
		{"arguments as they are", Command{Argv: []string{"printf", "%s|", "a b", "$HOME", "*", ""}}, "exited with status 0", "a b|$HOME|*||"},
		{"environment", Command{Argv: []string{"sh", "-c", "echo $INHERITED $OURS [$LD_PRELOAD]"}, Env: []string{"OURS=too"}}, "exited with status 0", "yes too []"},
		{"directory", Command{Argv: []string{"pwd"}, Dir: dir}, "exited with status 0", dir},
		{"shell", Command{Shell: "echo a | tr a b && exit 4"}, "exited with status 4", "b"},
		{"shell is bash", Command{Shell: "[[ abc == a* ]] && echo bash"}, "exited with status 0", "bash"},
		{"no interpreter line", Command{Argv: []string{file(t, 0o755, "echo $1; exit 5\n"), "word"}}, "exited with status 5", "word"},
		{"interpreter", Command{Argv: []string{file(t, 0o755, "#!/bin/sh -e\nfalse\nexit 0\n")}}, "exited with status 1", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Run(t.Context(), tt.command, time.Second)
			if r.String() != tt.want || r.Output != tt.output {
				t.Errorf("%v, output %q, want %s, %q", r, r.Output, tt.want, tt.output)
			}
			if want := tt.want == "exited with status 0"; r.OK() != want {
				t.Errorf("OK is %v, want %v", r.OK(), want)
			}
		})
	}
}

// TestCannotExecute: a program that does not run is a failure that says why,
// never a success.
func TestCannotExecute(t *testing.T) {
	t.Setenv("PATH", "/usr/bin:/bin")
	dir := t.TempDir()
	plain := file(t, 0o644, "#!/bin/sh\n")
	bad := file(t, 0o755, "#!/usr/bin/no-such-shell -x\n")
	crlf := file(t, 0o755, "#!/bin/sh\r\nexit 0\r\n")
	ok := file(t, 0o755, "#!/bin/sh\n")
	for _, tt := range []struct {
		name    string
		command Command
		want    string
		is      error
	}{
		{"not in PATH", Command{Argv: []string{"no-such-program"}}, "no-such-program: executable file not found in $PATH (/usr/bin:/bin)", exec.ErrNotFound},
		{"missing", Command{Argv: []string{dir + "/none"}}, "stat " + dir + "/none: no such file or directory", os.ErrNotExist},
		{"not executable", Command{Argv: []string{plain}}, "(mode 0644): chmod +x " + plain, os.ErrPermission},
		{"directory", Command{Argv: []string{dir}}, dir + ": permission denied: not a regular file", os.ErrPermission},
		{"no such interpreter", Command{Argv: []string{bad}}, bad + ": its interpreter /usr/bin/no-such-shell: file does not exist", os.ErrNotExist},
		{"carriage return", Command{Argv: []string{crlf}}, crlf + ": its first line ends in a carriage return: convert it to Unix line ends", nil},
		{"no such directory", Command{Argv: []string{ok}, Dir: dir + "/none"}, ok + ": working directory " + dir + "/none: file does not exist", os.ErrNotExist},
		{"nothing", Command{}, "no program is given", nil},
		{"empty name", Command{Argv: []string{""}}, "no program is given", nil},
		{"two things", Command{Argv: []string{"true"}, Shell: "true"}, "both a program and shell text are given", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Run(t.Context(), tt.command, time.Second)
			if r.OK() || r.Err == nil || !strings.HasSuffix(r.String(), tt.want) || !strings.HasPrefix(r.String(), "cannot be executed: ") {
				t.Errorf("got  %v\nwant ... %s", r, tt.want)
			}
			if tt.is != nil && !errors.Is(r.Err, tt.is) {
				t.Errorf("%v is not %v", r.Err, tt.is)
			}
		})
	}
}

// TestPath: programs are found where there is no PATH at all.
func TestPath(t *testing.T) {
	t.Setenv("PATH", "")
	c := Command{Argv: []string{"sh", "-c", "echo $PATH"}}
	if r := Run(t.Context(), c, time.Second); !r.OK() || r.Output != DefaultPath {
		t.Errorf("%v, output %q", r, r.Output)
	}
	if path, err := c.Path(); err != nil || path != "/usr/bin/sh" {
		t.Errorf("got %q, %v", path, err)
	}
	c.Env = []string{"PATH=" + t.TempDir()}
	if path, err := c.Path(); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("found %q, %v, in an empty directory", path, err)
	}
}

// gone waits for a process to be out of the process table.
func gone(t *testing.T, pid string) {
	t.Helper()
	n, err := strconv.Atoi(pid)
	if err != nil {
		t.Fatalf("no pid in %q", pid)
	}
	for deadline := time.Now().Add(2 * time.Second); syscall.Kill(n, 0) == nil; time.Sleep(time.Millisecond) {
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		if err == nil && strings.Contains(string(stat), ") Z ") {
			return // its parent's to reap: a container's init may not
		}
		if time.Now().After(deadline) {
			t.Fatalf("process %s is still there", pid)
		}
	}
}

// TestTimeout: nothing of a program outlives its time by more than the grace.
func TestTimeout(t *testing.T) {
	const timeout, grace = 500 * time.Millisecond, 600 * time.Millisecond
	for _, tt := range []struct {
		name   string
		text   string // prints the pid of what must be gone
		output string // besides
		killed bool   // ends at the end of the grace, not before
	}{
		{"ends at SIGTERM", "echo $$; exec sleep 60", "", false},
		{"cleans up at SIGTERM", "trap 'echo cleaned; exit 0' TERM; echo $$; sleep 60 & wait", "cleaned", false},
		{"ignores SIGTERM", "trap '' TERM; echo $$; while :; do sleep 60; done", "", true},
		{"grandchild ignores SIGTERM", "(trap '' TERM; sleep 60) & echo $!; wait", "", false},
		{"floods its output", "echo $$ >&3; exec yes", "*", false},
		{"grandchild in a session of its own", "setsid sleep 60 & echo $!; wait", "", false},
		{"that ignores SIGTERM", "setsid sh -c 'trap \"\" TERM; sleep 60' & echo $!; wait", "", false},
		{"in a session, and all ignore SIGTERM", "trap '' TERM; setsid sh -c 'trap \"\" TERM; sleep 60' & echo $!; while :; do sleep 60; done", "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if strings.Contains(tt.text, "setsid") && runtime.GOOS != "linux" {
				t.Skip("only Linux tells who is whose child")
			}
			pid := filepath.Join(t.TempDir(), "pid")
			text := tt.text
			if tt.output == "*" {
				text = "exec 3>" + pid + "; " + text
			}
			start := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			r := Run(ctx, sh(text), grace)
			took := time.Since(start)
			if !r.TimedOut() || r.OK() || !strings.HasPrefix(r.String(), "timed out after ") {
				t.Fatalf("got %v, want a timeout", r)
			}
			if took < timeout || (took >= timeout+grace) != tt.killed || took > timeout+grace+2*time.Second {
				t.Errorf("took %v", took)
			}
			lines := strings.Split(r.Output, "\n")
			if tt.output == "*" {
				b, err := os.ReadFile(pid)
				if err != nil {
					t.Fatal(err)
				}
				if len(r.Output) > tailSize || !strings.HasSuffix(r.Output, "\ny\ny") {
					t.Errorf("%d bytes of output, %q ...", len(r.Output), lines[0])
				}
				gone(t, strings.TrimSpace(string(b)))
				return
			}
			if got := strings.Join(lines[1:], "\n"); got != tt.output {
				t.Errorf("output %q, want %q", got, tt.output)
			}
			gone(t, lines[0])
		})
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r := Run(ctx, sh("exit 0"), time.Second); r.OK() || r.String() != "was stopped" {
		t.Errorf("before the start: %v", r)
	}
	ctx, cancel = context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if r := Run(ctx, sh("exec sleep 60"), time.Second); r.OK() || r.TimedOut() || r.String() != "was stopped" {
		t.Errorf("while running: %v", r)
	}
}

// TestBackground: what a program leaves running is left alone, and not waited
// for although it holds the program's output.
func TestBackground(t *testing.T) {
	start := time.Now()
	r := Run(t.Context(), sh("sleep 60 & echo $!"), time.Second)
	if took := time.Since(start); took > 5*time.Second || !r.OK() {
		t.Fatalf("%v after %v", r, took)
	}
	pid, err := strconv.Atoi(r.Output)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, 0); err != nil {
		t.Errorf("the process left behind: %v", err)
	}
	_ = syscall.Kill(pid, syscall.SIGKILL)
}

// TestDevTCP: decision D2, a check that is a redirection.
func TestDevTCP(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		netlab.Missing(t, "needs bash")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("< /dev/tcp/127.0.0.1/%d", l.Addr().(*net.TCPAddr).Port)
	if r := Run(t.Context(), Command{Shell: text}, time.Second); !r.OK() {
		t.Errorf("open port: %v, output %q", r, r.Output)
	}
	l.Close()
	if r := Run(t.Context(), Command{Shell: text}, time.Second); r.ExitCode != 1 || !strings.Contains(r.Output, "Connection refused") {
		t.Errorf("closed port: %v, output %q", r, r.Output)
	}
}

func TestTail(t *testing.T) {
	r := Run(t.Context(), sh(`i=0; while [ $i -lt 2000 ]; do echo "line $i"; i=$((i+1)); done; printf 'bad \377'`), time.Second)
	lines := strings.Split(r.Output, "\n")
	if !r.OK() || len(r.Output) > tailSize || len(lines) < 300 || lines[len(lines)-1] != "bad ?" || !strings.HasPrefix(lines[0], "line 1") {
		t.Errorf("%v, %d lines from %q to %q", r, len(lines), lines[0], lines[len(lines)-1])
	}
	r = Run(t.Context(), sh(`head -c 10000 /dev/zero | tr '\0' x`), time.Second)
	if r.Output != strings.Repeat("x", tailSize) {
		t.Errorf("of a long line %d bytes are left, want %d", len(r.Output), tailSize)
	}
}
