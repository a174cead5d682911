package daemon

import (
	"bytes"
	"context"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/internal/control"
	"github.com/vrrpkit/vrrpkit/internal/report"
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

// Shells complete what the daemon has, and what an option takes.
func TestCompletionOfWords(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "control.sock")
	l, err := control.Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	server := &control.Server{Status: func() report.Status { return report.Status{Instances: []report.Instance{{Name: "VI_7"}}} }}
	done := make(chan error)
	go func() { done <- server.Run(ctx, l) }()
	defer func() { cancel(); <-done }()
	for args, want := range map[string]string{
		"drain --control " + socket:                                  "VI_7\n",
		"drain --control " + socket + " x":                           "VI_7\n",
		"explain -p " + strings.TrimSuffix(socket, ".sock") + ".pid": "VI_7\n",
		"explain --control " + socket + " x":                         ":4\n",
		"status --control " + socket:                                 ":4\n",
		"--log-format":                                               "text\njson\nkeepalived\n",
		"check --format":                                             "nagios\ncheckmk\njson\n",
	} {
		var status int
		var out bytes.Buffer
		root := rootCommand(&status)
		root.SetOut(&out)
		root.SetErr(io.Discard)
		root.SetArgs(append(append([]string{"__complete"}, strings.Fields(args)...), ""))
		if err := root.Execute(); err != nil || !strings.HasPrefix(out.String(), want) {
			t.Errorf("%s: %v, %q", args, err, out.String())
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
