package vip_test

import (
	"errors"
	"fmt"
	"net/netip"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vip"
)

func TestKernelContract(t *testing.T) {
	lab := netlab.New(t)
	k, err := vip.NewKernel(lab.Host("h", "192.0.2.1/24").NS())
	if err != nil {
		t.Fatal(err)
	}
	testKernel(t, k)
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

// Every host hears of every address before it hears of any twice.
func TestKernelAnnouncesInRounds(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h", "192.0.2.1/24")
	wire := lab.Capture()
	m, _ := manage(t, h)
	var list []vip.Address
	var round []string
	for n := range 20 {
		a := fmt.Sprintf("192.0.2.%d", 100+n)
		list = append(list, addresses("eth0", a+"/32")...)
		round = append(round, a)
	}
	s := set(t, m, vip.SetConfig{Addresses: list})
	start := time.Now()
	if err := s.Acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := hears(t, wire, start, 100); !slices.Equal(got, slices.Repeat(round, 5)) {
		t.Errorf("heard %v", got)
	}
	if err := s.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ipAddr(t, h, "eth0"); strings.Count(got, "\n") != 1 {
		t.Errorf("left: %s", got)
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
	if err := down.Acquire(t.Context()); !errors.Is(err, syscall.ENETDOWN) {
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

// Where IPv6 is disabled nothing is gained by trying at every event; when it is
// enabled, the address is there at once.
func TestKernelIPv6Disabled(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h", "192.0.2.1/24")
	m, _ := manage(t, h)
	s := set(t, m, vip.SetConfig{Addresses: addresses("eth0", "2001:db8::100/64")})
	if err := s.Acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.Sysctl("net/ipv6/conf/eth0/disable_ipv6=1")
	time.Sleep(3500 * time.Millisecond) // the next attempt is due in four seconds
	if got := ipAddr(t, h, "eth0"); strings.Contains(got, "inet6") {
		t.Errorf("eth0: %s", got)
	}
	h.Sysctl("net/ipv6/conf/eth0/disable_ipv6=0")
	netlab.Eventually(t, time.Second, "the address to come back", func() bool {
		return strings.Contains(ipAddr(t, h, "eth0"), "2001:db8::100/64")
	})
	if len(s.Trouble()) != 0 {
		t.Error("trouble, though the address was not put back at once")
	}
}
