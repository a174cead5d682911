package daemon

import (
	"strings"
	"testing"
)

// What a command says to do next works when it is pasted.
func TestPasteable(t *testing.T) {
	const text = "drained; keepalived-lite undrain VI_1 ends that, and keepalived-lite -t is no question"
	for options, want := range map[string]string{
		"":                  text,
		"-p /run/a.pid":     strings.Replace(text, "undrain", "undrain -p /run/a.pid", 1),
		"--control /run/a":  strings.Replace(text, "undrain", "undrain --control /run/a", 1),
		"--pid /run/a=$b":   strings.Replace(text, "undrain", "undrain -p '/run/a=$b'", 1),
		"-p /a --control b": strings.Replace(text, "undrain", "undrain --control b", 1),
	} {
		status := 0
		cmd := statusCommand(&status)
		if err := cmd.ParseFlags(strings.Fields(options)); err != nil {
			t.Fatal(err)
		}
		if got := pasteable(cmd, text); got != want {
			t.Errorf("%s: %q, want %q", options, got, want)
		}
	}
}

// Who asks where no daemon is hears which option names another.
func TestNoDaemon(t *testing.T) {
	file := t.TempDir() + "/pid"
	_, errOut, status := runCommand(t, "status", "-p", file)
	if want := "no daemon answers at " + file + ".sock"; status != 1 || !strings.Contains(errOut, want) || !strings.Contains(errOut, "-p FILE or --control FILE") {
		t.Errorf("status %d: %s", status, errOut)
	}
}
