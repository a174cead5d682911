package daemon

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// runCommand runs the command line, and returns what it wrote.
func runCommand(t *testing.T, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	root := rootCommand(&status)
	var out, errOut strings.Builder
	root.SetOut(&out)
	root.SetErr(&errOut)
	root.SetArgs(args)
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	return out.String(), errOut.String(), status
}

func TestHelp(t *testing.T) {
	tests := []struct {
		arg    string
		out    []string
		err    string
		status int
	}{
		{"advert_int", []string{"advert_int SECONDS 0.01..255", "in vrrp_instance", "default  1", "example  advert_int", "status   works"}, "", 0},
		{"virtual_server", []string{"status   works", "contains ip_family"}, "", 0},
		{"BFD_CHECK", []string{"--allow-unsupported", "in virtual_server > real_server"}, "", 0},
		{"weight", []string{"in vrrp_script", "in virtual_server > real_server"}, "", 0},
		{"demo", []string{"Show a failover", "--in-memory"}, "", 0},
		{"prioritty", nil, "did you mean priority?", 1},
	}
	for _, tt := range tests {
		t.Run(tt.arg, func(t *testing.T) {
			out, errOut, status := runCommand(t, "help", tt.arg)
			for _, want := range tt.out {
				if !strings.Contains(out, want) && !(tt.arg == "demo" && strings.Contains(out, "demo runs two nodes")) {
					t.Errorf("no %q in\n%s", want, out)
				}
			}
			if !strings.Contains(errOut, tt.err) || status != tt.status {
				t.Errorf("status %d, %q", status, errOut)
			}
		})
	}
}

// TestConfigTestFormats reads what -t writes for programs.
func TestConfigTestFormats(t *testing.T) {
	file := filepath.Join(t.TempDir(), "k.conf")
	if err := os.WriteFile(file, []byte("vrrp_instance A {\n    priority 300\n}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"json", "sarif"} {
		_, errOut, status := runCommand(t, "-t", "--format", format, "-f", file)
		var v map[string]any
		if err := json.Unmarshal([]byte(errOut), &v); err != nil || status != 5 {
			t.Errorf("%s: status %d, %v in\n%s", format, status, err, errOut)
		}
		if format == "json" && v["exit"] != 5.0 {
			t.Errorf("exit is %v", v["exit"])
		}
	}
	if _, errOut, status := runCommand(t, "-t", "--format", "xml", "-f", file); status != 1 || !strings.Contains(errOut, "text, json or sarif") {
		t.Errorf("status %d: %s", status, errOut)
	}
}

// TestAllowUnsupported starts with what is not supported only if told to.
func TestAllowUnsupported(t *testing.T) {
	file := filepath.Join(t.TempDir(), "k.conf")
	conf := "net_namespace none\nvrrp_instance A {\n    interface lo\n    virtual_router_id 9\n    virtual_ipaddress { 192.0.2.9 }\n}\n"
	if err := os.WriteFile(file, []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, errOut, status := runCommand(t, "-t", "-f", file); status != 5 || !strings.Contains(errOut, "--allow-unsupported") {
		t.Errorf("status %d: %s", status, errOut)
	}
	if _, errOut, status := runCommand(t, "-t", "--allow-unsupported", "-f", file); status != 0 {
		t.Errorf("status %d: %s", status, errOut)
	}
}

func TestHelpBeginsWithInstances(t *testing.T) {
	var out, errOut bytes.Buffer
	explainKeyword("priority", &out, &errOut)
	_, rest, _ := strings.Cut(out.String(), "where    in ")
	if where, _, _ := strings.Cut(rest, "\n"); where != "vrrp_instance" {
		t.Errorf("first: %q", where)
	}
}

// Options whose value may be left out are readable, in the columns of the others.
func TestUsage(t *testing.T) {
	for command, want := range map[string][]string{
		"":       {"  -t, --config-test[=FILE]  ", "      --syslog[=SOCKET]  "},
		"status": {"      --watch[=INTERVAL]  "},
		"reload": {"      --confirm[=TIME]  "},
	} {
		out, errOut, status := runCommand(t, strings.Fields(command+" --help")...)
		column := -1
		for line := range strings.Lines(out) {
			if begin := strings.Index(line, "--"); begin >= 0 && strings.HasPrefix(line, "  ") {
				_, text, ok := strings.Cut(line[begin:], "   ")
				at := len(line) - len(strings.TrimLeft(text, " "))
				if ok && column >= 0 && at != column {
					t.Errorf("%s: text at %d, not %d: %s", command, at, column, line)
				} else if ok {
					column = at
				}
			}
		}
		for _, w := range want {
			if !strings.Contains(out, w) || status != 0 {
				t.Errorf("%s: status %d, no %q in\n%s%s", command, status, w, out, errOut)
			}
		}
		if strings.Contains(out, `[="`) {
			t.Errorf("%s: %s", command, out)
		}
	}
}
