package daemon

import (
	"bufio"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/internal/notify"
)

// fifoConfig is a configuration with a pipe and an instance with more lines.
func fifoConfig(t *testing.T, path, more string) *confparse.Config {
	t.Helper()
	text := "global_defs {\n vrrp_notify_fifo " + path + "\n}\nvrrp_instance VI_1 {\n interface lo\n virtual_router_id 51\n " + more + "\n virtual_ipaddress {\n 192.0.2.1\n }\n}\n"
	cfg, diags := confparse.Parse("test.conf", []byte(text), confparse.Options{})
	if diags.HasErrors() {
		t.Fatal(diags.Render())
	}
	return cfg
}

// What a reload removes is reported as the configuration before had it, and a pipe
// that stays is the same one all the time.
func TestNotificationsFollow(t *testing.T) {
	dir := t.TempDir()
	pipe, other := filepath.Join(dir, "pipe"), filepath.Join(dir, "other")
	n := newNotifications(fifoConfig(t, pipe, ""), false, slog.New(slog.DiscardHandler))
	defer n.close(time.Second)
	reader, err := os.OpenFile(pipe, os.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	lines := bufio.NewScanner(reader)
	says := func(state string, removed bool, want string) {
		t.Helper()
		n.tell(notify.Transition{Source: instance("VI_1"), State: state, Priority: 100, Removed: removed})
		if !lines.Scan() || lines.Text() != want {
			t.Errorf("%s: the pipe says %q, want %q", state, lines.Text(), want)
		}
	}
	says("MASTER", false, `INSTANCE "VI_1" MASTER 100`)
	deleted := filepath.Join(dir, "deleted")
	n.adopt(fifoConfig(t, pipe, `notify_deleted "/usr/bin/touch `+deleted+`" root`))
	says(notify.Stop, true, `INSTANCE "VI_1" FAULT 100`) // the one before had no notify_deleted
	says("MASTER", false, `INSTANCE "VI_1" MASTER 100`)
	n.adopt(fifoConfig(t, pipe, ""))
	says(notify.Stop, true, `INSTANCE "VI_1" DELETED 100`)
	n.adopt(fifoConfig(t, other, ""))
	if lines.Scan() {
		t.Errorf("the pipe goes on: %q", lines.Text())
	}
	if _, err := os.Stat(pipe); !os.IsNotExist(err) {
		t.Errorf("the pipe is left: %v", err)
	}
	if _, err := os.Stat(other); err != nil {
		t.Error(err)
	}
	n.scripts.Close(5 * time.Second)
	if _, err := os.Stat(deleted); err != nil && os.Getuid() == 0 {
		t.Errorf("notify_deleted did not run: %v", err)
	}
}
