package daemon

import (
	"bytes"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// The manual pages have every command, option and keyword, and man(1), where it
// is, has no complaint.
func TestMan(t *testing.T) {
	var status int
	root := rootCommand(&status)
	var commands, keywords bytes.Buffer
	writeCommandsPage(&commands, root)
	writeKeywordsPage(&keywords)
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() && c.Name() != "help" && !strings.Contains(commands.String(), "\n.SS "+roff(c.Use)) {
			t.Errorf("no command %s", c.Name())
		}
	}
	for _, want := range []string{`.B \-f, \-\-use\-file FILE`, `.B \-\-listen [HOST]:PORT`, `.SH "EXIT STATUS"`} {
		if !strings.Contains(commands.String(), want) {
			t.Errorf("no %s", want)
		}
	}
	for _, k := range confparse.Keywords() {
		if !strings.Contains(keywords.String(), "\n.B "+roff(k.Name)) {
			t.Errorf("no keyword %s", k.Name)
		}
	}
	groff, err := exec.LookPath("groff")
	if err != nil {
		return
	}
	for _, page := range []*bytes.Buffer{&commands, &keywords} {
		cmd := exec.CommandContext(t.Context(), groff, "-man", "-Tutf8", "-z")
		cmd.Stdin = bytes.NewReader(page.Bytes())
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%v\n%s", err, out)
		}
	}
}

// Shells complete commands.
func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		var status int
		root := rootCommand(&status)
		var out bytes.Buffer
		root.SetOut(&out)
		root.SetErr(io.Discard)
		root.SetArgs([]string{"completion", shell})
		if err := root.Execute(); err != nil || !strings.Contains(out.String(), "keepalived-lite") {
			t.Errorf("%s: %v, %d bytes", shell, err, out.Len())
		}
	}
}
