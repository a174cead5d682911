package notify

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
)

// buffer is a log that may be read while it is written.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func (b *buffer) logger() *slog.Logger { return slog.New(slog.NewTextHandler(b, nil)) }

func shell(text string) *check.ScriptConfig {
	return &check.ScriptConfig{Argv: []string{"/bin/sh", "-c", text}}
}

// await waits until the file says want.
func await(t *testing.T, file, want string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); lines(t, file) != want; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("scripts ran with:\n%q\nwant:\n%q", lines(t, file), want)
		}
	}
}

// Pain P14: a group is told after its members, however slow their scripts are, and
// however quick its own.
func TestGroupAfterItsMembers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	group, a, b := Source{"GROUP", "G"}, Source{"INSTANCE", "A"}, Source{"INSTANCE", "B"}
	n := started(Rules{
		Scripts: map[Source]Scripts{
			a:     {Any: shell("sleep 0.1; echo a >> " + file)},
			b:     {Master: shell("sleep 0.2; echo b >> " + file), Any: shell("sleep 0.1; echo b >> " + file)},
			group: {Master: shell("echo g >> " + file)},
		},
		Members: map[Source][]Source{group: {a, b, {"INSTANCE", "silent"}}},
	}, nil)
	for _, s := range []Source{a, b, group} {
		n.Notify(Transition{Source: s, State: "MASTER"})
	}
	n.Close(time.Minute)
	if got, want := lines(t, file), "a\nb\nb\ng\n"; got != want {
		t.Errorf("ran %q, want %q", got, want)
	}
}

// A script that hangs does not silence its instance, nor the group.
func TestHangingScriptHoldsNobodyUpForGood(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	group := Source{"GROUP", "G"}
	var log buffer
	n := New(log.logger())
	n.holdup = 50 * time.Millisecond
	n.Update(Rules{
		Scripts: map[Source]Scripts{
			vi1:   {Master: shell("exec sleep 60"), Backup: shell("echo backup >> " + file)},
			group: {Master: shell("echo group >> " + file)},
		},
		Members: map[Source][]Source{group: {vi1}},
	})
	n.Notify(Transition{Source: vi1, State: "MASTER"})
	n.Notify(Transition{Source: group, State: "MASTER"})
	await(t, file, "group\n")
	n.Notify(Transition{Source: vi1, State: "BACKUP"})
	await(t, file, "group\nbackup\n")
	start := time.Now()
	n.Close(10 * time.Millisecond)
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("Close took %v: the script is not stopped", took)
	}
	if text := log.String(); !strings.Contains(text, "notify_master script still runs") || !strings.Contains(text, "notify_master script was stopped") {
		t.Errorf("log: %s", text)
	}
}

func TestTimeout(t *testing.T) {
	var log buffer
	n := started(Rules{Scripts: map[Source]Scripts{vi1: {Master: shell("exec sleep 60")}}, Timeout: 20 * time.Millisecond}, log.logger())
	n.Notify(Transition{Source: vi1, State: "MASTER"})
	n.Close(30 * time.Second)
	if text := log.String(); !strings.Contains(text, "notify_master script timed out after") {
		t.Errorf("log: %s", text)
	}
}

// With Latest, what waits behind a slow script is only the newest.
func TestLatest(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	gate := filepath.Join(t.TempDir(), "gate")
	var log buffer
	n := started(Rules{
		Scripts: map[Source]Scripts{vi1: {Fault: shell("while [ ! -e " + gate + " ]; do sleep 0.01; done; echo fault >> " + file), Any: &check.ScriptConfig{Argv: []string{"/bin/sh", "-c", "echo $3 >> " + file, "sh"}}}},
		Latest:  true,
	}, log.logger())
	n.Notify(Transition{Source: vi1, State: "FAULT"})
	for deadline := time.Now().Add(10 * time.Second); n.begun(vi1) == nil; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nothing has begun")
		}
	}
	for _, state := range []string{"BACKUP", "MASTER", "BACKUP", "MASTER"} {
		n.Notify(Transition{Source: vi1, State: state})
	}
	n.Run(Transition{Source: Source{"INSTANCE", "other"}, State: "UP"}, "notify_up", *shell(": > " + gate))
	n.Close(time.Minute)
	if got, want := lines(t, file), "fault\nFAULT\nMASTER\n"; got != want {
		t.Errorf("ran %q, want %q", got, want)
	}
	if !strings.Contains(log.String(), "scripts for what is past are dropped") {
		t.Errorf("log: %s", log.String())
	}
}

// Pain: a program that appears after the start is looked at as well, each time it
// is to run.
func TestUnsafeScriptIsNotRun(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only what runs as root is looked at")
	}
	var log buffer
	dir := t.TempDir()
	script, ran := filepath.Join(dir, "late.sh"), filepath.Join(dir, "ran")
	n := started(Rules{Scripts: map[Source]Scripts{vi1: {Master: &check.ScriptConfig{Argv: []string{script}, Secure: true}}}}, log.logger())
	if err := os.WriteFile(script, []byte("#!/bin/sh\n: > "+ran+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(script, 0o777); err != nil {
		t.Fatal(err)
	}
	n.Notify(Transition{Source: vi1, State: "MASTER"})
	n.Close(time.Minute)
	if _, err := os.Stat(ran); err == nil || !strings.Contains(log.String(), "unsafe script run as root") {
		t.Errorf("it has run: %v, log:\n%s", err == nil, log.String())
	}
}
