package daemon

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

// People grep for keepalived's lines; what else is known follows them.
func TestTextHandler(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(newTextHandler(&out, slog.LevelInfo))
	log.With("instance", "VI_1").Info("Entering MASTER STATE", "from", "BACKUP", "cause", "no response")
	log.Warn("adding failed", "set", "VI_2", "err", `file "exists"`, "empty", "")
	log.WithGroup("g").With("a", 1).Error("bad", slog.Group("h", "b", 2))
	log.Debug("not shown")
	var got []string
	for line := range strings.Lines(out.String()) {
		_, text, _ := strings.Cut(strings.TrimSpace(line), " ") // the time
		got = append(got, text)
	}
	want := []string{
		`(VI_1) Entering MASTER STATE from=BACKUP cause="no response"`,
		`WARN (VI_2) adding failed err="file \"exists\""`,
		`ERROR bad g.a=1 g.h.b=2`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
