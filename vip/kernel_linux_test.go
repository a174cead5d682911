package vip_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/internal/netlinkx"
	"github.com/vrrpkit/vrrpkit/vip"
)

// manage runs a manager on the host until the test ends, or stop is called.
func manage(t testing.TB, h *netlab.Host) (m *vip.Manager, stop func()) {
	t.Helper()
	m, err := vip.NewManager(vip.Config{NetNS: h.NS(), Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
	t.Cleanup(stop)
	return m, stop
}

func set(t testing.TB, m *vip.Manager, cfg vip.SetConfig) *vip.Set {
	t.Helper()
	s, err := m.Add(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ipAddr returns what ip(8) says of the addresses of an interface, without the
// link-local one that every interface has, and without what only newer
// versions say.
func ipAddr(t testing.TB, h *netlab.Host, dev string) string {
	t.Helper()
	out, err := exec.Command("ip", "-n", h.Netns(), "-o", "addr", "show", "dev", dev).CombinedOutput()
	if err != nil {
		t.Fatalf("ip: %v: %s", err, out)
	}
	var b strings.Builder
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "fe80::ff:") {
			continue
		}
		words := strings.Fields(strings.ReplaceAll(line, `\`, ""))[2:]
		if at := slices.Index(words, "proto"); at >= 0 {
			words = slices.Delete(words, at, at+2)
		}
		b.WriteString(strings.Join(words, " "))
		b.WriteByte('\n')
	}
	return b.String()
}

func TestKernelAddresses(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h", "192.0.2.1/24")
	h.AddLink("eth1", "lan")
	before := ipAddr(t, h, "eth0")
	m, stop := manage(t, h)
	s := set(t, m, vip.SetConfig{Interface: "eth0", Addresses: []vip.Address{
		{Prefix: netip.MustParsePrefix("192.0.2.100/32")},
		{Prefix: netip.MustParsePrefix("192.0.2.101/24"), Label: "eth0:web"},
		{Prefix: netip.MustParsePrefix("198.51.100.1/24"), Scope: vip.ScopeLink, Broadcast: netip.MustParseAddr("198.51.100.255")},
		{Prefix: netip.MustParsePrefix("2001:db8::100/128")},
		{Prefix: netip.MustParsePrefix("2001:db8::101/64")},
		{Prefix: netip.MustParsePrefix("fe80::5e:100/64")},
		{Prefix: netip.MustParsePrefix("203.0.113.1/24"), Interface: "eth1"},
	}})
	for range 2 {
		if err := s.Acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
		const want = `inet 198.51.100.1/24 brd 198.51.100.255 scope link eth0 valid_lft forever preferred_lft forever
inet 192.0.2.1/24 scope global eth0 valid_lft forever preferred_lft forever
inet 192.0.2.100/32 scope global eth0 valid_lft forever preferred_lft forever
inet 192.0.2.101/24 scope global secondary eth0:web valid_lft forever preferred_lft forever
inet6 2001:db8::101/64 scope global nodad valid_lft forever preferred_lft forever
inet6 2001:db8::100/128 scope global nodad deprecated valid_lft forever preferred_lft 0sec
inet6 fe80::5e:100/64 scope link nodad valid_lft forever preferred_lft forever
`
		if got := ipAddr(t, h, "eth0"); got != want {
			t.Errorf("got:\n%swant:\n%s", got, want)
		}
		if got := ipAddr(t, h, "eth1"); !strings.Contains(got, "203.0.113.1/24") {
			t.Errorf("eth1: %s", got)
		}
		if got := protocols(t, h, "eth0"); got != "198.51.100.1/24=18 192.0.2.1/24=0 192.0.2.100/32=18 192.0.2.101/24=18 "+
			"2001:db8::101/64=18 2001:db8::100/128=18 fe80::5e:100/64=18" {
			t.Errorf("who added them: %s", got)
		}
	}
	stop()
	if after := ipAddr(t, h, "eth0"); after != before {
		t.Errorf("left:\n%swas:\n%s", after, before)
	}
}

// protocols returns the mark of each address.
func protocols(t *testing.T, h *netlab.Host, dev string) string {
	t.Helper()
	c, err := netlinkx.Dial(h.NS())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	list, err := c.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	var marks []string
	for _, i := range list {
		for _, a := range i.Addresses {
			if i.Name == dev && !strings.HasPrefix(a.Prefix.String(), "fe80::ff:") {
				marks = append(marks, fmt.Sprintf("%v=%d", a.Prefix, a.Protocol))
			}
		}
	}
	return strings.Join(marks, " ")
}

// hears waits for n announcements and returns them as the addresses in order,
// after it has compared each frame with the one expected.
func hears(t *testing.T, wire *netlab.Capture, since time.Time, n int) []string {
	t.Helper()
	var list []string
	netlab.Eventually(t, 2*time.Second, fmt.Sprintf("%d announcements", n), func() bool {
		list = nil
		for _, f := range wire.Frames() {
			if f.At.Before(since) {
				continue
			}
			if a, ok := f.ARP(); ok && a.Gratuitous() {
				list = append(list, a.Sender.String())
			} else if target, ok := f.NeighborAdvert(); ok {
				list = append(list, target.String())
			}
		}
		return len(list) >= n
	})
	return list
}

func TestKernelAnnouncements(t *testing.T) {
	lab := netlab.New(t, netlab.Tshark)
	h := lab.Host("h", "192.0.2.1/24")
	h.Sysctl("net/ipv6/conf/eth0/forwarding=1")
	wire := lab.Capture()
	m, _ := manage(t, h)
	s := set(t, m, vip.SetConfig{Schedule: vip.Schedule{Repeat: 2, Delay: 100 * time.Millisecond},
		Addresses: addresses("eth0", "192.0.2.100/32", "2001:db8::100/128")})
	start := time.Now()
	if err := s.Acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	list := hears(t, wire, start, 8)
	if want := strings.Fields(strings.Repeat("192.0.2.100 2001:db8::100 ", 4)); !slices.Equal(list, want) {
		t.Errorf("heard %v", list)
	}
	routers := func() int {
		return len(wire.Tshark("-Y", "icmpv6.type==136 && icmpv6.nd.na.flag.r==1 && icmpv6.nd.na.flag.o==1 && ipv6.hlim==255"))
	}
	if n := routers(); n != 4 {
		t.Errorf("%d advertisements of a router", n)
	}
	if bad := wire.BadChecksums(); len(bad) > 0 {
		t.Errorf("bad checksums: %v", bad)
	}
	// The flag follows the setting.
	h.Sysctl("net/ipv6/conf/eth0/forwarding=0")
	time.Sleep(50 * time.Millisecond)
	if err := s.Acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	hears(t, wire, start, 16)
	if n := routers(); n != 4 {
		t.Errorf("%d advertisements of a router without forwarding", n)
	}
}

// What it is all for: a client that knew one host as the address's holder
// talks to the other, which it has never asked.
func TestKernelNeighboursFollow(t *testing.T) {
	lab := netlab.New(t)
	a, b := lab.Host("a", "192.0.2.1/24"), lab.Host("b", "192.0.2.2/24")
	client := lab.Host("client", "192.0.2.3/24")
	list := addresses("eth0", "192.0.2.100/32", "2001:db8::100/128")
	ma, _ := manage(t, a)
	mb, _ := manage(t, b)
	sa, sb := set(t, ma, vip.SetConfig{Addresses: list}), set(t, mb, vip.SetConfig{Addresses: list})
	client.IP("neigh replace 192.0.2.100 lladdr 02:00:00:00:ee:ee dev eth0 nud stale",
		"neigh replace 2001:db8::100 lladdr 02:00:00:00:ee:ee dev eth0 nud stale")
	knows := func(mac string) func() bool {
		return func() bool {
			out, err := exec.Command("ip", "-n", client.Netns(), "neigh", "show", "dev", "eth0").CombinedOutput()
			if err != nil {
				t.Fatalf("ip: %v: %s", err, out)
			}
			s := string(out)
			return strings.Contains(s, "192.0.2.100 lladdr "+mac) && strings.Contains(s, "2001:db8::100 lladdr "+mac)
		}
	}
	for range 2 {
		if err := sa.Acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
		netlab.Eventually(t, time.Second, "the client to know a", knows("02:00:00:00:01:00"))
		if err := sa.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := sb.Acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
		netlab.Eventually(t, time.Second, "the client to know b", knows("02:00:00:00:02:00"))
		if err := sb.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// Interfaces without neighbours, and those without a carrier, carry addresses.
func TestKernelOddInterfaces(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h", "192.0.2.1/24")
	m, _ := manage(t, h)
	lo := set(t, m, vip.SetConfig{Addresses: addresses("lo", "192.0.2.100/32", "2001:db8::100/128")})
	if err := lo.Acquire(t.Context()); err != nil {
		t.Error(err)
	}
	if got := ipAddr(t, h, "lo"); !strings.Contains(got, "192.0.2.100/32") || !strings.Contains(got, "2001:db8::100/128") {
		t.Errorf("lo: %s", got)
	}
	h.SetLink("eth0", false)
	down := set(t, m, vip.SetConfig{Addresses: addresses("eth0", "192.0.2.101/32")})
	err := down.Acquire(t.Context())
	if err == nil || !strings.Contains(err.Error(), "network is down") {
		t.Errorf("interface down: %v", err)
	}
	if got := ipAddr(t, h, "eth0"); !strings.Contains(got, "192.0.2.101/32") {
		t.Errorf("eth0: %s", got)
	}
	// An interface that comes late gets its addresses then; one that goes takes
	// them along.
	late := set(t, m, vip.SetConfig{Addresses: addresses("late", "192.0.2.102/32")})
	if err := late.Acquire(t.Context()); err == nil {
		t.Error("no error for an interface that is not there")
	}
	h.IP("link add late type veth peer name peer", "link set peer up", "link set late up")
	netlab.Eventually(t, time.Second, "the late interface to get its address", func() bool {
		return strings.Contains(ipAddr(t, h, "late"), "192.0.2.102/32")
	})
	h.IP("link del late")
	for _, s := range []*vip.Set{lo, down, late} {
		if err := s.Release(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestKernelPutsBack(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h", "192.0.2.1/24")
	m, _ := manage(t, h)
	s := set(t, m, vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/24", "192.0.2.101/24", "2001:db8::100/64"),
		Schedule: vip.Schedule{Repeat: 1}})
	if err := s.Acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := ipAddr(t, h, "eth0")
	for n := range netlab.Count(3, 100) {
		h.IP("addr del 192.0.2.101/24 dev eth0", "addr del 2001:db8::100/64 dev eth0")
		netlab.Eventually(t, time.Second, "the addresses to come back, time "+strconv.Itoa(n), func() bool {
			return ipAddr(t, h, "eth0") == want
		})
	}
	// The kernel removes virtual addresses along with the host's own.
	h.IP("addr del 192.0.2.1/24 dev eth0")
	netlab.Eventually(t, time.Second, "the secondary addresses to come back", func() bool {
		now := ipAddr(t, h, "eth0")
		return strings.Contains(now, "192.0.2.100/24") && strings.Contains(now, "192.0.2.101/24")
	})
	if len(s.Trouble()) == 0 {
		t.Error("no trouble")
	}
}

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
	if err := m.CleanUp(t.Context(), addresses("eth0", "192.0.2.100/32", "2001:db8::100/128")...); err != nil {
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
	m, err := vip.NewManager(vip.Config{NetNS: int(f.Fd())})
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
