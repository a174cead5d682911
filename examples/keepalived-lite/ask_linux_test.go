package main_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// askConf is an instance: state, priority.
const askConf = `
vrrp_script chk {
	script "/bin/true"
	interval 1
	weight 5
	user root
}
vrrp_instance VI_1 {
	interface eth0
	virtual_router_id 51
	priority @PRIO@
	advert_int 1
	authentication {
		auth_type PASS
		auth_pass 1111
	}
	virtual_ipaddress {
		192.0.2.100/24
	}
	track_script {
		chk
	}
}
`

// ask runs a command of keepalived-lite on the node's host, for its daemon, and
// returns what it printed and its exit status.
func (n *node) ask(t testing.TB, args ...string) (out string, status int) {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "ip", append([]string{"netns", "exec", n.Host.Netns(), path}, args...)...)
	text, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(text), cmd.ProcessState.ExitCode()
}

// get returns what the daemon has at a path of its control socket.
func (n *node) get(t *testing.T, path string) string {
	t.Helper()
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", filepath.Join(n.Dir, "pid.sock"))
	}
	client := http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	resp, err := client.Get("http://daemon" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// An operator's day: to ask a daemon anything, to drain it beside a keepalived,
// and to get it back.
func TestAsk(t *testing.T) {
	s := newStand(t, netlab.Keepalived)
	a := startLite(t, s.a, fill(askConf, "PRIO", "150"))
	s.waitHolders(t, "192.0.2.100", "a", 10*time.Second)
	s.start(reference, s.b, fill(askConf, "PRIO", "100"))
	pid, conf := filepath.Join(a.Dir, "pid"), filepath.Join(a.Dir, "keepalived.conf")

	expect := func(want int, text string, args ...string) {
		t.Helper()
		if out, status := a.ask(t, args...); status != want || !strings.Contains(out, text) {
			t.Errorf("keepalived-lite %s: status %d, want %d, and %q in\n%s", strings.Join(args, " "), status, want, text, out)
		}
	}
	// The script's first result may just be on its way.
	netlab.Eventually(t, 5*time.Second, "the script's weight", func() bool {
		out, _ := a.ask(t, "status", "-p", pid)
		return strings.Contains(out, "155 (150)")
	})
	expect(0, "KEEPALIVED OK - 1 MASTER, 0 BACKUP, 0 FAULT", "check", "-p", pid)
	expect(2, "is MASTER and should be BACKUP", "check", "-p", pid, "--expect", "VI_1=backup")
	expect(0, `0 "Keepalived VI_1" priority=155|`, "check", "-p", pid, "--format=checkmk")
	expect(0, `"level": "ok"`, "check", "-p", pid, "--format=json")
	expect(3, "is none of nagios", "check", "-p", pid, "--format=xml")
	expect(2, "no daemon answers", "check", "--control", filepath.Join(a.Dir, "none"))
	expect(0, "result   success", "test-script", "-f", conf, "chk")
	expect(1, `no instance "VI_2"`, "drain", "-p", pid, "VI_2")
	expect(1, "takes names of instances, or --all, or real servers", "drain", "-p", pid)

	out, status := a.ask(t, "doctor", "-p", pid, "--json")
	var results []struct{ Level, About, Text string }
	if err := json.Unmarshal([]byte(out), &results); err != nil {
		t.Fatalf("%v, status %d\n%s", err, status, out)
	}
	seen := map[string]string{}
	for _, r := range results {
		seen[r.About] += r.Level + " " + r.Text + "\n"
	}
	for about, text := range map[string]string{
		"configuration": "ok 1 instance, 0 sync groups", "capabilities": "ok the daemon has what is needed", "interface": "ok eth0 is up",
		"firewall": "ok a packet of protocol 112", "clock": "woken up", "peers": "no other router has been heard", "others": "", // the reference is in another network namespace
	} {
		if !strings.Contains(seen[about], text) || text == "" && seen[about] != "" {
			t.Errorf("doctor, %s: no %q in %q", about, text, seen[about])
		}
	}

	for path, want := range map[string]string{
		"/":        "VI_1 is MASTER",
		"/metrics": `keepalived_vrrp_state{iname="VI_1",intf="eth0",ip_address="192.0.2.100/24",vrid="51"} 2`,
	} {
		if text := a.get(t, path); !strings.Contains(text, want) {
			t.Errorf("no %q at %s:\n%s", want, path, text)
		}
	}

	// What the reference hears of the drain is priority 0.
	expect(0, "VI_1: drained; 192.0.2.11 is master, with priority 105", "drain", "-p", pid, "VI_1")
	s.waitHolders(t, "192.0.2.100", "b", 2*time.Second)
	expect(1, "WARNING: VI_1: drained", "check", "-p", pid)
	expect(0, "keepalived-lite undrain -p "+pid+" VI_1", "explain", "-p", pid)
	expect(1, "keepalived-lite undrain -p "+pid+" VI_1 ends that", "check", "-p", pid)
	expect(0, "asked to yield", "status", "-p", pid, "--json")
	s.stays(t, "192.0.2.100", "b", 2*time.Second)
	expect(0, "192.0.2.11", "scan", "--for", "2500ms", "-f", conf)
	expect(0, "VI_1: no longer drained", "undrain", "-p", pid, "--all")
	s.waitHolders(t, "192.0.2.100", "a", 10*time.Second)
	expect(0, "KEEPALIVED OK", "check", "-p", pid, "--expect", "VI_1=MASTER")
}
