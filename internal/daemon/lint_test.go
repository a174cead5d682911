package daemon

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// execute runs the command line and returns the exit status and what is printed.
func execute(args ...string) (status int, out, errOut string) {
	var stdout, stderr bytes.Buffer
	root := rootCommand(&status)
	root.SetArgs(args)
	root.SetOut(&stdout)
	root.SetErr(&stderr)
	if err := root.Execute(); err != nil {
		return max(status, exitFatal), stdout.String(), err.Error()
	}
	return status, stdout.String(), stderr.String()
}

const checked = "vrrp_script chk {\n script \"/bin/true x\"\n fall 2\n rise 2\n weight %d\n}\n"

func tracked(weight, priority int) string {
	text := fmt.Sprintf(checked+good, weight, "priority %d\n track_script {\n chk\n }\n")
	return fmt.Sprintf(strings.Replace(text, " priority 100\n", "", 1), priority)
}

func TestLint(t *testing.T) {
	a := configFile(t, tracked(2, 100))
	b := configFile(t, tracked(2, 50))
	status, out, _ := execute("lint", a, b)
	if status != 5 || !strings.Contains(out, "[failover-unreachable]") || !strings.Contains(out, "102") {
		t.Errorf("status %d, want 5, failover-unreachable and the table in:\n%s", status, out)
	}
	if status, out, _ = execute("lint", "--disable=failover-unreachable,script-security,vrid-common", "--no-table", a, b); status != 0 || strings.Contains(out, "failover-unreachable") {
		t.Errorf("disabled, but status %d and:\n%s", status, out)
	}
	var report struct {
		Findings []struct{ Code string }
		Exit     int
	}
	status, out, _ = execute("lint", "--format=json", a, b)
	if err := json.Unmarshal([]byte(out), &report); err != nil || status != 5 || report.Exit != 5 || !strings.Contains(fmt.Sprint(report.Findings), "failover-unreachable") {
		t.Errorf("--format=json: status %d, %v:\n%s", status, err, out)
	}
	if _, out, _ = execute("lint", "--format=sarif", a, b); !json.Valid([]byte(out)) || !strings.Contains(out, `"failover-unreachable"`) {
		t.Errorf("--format=sarif:\n%s", out)
	}
	if status, _, _ = execute("lint", "--format=xml", a); status != 1 {
		t.Errorf("--format=xml: status %d", status)
	}
	if status, _, _ = execute("lint", "--fail-on=never", a, b); status != 0 {
		t.Errorf("--fail-on=never: status %d", status)
	}
	if status, _, _ = execute("lint", "--fail-on=sometimes", a); status != 1 {
		t.Errorf("--fail-on=sometimes: status %d", status)
	}
	if status, _, _ = execute("lint", a, filepath.Join(t.TempDir(), "none")); status != 4 {
		t.Errorf("missing file: status %d, want 4", status)
	}
}

// One file for two hosts is two nodes.
func TestLintIDs(t *testing.T) {
	text := "@a $P=100\n@b $P=100\n" + strings.Replace(fmt.Sprintf(good, ""), "priority 100", "priority $P", 1)
	if _, out, _ := execute("lint", "-i", "a", "-i", "b", configFile(t, text)); !strings.Contains(out, "[priority-tie]") {
		t.Errorf("no priority-tie in:\n%s", out)
	}
}

func TestLintFix(t *testing.T) {
	const pass = "authentication {\n auth_type PASS\n auth_pass secretpassword # old\n }\n"
	file := configFile(t, fmt.Sprintf(good, pass))
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	status, out, errOut := execute("lint", "--fix", "--fail-on=error", file)
	got, err := os.ReadFile(file)
	if want := fmt.Sprintf(good, strings.Replace(pass, "secretpassword", "secretpa", 1)); err != nil || string(got) != want {
		t.Errorf("%v, the file is now:\n%s", err, got)
	}
	if status != 0 || strings.Contains(out, "password-long") || !strings.Contains(errOut, "1 fixed") {
		t.Errorf("status %d:\n%s%s", status, out, errOut)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, mode %v", err, info.Mode())
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), "*")); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestLintExplain(t *testing.T) {
	if status, out, _ := execute("lint", "--explain", "failover-tie"); status != 0 || !strings.Contains(out, "weight -20") {
		t.Errorf("status %d:\n%s", status, out)
	}
	if status, _, _ := execute("lint", "--explain", "nonsense"); status != 1 {
		t.Errorf("no such rule: status %d", status)
	}
	if status, out, _ := execute("lint", "--rules"); status != 0 || strings.Count(out, "\n") < 40 {
		t.Errorf("status %d:\n%s", status, out)
	}
}

// What the machine makes of a file is looked at only if asked for.
func TestLintHere(t *testing.T) {
	script := filepath.Join(t.TempDir(), "notify.sh")
	if err := os.WriteFile(script, []byte("#!/bin/sh\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(script, 0o777); err != nil {
		t.Fatal(err)
	}
	file := configFile(t, "global_defs {\n enable_script_security\n script_user root\n}\n"+fmt.Sprintf(good, "notify "+script+"\n"))
	want := "chmod go-w " + script
	if _, out, _ := execute("lint", "--here", file); !strings.Contains(out, want) {
		t.Errorf("no %q in:\n%s", want, out)
	}
	if _, out, _ := execute("lint", file); strings.Contains(out, want) {
		t.Errorf("without --here:\n%s", out)
	}
}
