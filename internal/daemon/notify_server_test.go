//go:build unix

package daemon

import (
	"bufio"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
)

const (
	vsName = "[192.0.2.100]:tcp:80"
	rsName = "[198.51.100.1]:tcp:80"
)

// Scripts run without arguments, and the pipes for servers get keepalived's
// lines, and nothing between them (fault 16 of keepalived: a NUL); the one for
// VRRP does not.
func TestTellServer(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	cfg := &confparse.Config{}
	cfg.Global.FIFO = confparse.FIFOs{
		All: confparse.FIFO{Path: in("all")}, VRRP: confparse.FIFO{Path: in("vrrp")}, LVS: confparse.FIFO{Path: in("lvs")},
	}
	script := func(name string) *confparse.Command {
		return &confparse.Command{
			Argv: []string{"/bin/sh", "-c", `echo $# "$KEEPALIVED_NAME" $KEEPALIVED_STATE >>` + in(name)},
			User: confparse.User{Name: "root"},
		}
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root: scripts are run as somebody")
	}
	n := newNotifications(cfg, false, slog.New(slog.DiscardHandler))
	lines := make(chan string, 10)
	vrrpOnly := make(chan string, 10)
	for path, to := range map[string]chan string{in("all"): lines, in("lvs"): lines, in("vrrp"): vrrpOnly} {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		go func() {
			for s := bufio.NewScanner(f); s.Scan(); {
				to <- filepath.Base(path) + ": " + s.Text()
			}
		}()
	}
	v := &confparse.VirtualServer{QuorumUp: script("quorum_up"), QuorumDown: script("quorum_down")}
	r := &confparse.RealServer{Address: netip.MustParseAddr("198.51.100.1"), Down: script("notify_down")}
	for _, e := range []compose.ServerEvent{
		{Kind: compose.RealChanged, Virtual: v, Real: r, Name: vsName, Server: rsName},
		{Kind: compose.CheckChanged, Virtual: v, Real: r, Name: vsName, Server: rsName, Check: &confparse.Check{}},
		{Kind: compose.QuorumChanged, Virtual: v, Name: vsName},
		{Kind: compose.QuorumChanged, Virtual: v, Name: vsName, Up: true, Quiet: true},
	} {
		n.tellServer(&e)
	}
	got := map[string]int{}
	for range 4 {
		select {
		case line := <-lines:
			got[line]++
		case <-time.After(10 * time.Second):
			t.Fatal("too few lines: ", got)
		}
	}
	n.close(10 * time.Second)
	want := map[string]int{
		"all: RS " + rsName + " " + vsName + " DOWN": 1, "lvs: RS " + rsName + " " + vsName + " DOWN": 1,
		"all: VS " + vsName + " DOWN": 1, "lvs: VS " + vsName + " DOWN": 1,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if len(lines)+len(vrrpOnly) > 0 {
		t.Error("more lines than there should be")
	}
	for name, want := range map[string]string{"notify_down": "0 " + rsName + " " + vsName + " DOWN\n", "quorum_down": "0 " + vsName + " DOWN\n", "quorum_up": ""} {
		if b, _ := os.ReadFile(in(name)); string(b) != want {
			t.Errorf("%s has run with %q, want %q", name, b, want)
		}
	}
}

// Mail is in keepalived's words.
func TestServerMail(t *testing.T) {
	v := &confparse.VirtualServer{SMTPAlert: true}
	r := &confparse.RealServer{SMTPAlert: true}
	check := func(k confparse.CheckType) *confparse.Check { return &confparse.Check{Type: k} }
	for _, tt := range []struct {
		event      compose.ServerEvent
		noCheckers bool
		want       string
	}{
		{compose.ServerEvent{Kind: compose.CheckChanged, Check: check(confparse.TCPCheck)}, false,
			"Realserver " + rsName + " of virtual server " + vsName + " - DOWN | TCP CHECK failed on service"},
		{compose.ServerEvent{Kind: compose.CheckChanged, Check: check(confparse.SSLGet)}, false,
			"Realserver " + rsName + " of virtual server " + vsName + " - DOWN | CHECK failed on service : HTTP/SSL request failed"},
		{compose.ServerEvent{Kind: compose.CheckChanged, Check: check(confparse.MiscCheck), Up: true}, false,
			"Realserver " + rsName + " of virtual server " + vsName + " - UP | MISC CHECK succeeded on service"},
		{compose.ServerEvent{Kind: compose.CheckChanged, Check: check(confparse.TCPCheck)}, true, ""},
		{compose.ServerEvent{Kind: compose.RealChanged, Check: check(confparse.DNSCheck)}, true,
			"Realserver " + rsName + " of virtual server " + vsName + " - DOWN | DNS_CHECK: failed on service"},
		{compose.ServerEvent{Kind: compose.RealChanged, Check: check(confparse.DNSCheck)}, false, ""},
		{compose.ServerEvent{Kind: compose.CheckChanged, Check: check(confparse.FileCheck)}, false, ""},
		{compose.ServerEvent{Kind: compose.QuorumChanged, Quorum: 1, Sum: 0}, false, "Virtualserver " + vsName + " - DOWN | Lost quorum 1+0=1 <= 0"},
		{compose.ServerEvent{Kind: compose.QuorumChanged, Quorum: 1, Sum: 2, Up: true, Initial: true}, false,
			"Virtualserver " + vsName + " - UP | Starting with quorum up 1+0=1 <= 2"},
		{compose.ServerEvent{Kind: compose.QuorumChanged, Removed: true}, false, "Virtualserver " + vsName + " - DOWN | Shutting down"},
	} {
		tt.event.Virtual, tt.event.Real, tt.event.Name, tt.event.Server = v, r, vsName, rsName
		subject, body := serverMail(&tt.event, tt.noCheckers)
		got := strings.TrimSuffix(subject+" | "+body, " | ")
		if body == "" {
			got = ""
		}
		if got != tt.want {
			t.Errorf("%+v:\n%s\nwant\n%s", tt.event, got, tt.want)
		}
	}
}
