package notify

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/script"
)

// recorder returns a script that appends its arguments to a file, and the file.
func recorder(t *testing.T, delay string) (*script.Command, string) {
	file := filepath.Join(t.TempDir(), "log")
	text := fmt.Sprintf("sleep %s; echo \"$@\" >> %s; exit 1", delay, file)
	return &script.Command{Argv: []string{"/bin/sh", "-c", text, "sh"}}, file
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
	with := func(arg string) *script.Command {
		d := *c
		d.Argv = append(append([]string(nil), c.Argv...), arg)
		return &d
	}
	n := New(map[string]Scripts{"VI_1": {Master: with("master"), Backup: with("backup"), Any: with("own")}}, nil)
	n.Notify(Transition{"INSTANCE", "VI_1", "BACKUP", 200})
	n.Notify(Transition{"INSTANCE", "VI_1", "MASTER", 200})
	n.Notify(Transition{"INSTANCE", "VI_1", "FAULT", 180})
	n.Notify(Transition{"INSTANCE", "VI_2", "MASTER", 1}) // has no scripts
	n.Close(context.Background())
	want := "backup\nown INSTANCE VI_1 BACKUP 200\nmaster\nown INSTANCE VI_1 MASTER 200\nown INSTANCE VI_1 FAULT 180\n"
	if got := lines(t, file); got != want {
		t.Errorf("scripts ran with:\n%swant:\n%s", got, want)
	}
}

// Seed 000.9: a slow script of one instance delays no other.
func TestInstancesDoNotWaitForEachOther(t *testing.T) {
	slow, _ := recorder(t, "30")
	quick, file := recorder(t, "0")
	n := New(map[string]Scripts{"slow": {Any: slow}, "quick": {Any: quick}}, nil)
	n.Notify(Transition{"INSTANCE", "slow", "MASTER", 1})
	n.Notify(Transition{"INSTANCE", "quick", "MASTER", 1})
	for deadline := time.Now().Add(10 * time.Second); lines(t, file) == ""; {
		if time.Now().After(deadline) {
			t.Fatal("the quick script has not run")
		}
		time.Sleep(time.Millisecond)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	n.Close(ctx)
}

func TestFailureIsLogged(t *testing.T) {
	var out bytes.Buffer
	n := New(map[string]Scripts{"VI_1": {Any: &script.Command{Argv: []string{"/does/not/exist"}}}}, slog.New(slog.NewTextHandler(&out, nil)))
	n.Notify(Transition{"INSTANCE", "VI_1", "MASTER", 100})
	n.Close(context.Background())
	if text := out.String(); !strings.Contains(text, "/does/not/exist") || !strings.Contains(text, "cannot be executed") || !strings.Contains(text, "instance=VI_1") {
		t.Errorf("log: %s", text)
	}
}
