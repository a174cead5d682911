package notify

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
)

var vi1 = Source{"INSTANCE", "VI_1"}

// recorder returns a script that appends its arguments to a file, and the file.
func recorder(t *testing.T, delay string) (*check.ScriptConfig, string) {
	file := filepath.Join(t.TempDir(), "log")
	text := fmt.Sprintf("sleep %s; echo \"$@\" >> %s; exit 1", delay, file)
	return &check.ScriptConfig{Argv: []string{"/bin/sh", "-c", text, "sh"}}, file
}

// started returns a notifier with rules.
func started(r Rules, log *slog.Logger) *Notifier {
	n := New(log)
	n.Update(r)
	return n
}

func lines(t *testing.T, file string) string {
	b, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(b)
}

// Seeds 000.8, 000.10, 002.10: arguments, order, and an exit status that does
// not matter.
func TestArgumentsAndOrder(t *testing.T) {
	c, file := recorder(t, "0.02")
	with := func(arg string) *check.ScriptConfig {
		d := *c
		d.Argv = append(append([]string(nil), c.Argv...), arg)
		return &d
	}
	n := started(Rules{Scripts: map[Source]Scripts{vi1: {Master: with("master"), Backup: with("backup"), Any: with("own")}}}, nil)
	n.Notify(Transition{Source: vi1, State: "BACKUP", Priority: 200})
	n.Notify(Transition{Source: vi1, State: "MASTER", Priority: 200})
	n.Notify(Transition{Source: vi1, State: "FAULT", Priority: 180})
	n.Notify(Transition{Source: Source{"INSTANCE", "VI_2"}, State: "MASTER", Priority: 1}) // has no scripts
	n.Close(time.Minute)
	want := "backup\nown INSTANCE VI_1 BACKUP 200\nmaster\nown INSTANCE VI_1 MASTER 200\nown INSTANCE VI_1 FAULT 180\n"
	if got := lines(t, file); got != want {
		t.Errorf("scripts ran with:\n%swant:\n%s", got, want)
	}
}

// Seed 000.9: a slow script of one instance delays no other.
func TestInstancesDoNotWaitForEachOther(t *testing.T) {
	slow, _ := recorder(t, "30")
	quick, file := recorder(t, "0")
	n := started(Rules{Scripts: map[Source]Scripts{{"INSTANCE", "slow"}: {Any: slow}, {"INSTANCE", "quick"}: {Any: quick}}}, nil)
	n.Notify(Transition{Source: Source{"INSTANCE", "slow"}, State: "MASTER", Priority: 1})
	n.Notify(Transition{Source: Source{"INSTANCE", "quick"}, State: "MASTER", Priority: 1})
	for deadline := time.Now().Add(10 * time.Second); lines(t, file) == ""; {
		if time.Now().After(deadline) {
			t.Fatal("the quick script has not run")
		}
		time.Sleep(time.Millisecond)
	}
	n.Close(time.Millisecond)
}

func TestFailureIsLogged(t *testing.T) {
	var out bytes.Buffer
	n := started(Rules{Scripts: map[Source]Scripts{vi1: {Any: &check.ScriptConfig{Argv: []string{"/does/not/exist"}}}}}, slog.New(slog.NewTextHandler(&out, nil)))
	n.Notify(Transition{Source: vi1, State: "MASTER", Priority: 100})
	n.Close(time.Minute)
	if text := out.String(); !strings.Contains(text, "/does/not/exist") || !strings.Contains(text, "cannot be executed") || !strings.Contains(text, "instance=VI_1") {
		t.Errorf("log: %s", text)
	}
}

// Seeds 000.9, 004.9: a slow script does not cost the one that says goodbye. The
// transition that is being told is told to its end, an outdated one not at all.
func TestStopBehindASlowScript(t *testing.T) {
	slow, _ := recorder(t, "30")
	quick, file := recorder(t, "0")
	n := started(Rules{Scripts: map[Source]Scripts{vi1: {Master: slow, Backup: quick, Stop: quick, Any: quick}}}, nil)
	n.Notify(Transition{Source: vi1, State: "MASTER", Priority: 100})
	for deadline := time.Now().Add(10 * time.Second); n.begun(vi1) == nil; {
		if time.Now().After(deadline) {
			t.Fatal("the slow script has not begun")
		}
		time.Sleep(time.Millisecond)
	}
	n.Notify(Transition{Source: vi1, State: "BACKUP", Priority: 100})
	n.Notify(Transition{Source: vi1, State: Stop, Priority: 100})
	start := time.Now()
	n.Close(2 * time.Second)
	if got, want := lines(t, file), "INSTANCE VI_1 MASTER 100\n\nINSTANCE VI_1 STOP 100\n"; got != want {
		t.Errorf("scripts ran with:\n%q\nwant:\n%q", got, want)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("Close took %v", took)
	}
}

func (n *Notifier) begun(s Source) *Transition {
	n.mu.Lock()
	defer n.mu.Unlock()
	if c := n.queues[s].current; c != nil {
		return c.what
	}
	return nil
}

// What the arguments have no room for is in the environment.
func TestEnvironment(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	n := started(Rules{Scripts: map[Source]Scripts{vi1: {Fault: &check.ScriptConfig{Shell: "< /dev/null env | grep ^KEEPALIVED_ | sort > " + file}}}}, nil)
	n.Notify(Transition{Source: vi1, State: "FAULT", Priority: 3, From: "MASTER", Reason: "tracker", Seq: 7})
	n.Close(time.Minute)
	want := "KEEPALIVED_NAME=VI_1\nKEEPALIVED_PREVIOUS_STATE=MASTER\nKEEPALIVED_PRIORITY=3\nKEEPALIVED_REASON=tracker\n" +
		"KEEPALIVED_SEQUENCE=7\nKEEPALIVED_STATE=FAULT\nKEEPALIVED_TYPE=INSTANCE\n"
	if got := lines(t, file); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// An instance may be called anything.
func TestShellArguments(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	name := Source{"INSTANCE", "it's $HOME"}
	n := started(Rules{Scripts: map[Source]Scripts{name: {Any: &check.ScriptConfig{Shell: "< /dev/null printf '%s|' >> " + file}}}}, nil)
	n.Notify(Transition{Source: name, State: "FAULT", Priority: 3})
	n.Close(time.Minute)
	if got, want := lines(t, file), "INSTANCE|it's $HOME|FAULT|3|"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
