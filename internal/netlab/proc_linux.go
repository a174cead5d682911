package netlab

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Proc is a program that runs on a host. It is killed when the test ends, and
// its output is shown if the test failed.
type Proc struct {
	host *Host
	cmd  *exec.Cmd
	log  string
	done chan struct{}
}

// Run runs a program on the host to its end and returns its output. The test
// fails, and shows the program's complaints too, if it fails: ip(8) complains of
// namespaces that other labs remove while it looks. Files are those of the test;
// so is /sys.
func (h *Host) Run(name string, args ...string) string {
	h.lab.t.Helper()
	cmd := exec.Command(name, args...)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err := h.Do(cmd.Start)
	if err == nil {
		err = cmd.Wait()
	}
	if err != nil {
		h.lab.t.Fatalf("%s: %s: %v\n%s%s", h.Name, strings.Join(cmd.Args, " "), err, &out, &complaints)
	}
	return out.String()
}

// Start starts a program on the host.
func (h *Host) Start(name string, args ...string) *Proc {
	h.lab.t.Helper()
	return h.StartCmd(exec.Command(name, args...))
}

// StartCmd starts a command, which may have an environment and directory of
// its own, on the host. Its output, where not set, goes to the log.
func (h *Host) StartCmd(cmd *exec.Cmd) *Proc {
	t := h.lab.t
	t.Helper()
	p := &Proc{host: h, cmd: cmd, done: make(chan struct{})}
	p.log = filepath.Join(h.lab.dir, fmt.Sprintf("%s-%d.log", h.Name, len(h.procs)))
	// A file rather than a pipe: Wait does not have to wait for heirs of the pipe.
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if cmd.Stdout == nil {
		cmd.Stdout = log
	}
	if cmd.Stderr == nil {
		cmd.Stderr = log
	}
	if err := h.Do(cmd.Start); err != nil {
		t.Fatal(err)
	}
	h.procs = append(h.procs, p)
	go func() {
		_ = cmd.Wait() // the state tells
		close(p.done)
	}()
	return p
}

// PID returns the process id of the program itself.
func (p *Proc) PID() int { return p.cmd.Process.Pid }

// Log returns what the program printed so far.
func (p *Proc) Log() string {
	b, _ := os.ReadFile(p.log)
	return string(b)
}

// Signal sends a signal to the program. One that has ended does not mind.
func (p *Proc) Signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) }

// Kill ends the program with SIGKILL and waits for its end. What it had
// started goes on.
func (p *Proc) Kill() {
	p.Signal(syscall.SIGKILL)
	<-p.done
}

// Running reports whether the program has not ended yet.
func (p *Proc) Running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Wait waits for the program's end and returns its exit status, -1 if a
// signal ended it. The test fails if that takes longer than timeout.
func (p *Proc) Wait(timeout time.Duration) int {
	p.host.lab.t.Helper()
	select {
	case <-p.done:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(timeout):
		p.host.lab.t.Fatalf("%s: waited %v for the end of %s", p.host.Name, timeout, p)
		return 0
	}
}

// Stop asks the program to end with SIGTERM, waits up to ten seconds, and
// returns its exit status as [Proc.Wait] does.
func (p *Proc) Stop() int {
	p.host.lab.t.Helper()
	p.Signal(syscall.SIGTERM)
	return p.Wait(10 * time.Second)
}

// String returns the command line.
func (p *Proc) String() string { return strings.Join(p.cmd.Args, " ") }

// close runs after every process of the host was killed.
func (p *Proc) close() {
	<-p.done
	if p.host.lab.t.Failed() {
		p.host.lab.t.Logf("%s: %s (%v) printed:\n%s", p.host.Name, p, p.cmd.ProcessState, tail(p.Log(), 8000))
	}
}

func tail(s string, n int) string {
	if len(s) > n {
		return "..." + s[len(s)-n:]
	}
	return s
}
