package daemon

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// README's configuration is one that there is nothing to say about, and without
// enable_script_security the exit statuses are those that README names.
func TestReadmeConfiguration(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "\n```\nglobal_defs {")
	text, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("README has no configuration")
	}
	// What there is on any machine that tests.
	text = "global_defs {" + strings.NewReplacer("eth0", "lo", "/usr/bin/pgrep -x nginx", "/bin/true").Replace(text)
	file := filepath.Join(t.TempDir(), "k.conf")
	run := func(text string, want int, args ...string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		out, errOut, status := runCommand(t, append(args, file)...)
		if status != want || want == 0 && out+errOut != "" {
			t.Errorf("%v: status %d, want %d:\n%s%s", args, status, want, out, errOut)
		}
	}
	run(text, 0, "-t", "-f")
	run(text, 0, "lint")
	insecure := strings.Replace(text, "    enable_script_security\n", "", 1)
	run(insecure, 6, "-t", "-f")
	run(insecure, 5, "lint")
}
