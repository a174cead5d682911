package check_test

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

func ping(t *testing.T, target check.Target, timeout time.Duration) check.Result {
	t.Helper()
	p, err := check.NewPing(check.PingConfig{Target: target})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	return p.Check(ctx)
}

func host(addr string) netip.AddrPort { return netip.AddrPortFrom(netip.MustParseAddr(addr), 0) }

func TestPing(t *testing.T) {
	lab := netlab.New(t)
	a := lab.Host("a", "192.0.2.1/24", "2001:db8::1/64")
	lab.Host("b", "192.0.2.2/24", "2001:db8::2/64")
	deaf := lab.Host("deaf", "192.0.2.3/24")
	deaf.Run("nft", "add table t; add chain t in { type filter hook input priority 0; }; add rule t in ip protocol icmp drop")
	a.IP("route add unreachable 198.51.100.0/24", "addr add 192.0.2.11/32 dev eth0", "rule add fwmark 8 unreachable")
	a.Run("ip", "-6", "rule", "add", "fwmark", "8", "unreachable")
	for _, tt := range []struct {
		name   string
		target check.Target
		reason check.Reason
		detail string
	}{
		{"IPv4", check.Target{Addr: host("192.0.2.2")}, check.ReasonOK, "ping 192.0.2.2 is answered"},
		{"IPv6", check.Target{Addr: host("2001:db8::2")}, check.ReasonOK, "ping 2001:db8::2 is answered"},
		{"mapped", check.Target{Addr: host("::ffff:192.0.2.2")}, check.ReasonOK, "ping 192.0.2.2 is answered"},
		{"itself", check.Target{Addr: host("192.0.2.1")}, check.ReasonOK, "ping 192.0.2.1 is answered"},
		{"source, interface, mark", check.Target{Addr: host("192.0.2.2"), Source: host("192.0.2.11"), Interface: "eth0", Mark: 7}, check.ReasonOK, ""},
		{"mark that is led nowhere (fault 14 of keepalived: it sets none)", check.Target{Addr: host("192.0.2.2"), Mark: 8}, check.ReasonUnreachable, ""},
		{"mark that is led nowhere, IPv6", check.Target{Addr: host("2001:db8::2"), Mark: 8}, check.ReasonUnreachable, ""},
		{"source that is not there", check.Target{Addr: host("192.0.2.2"), Source: host("192.0.2.99")}, check.ReasonLocal, "bind: cannot assign requested address"},
		{"deaf", check.Target{Addr: host("192.0.2.3")}, check.ReasonTimeout, "ping 192.0.2.3: timed out"},
		{"nobody", check.Target{Addr: host("192.0.2.4")}, check.ReasonTimeout, ""},
		{"no way", check.Target{Addr: host("198.51.100.1")}, check.ReasonUnreachable, "no route to host"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.target.Namespace = a.NS()
			begun := time.Now()
			r := ping(t, tt.target, 500*time.Millisecond)
			if r.OK != (tt.reason == check.ReasonOK) || r.Reason != tt.reason || !strings.Contains(r.Detail, tt.detail) || time.Since(begun) > 600*time.Millisecond {
				t.Errorf("after %v: %+v", time.Since(begun), r)
			}
		})
	}

	t.Run("many at a time", func(t *testing.T) {
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				if r := ping(t, check.Target{Addr: host("192.0.2.2"), Namespace: a.NS()}, 5*time.Second); !r.OK {
					t.Errorf("ping %d: %+v", i, r)
				}
			})
		}
		wg.Wait()
	})
}

// TestPingUnprivileged: without privileges the kernel's own echo sockets do, if
// the group may. The test runs itself on the host, as another user.
func TestPingUnprivileged(t *testing.T) {
	if os.Geteuid() != 0 && os.Getenv("PING_TEST") != "" {
		for _, addr := range []string{"192.0.2.2", "2001:db8::2"} {
			r := ping(t, check.Target{Addr: host(addr)}, time.Second)
			fmt.Println(addr, r.Reason, r.Detail)
		}
		return
	}
	lab := netlab.New(t)
	a := lab.Host("a", "192.0.2.1/24", "2001:db8::1/64")
	lab.Host("b", "192.0.2.2/24", "2001:db8::2/64")
	binary := filepath.Join(t.TempDir(), "test")
	self, err := os.ReadFile("/proc/self/exe")
	for _, err := range []error{
		err, os.WriteFile(binary, self, 0o755),
		os.Chmod(filepath.Dir(binary), 0o755), os.Chmod(filepath.Dir(filepath.Dir(binary)), 0o755),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for setting, want := range map[string]string{
		"0 2147483647": "ok",
		"1 0":          "local ping 2001:db8::2: socket: permission denied: run as root, give CAP_NET_RAW, or put group 4712 into net.ipv4.ping_group_range",
	} {
		a.Sysctl("net/ipv4/ping_group_range=" + setting)
		var out bytes.Buffer
		cmd := exec.Command(binary, "-test.run=^TestPingUnprivileged$", "-test.v")
		cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = "/", []string{"PING_TEST=1"}, &out, &out
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 4711, Gid: 4712}}
		if err := a.Do(cmd.Start); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil || !strings.Contains(out.String(), "192.0.2.2 "+want[:2]) || !strings.Contains(out.String(), "2001:db8::2 "+want) {
			t.Errorf("range %s: %v\n%s", setting, err, &out)
		}
	}
}

func TestPingLinkLocal(t *testing.T) {
	lab := netlab.New(t)
	a := lab.Host("a", "192.0.2.1/24", "fe80::a/64")
	lab.Host("b", "192.0.2.2/24", "fe80::b/64")
	if r := ping(t, check.Target{Addr: host("fe80::b"), Interface: "eth0", Namespace: a.NS()}, time.Second); !r.OK {
		t.Errorf("by interface: %+v", r)
	}
	if r := ping(t, check.Target{Addr: host("fe80::b%eth0"), Namespace: a.NS()}, time.Second); !r.OK {
		t.Errorf("by zone: %+v", r)
	}
	for addr, want := range map[netip.AddrPort]string{
		host("fe80::1"): "ping of fe80::1: fe80::1 is link-local: say on which interface (bind_if, or fe80::1%eth0)",
		{}:              "ping of invalid IP: no address to connect to",
	} {
		if _, err := check.NewPing(check.PingConfig{Target: check.Target{Addr: addr}}); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
