package daemon

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRender(t *testing.T) {
	const text = "# both hosts\n@a $P=200\n@b $P=100\nvrrp_instance V { interface lo\nvirtual_router_id 5\npriority $P # mine\nvirtual_ipaddress { 192.0.2.1 } }\n"
	status, out, errOut := execute("render", "-i", "b", configFile(t, text))
	const want = "vrrp_instance V {\n    interface lo\n    virtual_router_id 5\n    priority 100\n    virtual_ipaddress {\n        192.0.2.1\n    }\n}\n"
	if status != 0 || out != want || errOut != "" {
		t.Errorf("status %d, %s\n%s", status, errOut, out)
	}
	status, out, errOut = execute("render", configFile(t, "vrrp_instance V { priorty 5 }\n"))
	if status != 5 || out != "" || !strings.Contains(errOut, "did you mean priority") {
		t.Errorf("with a mistake: status %d, %s\n%s", status, errOut, out)
	}
	if status, _, _ = execute("render", filepath.Join(t.TempDir(), "none")); status != 4 {
		t.Errorf("missing file: status %d", status)
	}
}

func TestFmt(t *testing.T) {
	file := configFile(t, "a{ # x\nb   c}\n")
	const want = "a { # x\n    b c\n}\n"
	if status, out, _ := execute("fmt", "--check", file); status != 5 || out != file+"\n" {
		t.Errorf("--check: status %d, %s", status, out)
	}
	if status, out, _ := execute("fmt", file); status != 0 || out != want {
		t.Errorf("status %d, %s", status, out)
	}
	if status, out, errOut := execute("fmt", "-w", file); status != 0 || out != "" {
		t.Errorf("-w: status %d, %s%s", status, out, errOut)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != want {
		t.Errorf("%v, %s", err, got)
	}
	if status, out, _ := execute("fmt", "--check", file); status != 0 || out != "" {
		t.Errorf("--check again: status %d, %s", status, out)
	}
	if status, _, errOut := execute("fmt", filepath.Join(t.TempDir(), "none")); status != 1 || errOut == "" {
		t.Errorf("missing file: status %d", status)
	}
}

func TestDiff(t *testing.T) {
	old := configFile(t, "# one\n"+strings.Replace(good, "%s", "", 1))
	same := configFile(t, strings.Replace(good, "%s", "# the same\n", 1))
	changed := configFile(t, strings.Replace(good, "%s", "nopreempt\n", 1))
	if status, out, _ := execute("diff", old, same); status != 0 || out != "" {
		t.Errorf("the same: status %d\n%s", status, out)
	}
	if status, out, _ := execute("diff", old, changed); status != 1 || out != "~ vrrp_instance VI_1\n    ~ nopreempt off -> on\n" {
		t.Errorf("changed: status %d\n%s", status, out)
	}
	if status, _, _ := execute("diff", old, filepath.Join(t.TempDir(), "none")); status != 4 {
		t.Errorf("missing file: status %d", status)
	}
	if status, _, errOut := execute("diff", old, configFile(t, "nonsense\n")); status != 5 || !strings.Contains(errOut, "nonsense") {
		t.Errorf("with a mistake: status %d\n%s", status, errOut)
	}
}
