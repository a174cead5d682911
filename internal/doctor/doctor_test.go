package doctor

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/internal/report"
)

// patient has the files below a root of its own.
func patient(t *testing.T, conf string, files map[string]string) *Patient {
	t.Helper()
	p := &Patient{Root: t.TempDir(), StatusErr: errors.New("no daemon answers")}
	for name, text := range files {
		path := filepath.Join(p.Root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg, diags := confparse.Parse("k.conf", []byte(conf), confparse.Options{AllowUnsupported: true})
	for _, d := range diags {
		if d.Severity == confparse.Error {
			t.Fatal(diags.Render())
		}
	}
	p.Config = cfg
	return p
}

// expect checks that the results are the wanted ones, by level and part of their
// texts.
func expect(t *testing.T, got []Result, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d results, want %d: %+v", len(got), len(want), got)
	}
	for n, w := range want {
		if text := fmt.Sprintf("%v %s -> %s", got[n].Level, got[n].Text, got[n].Hint); !strings.Contains(text, w) {
			t.Errorf("no %q in %q", w, text)
		}
	}
}

const conf = `
global_defs {
	vrrp_no_swap
}
vrrp_script chk {
	script "/bin/true"
	user nobody
}
vrrp_instance VI_1 {
	interface eth0
	virtual_router_id 51
	virtual_ipaddress {
		192.0.2.100
	}
	track_script {
		chk
	}
}
`

func TestCapabilities(t *testing.T) {
	for name, tt := range map[string]struct {
		caps string
		want []string
	}{
		"root":      {"000001ffffffffff", []string{"OK"}},
		"two":       {"0000000000003000", []string{"CAP_SETUID", "CAP_SETGID", "CAP_KILL", "CAP_IPC_LOCK: vrrp_no_swap has no effect"}},
		"container": {"00000000a80425fb", []string{"CRITICAL we have no CAP_NET_ADMIN: no address", "CAP_IPC_LOCK"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := patient(t, conf, map[string]string{"proc/self/status": "Name:\tx\nCapEff:\t" + tt.caps + "\n"})
			expect(t, capabilities(t.Context(), p), tt.want...)
		})
	}
	p := patient(t, conf, map[string]string{"proc/42/status": "CapEff:\t0000000000001000\n"})
	p.Status = &report.Status{Node: report.Node{PID: 42}}
	if got := capabilities(t.Context(), p); got[0].Level != report.Critical || !strings.Contains(got[0].Text, "the daemon has no CAP_NET_RAW") {
		t.Errorf("%+v", got)
	}
}

func TestSysctls(t *testing.T) {
	p := patient(t, conf, nil)
	expect(t, sysctls(t.Context(), p), "OK")

	p = patient(t, `
vrrp_instance VI_6 {
	interface eth0
	virtual_router_id 51
	use_vmac
	virtual_ipaddress {
		fe80::100
	}
}
virtual_server 192.0.2.100 80 {
	lb_algo rr
	lb_kind NAT
	real_server 192.0.2.201 80 {
	}
}
`, map[string]string{
		"proc/sys/net/ipv4/ip_forward":                  "0\n",
		"proc/sys/net/ipv6/conf/eth0/disable_ipv6":      "1\n",
		"proc/sys/net/ipv4/conf/eth0/arp_ignore":        "0\n",
		"proc/sys/net/ipv4/conf/eth0/not_looked_at_yet": "0\n",
	})
	expect(t, sysctls(t.Context(), p), "ip_forward is 0: lb_kind NAT", "VI_6 advertises over IPv6", "own MAC address too")
	expect(t, balancer(t.Context(), p), "CRITICAL the kernel's load balancer is not loaded -> modprobe ip_vs")
}

func TestRules(t *testing.T) {
	table := func(rules ...string) string {
		return "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy accept;\n\t\t" + strings.Join(rules, "\n\t\t") + "\n\t}\n}\n"
	}
	closed := strings.ReplaceAll(table("tcp dport 22 accept"), "policy accept", "policy drop")
	for name, tt := range map[string]struct {
		rules string
		want  []string
	}{
		"none":                  {"", nil},
		"open":                  {table("tcp dport 22 drop"), nil},
		"iptables -p vrrp DROP": {table("meta l4proto vrrp counter packets 0 bytes 0 drop"), []string{"CRITICAL a rule of chain input"}},
		"by number":             {table("ip protocol 112 reject"), []string{"is a reject"}},
		"in a set":              {table("meta l4proto { tcp, 112 } drop"), []string{"is a drop"}},
		"an address":            {table("ip saddr 192.0.2.112 drop"), nil},
		"closed":                {closed, []string{"WARNING chain input (input) drops what no rule accepts"}},
		"closed in the end":     {table("ct state established accept", "reject with icmpx admin-prohibited"), []string{"chain input (input)"}},
		"closed, but for us":    {closed + "table ip x {\n\tchain allow {\n\t\tip protocol vrrp accept\n\t}\n}\n", nil},
		"nobody's hook":         {"table ip x {\n\tchain mine {\n\t\ttcp dport 22 accept\n\t\tdrop\n\t}\n}\n", nil},
	} {
		t.Run(name, func(t *testing.T) { expect(t, judgeRules(tt.rules), tt.want...) })
	}
}

func TestOthers(t *testing.T) {
	p := patient(t, conf, map[string]string{
		"proc/1/comm": "init\n", "proc/self/comm": "doctor\n",
		"proc/77/comm": "keepalived\n", "proc/77/status": "Name:\tkeepalived\nPPid:\t1\n",
		"proc/78/comm": "keepalived\n", "proc/78/status": "Name:\tkeepalived\nPPid:\t77\n",
		"proc/90/comm": "keepalived\n", "proc/90/status": "Name:\tkeepalived\nPPid:\t1\n",
		"proc/91/comm": "keepalived\n", "proc/91/status": "Name:\tkeepalived\nPPid:\t90\n",
		"proc/95/comm": "vrrpd\n",
		"proc/96/comm": "keepalived\n", "proc/96/status": "Name:\tkeepalived\nState:\tZ (zombie)\nPPid:\t1\n",
	})
	for pid, space := range map[string]string{"self": "net:[1]", "77": "net:[1]", "78": "net:[1]", "90": "net:[2]", "91": "net:[2]"} {
		dir := filepath.Join(p.Root, "proc", pid, "ns")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(space, filepath.Join(dir, "net")); err != nil {
			t.Fatal(err)
		}
	}
	// Processes 78 and 91 are children, 90 and 91 are elsewhere, 96 has ended; of 95 nobody knows.
	expect(t, others(t.Context(), p), "keepalived runs here as well, process 77", "vrrpd runs here as well, process 95")
}

func TestDaemon(t *testing.T) {
	p := patient(t, conf, nil)
	expect(t, daemon(t.Context(), p), "WARNING no daemon answers")
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	p.Status = &report.Status{At: now, Node: report.Node{PID: 42, Started: now.Add(-time.Hour)}, Instances: []report.Instance{
		{Name: "VI_1", State: "BACKUP", Link: "up", Peers: []report.Peer{{Address: netip.MustParseAddr("192.0.2.1"), Priority: 200, Heard: now.Add(-400 * time.Millisecond)}}},
		{Name: "VI_2", State: "MASTER", Link: "up", Split: true, Counters: report.CounterTable{Stalls: 3}},
	}}
	expect(t, daemon(t.Context(), p), "process 42: 1 MASTER, 1 BACKUP, 0 FAULT, up 1h0m0s", "VI_1: last advert of 192.0.2.1 0.4 s ago, priority 200",
		"VI_2: no other router has been heard -> backups are silent", "3 times the daemon did not run", "CRITICAL VI_2: SPLIT BRAIN")
	if Worst(daemon(t.Context(), p)) != report.Critical {
		t.Error("a split brain is not critical")
	}
}

func TestConfigurationError(t *testing.T) {
	expect(t, configuration(t.Context(), &Patient{ConfigErr: "k.conf cannot be used"}), "CRITICAL k.conf cannot be used -> keepalived-lite -t")
}
