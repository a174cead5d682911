package netlinkx

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// startMonitor runs a monitor of the host until the test ends.
func startMonitor(t *testing.T, h *netlab.Host) *Monitor {
	t.Helper()
	m, err := NewMonitor(h.NS())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		if err := m.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return m
}

// await waits until the monitor knows of name what want says.
func await(t *testing.T, m *Monitor, name, what string, want func(i Interface, ok bool) bool) Interface {
	t.Helper()
	var last Interface
	netlab.Eventually(t, 5*time.Second, name+" "+what, func() bool {
		i, ok := m.Interface(name)
		last = i
		return want(i, ok)
	})
	return last
}

func prefixes(list []Address) string {
	var s []string
	for _, a := range list {
		s = append(s, a.Prefix.String())
	}
	return strings.Join(s, " ")
}

func TestMonitorFollowsLinks(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h", "192.0.2.1/24")
	m := startMonitor(t, h)

	i, ok := m.Interface("eth0")
	if !ok || !i.Up || i.Why != "" || i.MTU != 1500 || i.HardwareAddr.String() != "02:00:00:00:01:00" || i.NoARP() {
		t.Fatalf("at start: %+v", i)
	}
	if lo, ok := m.Interface("lo"); !ok || !lo.NoARP() {
		t.Errorf("lo: %+v", lo)
	}

	h.SetPort("eth0", false)
	await(t, m, "eth0", "to lose its carrier", func(i Interface, _ bool) bool { return !i.Up && i.Why == "no carrier" })
	h.SetPort("eth0", true)
	await(t, m, "eth0", "to come back", func(i Interface, _ bool) bool { return i.Up })
	h.SetLink("eth0", false)
	await(t, m, "eth0", "to go down", func(i Interface, _ bool) bool { return i.Why == "administratively down" })

	h.IP("link set eth0 mtu 1400", "link set eth0 name lan7", "link set lan7 address 02:00:00:00:00:77")
	await(t, m, "lan7", "renamed", func(i Interface, ok bool) bool {
		return ok && i.MTU == 1400 && i.HardwareAddr.String() == "02:00:00:00:00:77"
	})
	if _, ok := m.Interface("eth0"); ok {
		t.Error("the old name is still known")
	}
	h.IP("link add eth0 type veth peer name eth1")
	first := await(t, m, "eth0", "to appear", func(_ Interface, ok bool) bool { return ok })
	h.IP("link del eth0")
	await(t, m, "eth0", "to vanish", func(_ Interface, ok bool) bool { return !ok })
	h.IP("link add eth0 type veth peer name eth1")
	again := await(t, m, "eth0", "to appear again", func(_ Interface, ok bool) bool { return ok })
	if first.Index == again.Index {
		t.Errorf("both have index %d", first.Index)
	}
}

// A bridge tells of a port's leaving with the same message type that tells of
// an interface's end.
func TestMonitorKeepsPortThatLeavesBridge(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h")
	m := startMonitor(t, h)
	h.IP("link add br0 type bridge", "link set eth0 master br0", "link set eth0 nomaster", "link add mark type veth")
	await(t, m, "mark", "to appear", func(_ Interface, ok bool) bool { return ok })
	if _, ok := m.Interface("eth0"); !ok {
		t.Error("eth0 is gone")
	}
}

func TestMonitorFollowsAddresses(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h", "192.0.2.1/24")
	m := startMonitor(t, h)

	h.IP("addr add 192.0.2.50/32 dev eth0 label eth0:web scope link",
		"addr add 198.51.100.1/24 dev eth0", "addr add 2001:db8::1/64 dev eth0 nodad")
	i := await(t, m, "eth0", "to have five addresses", func(i Interface, _ bool) bool { return len(i.Addresses) == 5 })
	// The kernel's order, which is not the order of coming.
	want := "192.0.2.50/32 192.0.2.1/24 198.51.100.1/24 2001:db8::1/64 fe80::ff:fe00:100/64"
	if got := prefixes(i.Addresses); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if a := i.Addresses[0]; a.Label != "eth0:web" || a.Scope != unix.RT_SCOPE_LINK || !a.Usable() {
		t.Errorf("%+v", a)
	}

	// With the first primary address its secondaries go, or one of them takes its place.
	h.Sysctl("net/ipv4/conf/eth0/promote_secondaries=1")
	h.IP("addr add 192.0.2.3/24 dev eth0", "addr del 192.0.2.1/24 dev eth0")
	await(t, m, "eth0", "to promote 192.0.2.3", func(i Interface, _ bool) bool {
		return prefixes(i.Addresses[:3]) == "192.0.2.50/32 198.51.100.1/24 192.0.2.3/24" &&
			i.Addresses[2].Flags&unix.IFA_F_SECONDARY == 0
	})
}

func TestMonitorSeesDuplicateDetection(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h")
	h.Sysctl("net/ipv6/conf/eth0/accept_dad=1", "net/ipv6/conf/eth0/dad_transmits=5")
	m := startMonitor(t, h)
	find := func(i Interface) Address {
		for _, a := range i.Addresses {
			if a.Prefix.String() == "2001:db8::5/64" {
				return a
			}
		}
		return Address{}
	}
	h.IP("addr add 2001:db8::5/64 dev eth0 preferred_lft 0")
	i := await(t, m, "eth0", "to have the address", func(i Interface, _ bool) bool { return find(i).Prefix.IsValid() })
	if a := find(i); a.Usable() || !a.Deprecated() {
		t.Errorf("tentative and deprecated: %+v", a)
	}
	h.Sysctl("net/ipv6/conf/eth0/dad_transmits=0")
	h.IP("addr del 2001:db8::5/64 dev eth0", "addr add 2001:db8::5/64 dev eth0")
	await(t, m, "eth0", "to be able to use it", func(i Interface, _ bool) bool { return find(i).Usable() && !find(i).Deprecated() })
}

func TestMonitorSeesForwarding(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h")
	h.Sysctl("net/ipv6/conf/eth0/forwarding=1")
	m := startMonitor(t, h)
	if i, _ := m.Interface("eth0"); !i.Forwarding6 {
		t.Error("off at start")
	}
	h.Sysctl("net/ipv6/conf/all/forwarding=0")
	await(t, m, "eth0", "to stop forwarding", func(i Interface, _ bool) bool { return !i.Forwarding6 })
	h.Sysctl("net/ipv6/conf/all/forwarding=1")
	await(t, m, "eth0", "to forward", func(i Interface, _ bool) bool { return i.Forwarding6 })
}

// A monitor whose buffer runs over has lost notifications for good.
func TestMonitorSurvivesOverrun(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h", "192.0.2.1/24")
	m, err := NewMonitor(h.NS())
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := m.events.SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	m.additions.setReadBuffer(4 << 10)
	var commands []string
	for n := range 300 {
		commands = append(commands, fmt.Sprintf("addr add 10.0.%d.%d/32 dev eth0", n/200, n%200))
	}
	h.IP(commands...)
	h.IP("link add last type veth peer name last1")

	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	await(t, m, "eth0", "to have all addresses", func(i Interface, _ bool) bool { return len(i.Addresses) == 302 })
	await(t, m, "last", "to be there", func(_ Interface, ok bool) bool { return ok })
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestMonitorSubscribe(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h", "192.0.2.1/24")
	m := startMonitor(t, h)
	var calls atomic.Int32
	cancel := m.Subscribe(func() { calls.Add(1) })
	h.SetPort("eth0", false)
	netlab.Eventually(t, time.Second, "a call", func() bool { return calls.Load() > 0 })
	cancel()
	time.Sleep(50 * time.Millisecond) // for a call under way
	before := calls.Load()
	h.SetPort("eth0", true)
	await(t, m, "eth0", "to come up", func(i Interface, _ bool) bool { return i.Up })
	if calls.Load() != before {
		t.Error("called after cancel")
	}
}

// Whoever has seen the address in between must be told that it is gone, though
// the monitor never saw it.
func TestMonitorTellsOfWhatCameAndWent(t *testing.T) {
	lab := netlab.New(t)
	h := lab.Host("h", "192.0.2.1/24")
	m, err := NewMonitor(h.NS())
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	var calls atomic.Int32
	m.Subscribe(func() { calls.Add(1) })
	h.IP("addr add 192.0.2.9/24 dev eth0", "addr del 192.0.2.9/24 dev eth0")

	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	netlab.Eventually(t, time.Second, "a call", func() bool { return calls.Load() > 0 })
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
