package vip_test

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vip"
)

// A process that is killed leaves its addresses; the next one removes them and
// nothing else.
func TestKernelCleanUpAfterKill(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h", "192.0.2.1/24", "192.0.2.50/32")
	before := ipAddr(t, h, "eth0")

	cmd := exec.Command(os.Args[0], "-test.run=^TestHelperHolds$", "-test.v")
	cmd.Env = append(os.Environ(), "VIP_HOLD_NETNS=/run/netns/"+h.Netns())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan() && !strings.HasPrefix(lines.Text(), "holding"); {
		t.Log(lines.Text())
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if got := ipAddr(t, h, "eth0"); !strings.Contains(got, "192.0.2.100/24") || !strings.Contains(got, "2001:db8::100/64") {
		t.Fatalf("the killed process left %s", got)
	}

	m, _ := manage(t, h)
	// The new configuration has other prefix lengths, and one address less.
	if err := m.CleanUp(t.Context(), objects(addresses("eth0", "192.0.2.100/32", "2001:db8::100/128")...)...); err != nil {
		t.Error(err)
	}
	if after := ipAddr(t, h, "eth0"); after != before {
		t.Errorf("left:\n%swas:\n%s", after, before)
	}
}

// TestHelperHolds is the process that TestKernelCleanUpAfterKill kills.
func TestHelperHolds(t *testing.T) {
	path := os.Getenv("VIP_HOLD_NETNS")
	if path == "" {
		t.Skip("runs as a part of TestKernelCleanUpAfterKill")
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := vip.NewManager(vip.Config{Namespace: int(f.Fd())})
	if err != nil {
		t.Fatal(err)
	}
	s := set(t, m, vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/24", "2001:db8::100/64")})
	if err := s.Acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	fmt.Println("\nholding")
	select {}
}

// keepalived adds the same addresses in the same way.
func TestKernelLikeKeepalived(t *testing.T) {
	lab := netlab.New(t, netlab.Keepalived)
	ka, ours := lab.Host("ka", "192.0.2.1/24"), lab.Host("ours", "192.0.2.2/24")
	ka.Keepalived(`
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 255
    virtual_ipaddress {
        192.0.2.100
        192.0.2.101/24 label eth0:web
        198.51.100.1/24 brd 198.51.100.255 scope link
    }
    virtual_ipaddress_excluded {
        2001:db8::100
        2001:db8::101/64
    }
}
`)
	netlab.Eventually(t, 5*time.Second, "keepalived to become master", func() bool { return ka.HasAddress("2001:db8::101") })
	m, _ := manage(t, ours)
	s := set(t, m, vip.SetConfig{Interface: "eth0", Addresses: []vip.Address{
		{Prefix: netip.MustParsePrefix("192.0.2.100/32")},
		{Prefix: netip.MustParsePrefix("192.0.2.101/24"), Label: "eth0:web"},
		{Prefix: netip.MustParsePrefix("198.51.100.1/24"), Scope: vip.ScopeLink, Broadcast: netip.MustParseAddr("198.51.100.255")},
		{Prefix: netip.MustParsePrefix("2001:db8::100/128")},
		{Prefix: netip.MustParsePrefix("2001:db8::101/64")},
	}})
	if err := s.Acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("keepalived's marks: %s", protocols(t, ka, "eth0"))
	want := strings.Replace(ipAddr(t, ka, "eth0"), "192.0.2.1/24", "192.0.2.2/24", 1)
	if got := ipAddr(t, ours, "eth0"); got != want {
		t.Errorf("ours:\n%skeepalived:\n%s", got, want)
	}
}
