package daemon

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
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

// In keepalived's manner a transition has the lines that people grep for, from
// the process that they come from there.
func TestClassicHandler(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(newClassicHandler(&out, slog.LevelInfo))
	vi := log.With("instance", "VI_1")
	log.Info("Starting Keepalived-lite v1")
	vi.Info("Entering MASTER STATE", "from", "BACKUP", "cause", "no response")
	vi.Info("Entering BACKUP STATE", "from", "MASTER", "cause", "higher priority")
	vi.Info("Entering MASTER STATE", "from", "BACKUP", "cause", "preemption")
	vi.Info("Entering INIT STATE", "from", "MASTER", "cause", "shutdown")
	vi.Info("Entering FAULT STATE", "from", "BACKUP", "cause", "link down")
	log.Warn("VRRP_Script(chk) failed (exited with status 1)")
	log.Info("Removing service [198.51.100.1]:tcp:80")
	log.With("instance", "[198.51.100.2]:tcp:80").Info("quorum_up script done")
	var got []string
	for line := range strings.Lines(out.String()) {
		_, text, _ := strings.Cut(strings.TrimSpace(line), " Keepalived")
		process, text, _ := strings.Cut(text, "[")
		_, text, _ = strings.Cut(text, "]: ")
		got = append(got, process+": "+text)
	}
	want := []string{
		`: Starting Keepalived-lite v1`,
		`_vrrp: (VI_1) Receive advertisement timeout`,
		`_vrrp: (VI_1) Entering MASTER STATE from=BACKUP cause="no response"`,
		`_vrrp: (VI_1) setting VIPs.`,
		`_vrrp: (VI_1) Master received advert from a better router`,
		`_vrrp: (VI_1) Entering BACKUP STATE from=MASTER cause="higher priority"`,
		`_vrrp: (VI_1) removing VIPs.`,
		`_vrrp: (VI_1) received lower priority advert, forcing new election`,
		`_vrrp: (VI_1) Entering MASTER STATE from=BACKUP cause=preemption`,
		`_vrrp: (VI_1) setting VIPs.`,
		`_vrrp: (VI_1) sent 0 priority`,
		`_vrrp: (VI_1) Entering INIT STATE from=MASTER cause=shutdown`,
		`_vrrp: (VI_1) removing VIPs.`,
		`_vrrp: (VI_1) Entering FAULT STATE from=BACKUP cause="link down"`,
		`_vrrp: VRRP_Script(chk) failed (exited with status 1)`,
		`_healthcheckers: Removing service [198.51.100.1]:tcp:80`,
		`_healthcheckers: ([198.51.100.2]:tcp:80) quorum_up script done`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestJSONLog(t *testing.T) {
	var out bytes.Buffer
	log, flush := newLog(&out, Options{LogFormat: "json"})
	log.Info("adding failed", "set", "VI_1", "took", 1500*time.Microsecond, "from", vrrp.Backup, "cause", vrrp.ReasonNoResponse,
		"peer", netip.MustParseAddr("192.0.2.1"), "err", fs.ErrNotExist)
	flush()
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{"msg": "adding failed", "level": "INFO", "instance": "VI_1", "took_ms": 1.5, "from": "BACKUP", "cause": "no response", "peer": "192.0.2.1", "err": "file does not exist"} {
		if got[key] != want {
			t.Errorf("%s is %v, want %v", key, got[key], want)
		}
	}
	if status := Main([]string{"--log-format=xml"}); status != exitFatal {
		t.Errorf("--log-format=xml: status %d", status)
	}
}
