//go:build unix

package notify

import (
	"bufio"
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
)

func openFIFO(t *testing.T, cfg FIFOConfig) (*FIFO, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	f, err := OpenFIFO(cfg, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return f, &log
}

// keepalived-vrrp.md 13.3: the lines, and that the pipe goes as it came.
func TestFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	f, _ := openFIFO(t, FIFOConfig{Path: path})
	info, err := os.Stat(path)
	if err != nil || info.Mode() != os.ModeNamedPipe|0o600 {
		t.Fatal(info, err)
	}
	f.Notify(Transition{Source: vi1, State: "MASTER", Priority: 200})
	f.Notify(Transition{Source: Source{"GROUP", "VG_1"}, State: "BACKUP", Priority: 0})
	r, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	in := bufio.NewReader(r)
	for _, want := range []string{"INSTANCE \"VI_1\" MASTER 200\n", "GROUP \"VG_1\" BACKUP 0\n"} {
		if line, err := in.ReadString('\n'); line != want {
			t.Errorf("%q, %v, want %q", line, err, want)
		}
	}
	if err := f.Close(time.Second); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Error("the pipe is left behind")
	}
	f.Notify(Transition{Source: vi1, State: "MASTER", Priority: 200}) // no effect
}

// A pipe that nobody reads fills up: nothing blocks, the loss is said, once.
func TestFIFOFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	f, log := openFIFO(t, FIFOConfig{Path: path})
	for range 10000 {
		f.Notify(Transition{Source: vi1, State: "MASTER", Priority: 200})
	}
	if n := strings.Count(log.String(), "a line is lost"); n != 1 {
		t.Errorf("%d complaints:\n%s", n, log)
	}
	r, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for got := 0; got < 64<<10; { // what a pipe holds
		n, err := r.Read(make([]byte, 64<<10))
		if err != nil {
			t.Fatal(err)
		}
		if got += n; got > 32<<10 {
			break
		}
	}
	f.Notify(Transition{Source: vi1, State: "BACKUP", Priority: 200})
	if !strings.Contains(log.String(), "read again") {
		t.Errorf("log:\n%s", log)
	}
	if err := f.Close(time.Second); err != nil {
		t.Error(err)
	}
}

// The reader gets the pipe's name behind its own arguments, and ends with it.
func TestFIFOScript(t *testing.T) {
	dir := t.TempDir()
	path, out := filepath.Join(dir, "fifo"), filepath.Join(dir, "out")
	f, _ := openFIFO(t, FIFOConfig{Path: path, Script: &check.ScriptConfig{
		Argv: []string{"/bin/sh", "-c", `cat "$2" > "$1"; echo end >> "$1"`, "sh", out},
	}})
	f.Notify(Transition{Source: vi1, State: "MASTER", Priority: 200})
	for lines(t, out) == "" { // until it reads: a pipe that is closed unread forgets
		time.Sleep(time.Millisecond)
	}
	start := time.Now()
	if err := f.Close(time.Minute); err != nil {
		t.Error(err)
	}
	if got := lines(t, out); got != "INSTANCE \"VI_1\" MASTER 200\nend\n" || time.Since(start) > 30*time.Second {
		t.Errorf("%q after %v", got, time.Since(start))
	}
}

// A reader that goes on for ever does not keep the daemon from stopping.
func TestFIFOScriptStuck(t *testing.T) {
	f, _ := openFIFO(t, FIFOConfig{
		Path:   filepath.Join(t.TempDir(), "fifo"),
		Script: &check.ScriptConfig{Argv: []string{"/bin/sleep", "3600"}},
	})
	start := time.Now()
	if err := f.Close(10 * time.Millisecond); err != nil || time.Since(start) > 30*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

func TestFIFONotAPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFIFO(FIFOConfig{Path: path}, nil); err == nil || !strings.Contains(err.Error(), "no named pipe") {
		t.Error(err)
	}
	if lines(t, path) != "precious" {
		t.Error("the file is touched")
	}
}
