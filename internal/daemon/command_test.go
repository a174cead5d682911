package daemon

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vrrpkit/vrrpkit/confparse"
)

func configFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "keepalived.conf")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// good is a configuration that is good on any machine that has the interface lo.
const good = "vrrp_instance VI_1 {\n interface lo\n virtual_router_id 51\n priority 100\n virtual_ipaddress {\n  192.0.2.100\n }\n%s}\n"

func TestConfigTest(t *testing.T) {
	unsafe := filepath.Join(t.TempDir(), "x.sh")
	if err := os.WriteFile(unsafe, []byte("#!/bin/sh\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(unsafe, 0o777); err != nil {
		t.Fatal(err)
	}
	const secure = "global_defs {\n enable_script_security\n script_user root\n}\n"
	for _, tt := range []struct {
		name, text string
		status     int
		want       string // part of what is shown
	}{
		{"good", fmt.Sprintf(good, ""), 0, ""},
		{"unknown keyword", fmt.Sprintf(good, "advert_in 1\n"), 5, "did you mean advert_int"},
		{"no such user", secure + fmt.Sprintf(good, "notify /bin/true nosuchuser\n"), 5, `user "nosuchuser" does not exist`},
		{"unsafe script", secure + fmt.Sprintf(good, "notify "+unsafe+"\n"), 6, "chmod"},
		{"no such script", secure + fmt.Sprintf(good, "notify /does/not/exist.sh\n"), 5, "/does/not/exist.sh"},
		{"no such interface", strings.Replace(fmt.Sprintf(good, ""), " lo", " nosuchif0", 1), 5, "nosuchif0 does not exist"},
		{"empty", "", 4, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			status := configTest(Options{ConfigFile: configFile(t, tt.text)}, "-", "text", &out)
			if status != tt.status || !strings.Contains(out.String(), tt.want) {
				t.Errorf("status %d, want %d, and %q in:\n%s", status, tt.status, tt.want, out.String())
			}
		})
	}
	if status := configTest(Options{ConfigFile: filepath.Join(t.TempDir(), "none")}, "-", "text", &bytes.Buffer{}); status != 4 {
		t.Errorf("missing file: status %d, want 4", status)
	}
}

// -C must not touch what a process that runs with -P has set.
func TestOnlyChecks(t *testing.T) {
	text := "static_ipaddress {\n 192.0.2.77/24 dev lo\n}\n" + fmt.Sprintf(good, "")
	doc, err := load(Options{ConfigFile: configFile(t, text), OnlyChecks: true}, slog.New(slog.DiscardHandler))
	if err != nil || len(doc.Config.Instances) != 0 || len(doc.Config.StaticAddresses) != 0 {
		t.Errorf("%v, %+v", err, doc)
	}
}

func TestPIDFile(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	dir := t.TempDir()
	o := Options{PIDFile: filepath.Join(dir, "a"), VRRPPID: filepath.Join(dir, "b")}
	// One that a killed predecessor left is taken over.
	if err := os.WriteFile(o.PIDFile, []byte("4194304\nand more than that\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	remove, err := writePIDFiles(o, log)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{o.PIDFile, o.VRRPPID} {
		if b, _ := os.ReadFile(name); string(b) != fmt.Sprintf("%d\n", os.Getpid()) {
			t.Errorf("%s: %q", name, b)
		}
	}
	remove()
	if _, err := os.Stat(o.PIDFile); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the pid file is still there: %v", err)
	}
	if _, err := writePIDFiles(Options{PIDFile: filepath.Join(dir, "none", "a")}, log); err == nil {
		t.Error("a pid file that was asked for cannot be written, and nobody says so")
	}
}

func TestExitStatus(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want int
	}{
		{nil, 0}, {errors.New("x"), 1}, {fmt.Errorf("x: %w", errConfig), 2},
		{fmt.Errorf("x: %w", fs.ErrPermission), 4}, {fmt.Errorf("x: %w", errNoConfig), 6},
	} {
		if got := exitStatus(tt.err); got != tt.want {
			t.Errorf("%v: status %d, want %d", tt.err, got, tt.want)
		}
	}
}

// keepalived's options, bundled as people write them.
func TestCommandLine(t *testing.T) {
	for args, want := range map[string]int{
		"-v":                              0,
		"-nlDd -G -t -f /does/not/exist":  4,
		"-t=/dev/null -f /does/not/exist": 4,
		"--config-test --use-file=/does/not/exist":   4,
		"-P -p /x -r /y -c /z -t -f /does/not/exist": 4,
		"-f /does/not/exist":                         6,
		"--nonsense":                                 1,
		"nonsense":                                   1,
		"demo one.conf":                              1,
		"status --watch 5":                           1,
		// 1 is an answer of theirs, and a warning to a monitor.
		"check --nonsense":           3,
		"check --expect VI_1":        3,
		"check --expect VI_1=PRIMUS": 3,
		"doctor eth0":                3,
		"test-script":                2,
		"diff one.conf":              4,
	} {
		if got := Main(strings.Fields(args)); got != want {
			t.Errorf("keepalived-lite %s: status %d, want %d", args, got, want)
		}
	}
}

func TestDiagnosticsInTheLog(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(newTextHandler(&out, slog.LevelInfo))
	pos := confparse.Pos{File: "k.conf", Line: 3, Column: 5}
	logDiagnostic(log, confparse.Diagnostic{Pos: pos, Code: "x", Severity: confparse.Error, Message: "bad", Help: "do\nthis"})
	if got := out.String(); !strings.HasSuffix(got, " ERROR k.conf:3:5: bad [x]: do this\n") {
		t.Errorf("log: %s", got)
	}
}

// TestGenhash: keepalived's ways to be genhash, but with a status that tells
// whether there is a digest (its fault 20).
func TestGenhash(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Server{Handler: http.NotFoundHandler()}
	go web.Serve(l)
	defer web.Close()
	port := fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
	for _, how := range []string{"genhash", "-T", "--genhash"} {
		if status := Main([]string{how, "-s", "127.0.0.1", "-p", port, "-u", "/"}); status != 0 {
			t.Errorf("%s: status %d", how, status)
		}
		if status := Main([]string{how, "-s", "127.0.0.1", "-p", port}); status == 0 {
			t.Errorf("%s without a page succeeds", how)
		}
		if status := Main([]string{how, "-s", "127.0.0.1", "-p", "1", "-u", "/"}); status != 1 {
			t.Errorf("%s where nobody answers: status %d, want 1", how, status)
		}
	}
}

// Findings do not go where a configuration is: people write -t=keepalived.conf
// for -t -f keepalived.conf.
func TestConfigTestKeepsConfiguration(t *testing.T) {
	text := fmt.Sprintf(good, "")
	file := configFile(t, text)
	var out bytes.Buffer
	status := configTest(Options{ConfigFile: defaultConfig}, file, "text", &out)
	if after, err := os.ReadFile(file); err != nil || string(after) != text || status != exitFatal || !strings.Contains(out.String(), "behind -f") {
		t.Errorf("status %d, %q; the file is now\n%s", status, out.String(), after)
	}
}
