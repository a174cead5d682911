package netlab

import (
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netns"
)

// Host is one machine of a lab: a network namespace.
type Host struct {
	// Name is the name it was made with.
	Name string

	lab   *Lab
	ns    string
	fd    int
	index int
	devs  int
	procs []*Proc
}

// Host adds a machine with one interface, eth0, on the bridge "lan", see
// [Host.AddLink]. The name is at most nine letters long.
func (l *Lab) Host(name string, prefixes ...string) *Host {
	l.t.Helper()
	h := &Host{Name: name, lab: l, ns: l.name + "-" + name, index: len(l.hosts) + 1}
	l.ip("", "netns add "+h.ns)
	fd, err := unix.Open(netnsDir+h.ns, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		l.t.Fatal(err)
	}
	h.fd = fd
	l.hosts = append(l.hosts, h)
	l.t.Cleanup(func() { h.close() })
	// Addresses are usable at once, and hosts say nothing unasked.
	l.sysctl(h.ns, "net/ipv6/conf/default/accept_dad=0", "net/ipv6/conf/default/dad_transmits=0",
		"net/ipv6/conf/default/router_solicitations=0", "net/ipv6/conf/all/accept_dad=0")
	l.ip(h.ns, "link set lo up")
	h.AddLink("eth0", "lan", prefixes...)
	return h
}

// AddLink adds an interface with a cable to the bridge lan, which is made if
// there is none of that name, and waits until it is usable. The hardware
// address is 02:00:00:00:HH:DD: the hosts of a lab count from 1 in the order they
// were made, a host's interfaces from 0. An IPv6 link-local address follows from it.
func (h *Host) AddLink(dev, lan string, prefixes ...string) {
	l := h.lab
	l.t.Helper()
	l.lan(lan)
	p := &port{host: h, dev: dev, name: h.Name + "-" + dev}
	l.ip(l.bridges(),
		fmt.Sprintf("link add %s type veth peer name %s address 02:00:00:00:%02x:%02x netns %s", p.name, dev, h.index, h.devs, h.ns),
		fmt.Sprintf("link set %s master %s up", p.name, lan))
	h.devs++
	up := []string{"link set " + dev + " up"}
	for _, a := range prefixes {
		up = append(up, "addr add "+a+" dev "+dev)
	}
	l.ip(h.ns, up...)
	err := inNS(l.bridges(), func() error {
		ifi, err := net.InterfaceByName(p.name)
		if err == nil {
			l.mu.Lock()
			l.ports[ifi.Index] = p
			l.mu.Unlock()
		}
		return err
	})
	if err != nil {
		l.t.Fatal(err)
	}
	Eventually(l.t, 5*time.Second, dev+" of "+h.Name+" to come up", func() bool {
		return len(h.Addresses(dev)) > len(prefixes) // with the link-local one
	})
	Eventually(l.t, 5*time.Second, "the switch to forward for "+p.name, func() bool {
		out, err := exec.Command("bridge", "-n", l.bridges(), "link", "show", "dev", p.name).Output()
		return err == nil && strings.Contains(string(out), "state forwarding")
	})
}

// SetPort plugs or unplugs the cable of an interface: without it, the
// interface has no carrier. Frames stop at once; the host's kernel may take up
// to a second to report it, as it does on a real machine.
func (h *Host) SetPort(dev string, up bool) {
	h.lab.t.Helper()
	h.lab.ip(h.lab.bridges(), "link set "+h.Name+"-"+dev+" "+upOrDown(up))
}

// SetLink sets an interface administratively up or down on the host itself.
func (h *Host) SetLink(dev string, up bool) {
	h.lab.t.Helper()
	h.lab.ip(h.ns, "link set "+dev+" "+upOrDown(up))
}

func upOrDown(up bool) string {
	if up {
		return "up"
	}
	return "down"
}

// IP runs commands of iproute2 on the host, such as "addr add 192.0.2.9/24 dev eth0".
func (h *Host) IP(commands ...string) {
	h.lab.t.Helper()
	h.lab.ip(h.ns, commands...)
}

// Sysctl sets kernel parameters of the host, such as "net/ipv4/ip_forward=1".
func (h *Host) Sysctl(settings ...string) {
	h.lab.t.Helper()
	h.lab.sysctl(h.ns, settings...)
}

// NS returns a descriptor of the host's network namespace. It stays open
// until the test ends.
func (h *Host) NS() int { return h.fd }

// Netns returns the name of the host's network namespace, as ip netns has it.
func (h *Host) Netns() string { return h.ns }

// Do runs fn on an OS thread inside the host. Sockets that fn opens stay on
// the host; goroutines that it starts do not run there.
func (h *Host) Do(fn func() error) error { return netns.Do(h.fd, fn) }

// Addresses returns the addresses of an interface in the kernel's order,
// without those that duplicate detection still looks at.
func (h *Host) Addresses(dev string) []netip.Prefix {
	h.lab.t.Helper()
	var prefixes []netip.Prefix
	err := h.Do(func() error {
		ifi, err := net.InterfaceByName(dev)
		if err != nil {
			return err
		}
		addrs, err := ifi.Addrs()
		for _, a := range addrs {
			prefixes = append(prefixes, netip.MustParsePrefix(a.String()))
		}
		return err
	})
	if err != nil && !strings.Contains(err.Error(), "no such network interface") {
		h.lab.t.Fatal(err)
	}
	return prefixes
}

// HasAddress reports whether any interface of the host has the address.
func (h *Host) HasAddress(addr string) bool {
	h.lab.t.Helper()
	want := netip.MustParseAddr(addr)
	found := false
	err := h.Do(func() error {
		addrs, err := net.InterfaceAddrs()
		for _, a := range addrs {
			found = found || netip.MustParsePrefix(a.String()).Addr() == want
		}
		return err
	})
	if err != nil {
		h.lab.t.Fatal(err)
	}
	return found
}

// Crash kills every process on the host at the same instant. Its kernel lives
// on, with all addresses; for a power cut unplug the cable too, see [Host.SetPort].
func (h *Host) Crash() { killAll(h.ns) }

// Freeze stops every process on the host, as a machine that hangs does.
func (h *Host) Freeze() { signalAll(h.ns, unix.SIGSTOP) }

// Thaw lets the processes of a frozen host go on.
func (h *Host) Thaw() { signalAll(h.ns, unix.SIGCONT) }

func (h *Host) close() {
	killAll(h.ns)
	for _, p := range h.procs {
		p.close()
	}
	_ = unix.Close(h.fd)
}
