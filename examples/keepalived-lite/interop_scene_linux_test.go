package main_test

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// side is one of the two nodes of a scene.
type side struct {
	*netlab.Host
	impl     string
	addr     string
	priority int
	proc     *netlab.Proc
	owner    interface{ Changes() []netlab.Ownership }
}

// holds reports whether the node has the address.
func (s *side) holds() bool {
	changes := s.owner.Changes()
	return len(changes) > 0 && changes[len(changes)-1].Has
}

// scene is two nodes and a client on a LAN.
type scene struct {
	flavour
	t      *testing.T
	report *report
	lab    *netlab.Lab
	wire   *netlab.Capture
	a, b   *side
	client *netlab.Host
	probe  *netlab.Prober
}

func newScene(t *testing.T, r *report, f flavour, a, b string) *scene {
	t.Helper()
	needs := []netlab.Need{netlab.Tshark}
	for _, impl := range []string{a, b} {
		switch impl {
		case keepalived:
			needs = append(needs, netlab.Keepalived)
		case frr:
			needs = append(needs, netlab.FRR)
		}
	}
	s := &scene{flavour: f, t: t, report: r, lab: netlab.New(t, needs...)}
	join := func(name, impl, addr string, priority int) *side {
		n := &side{Host: s.lab.Host(name, addr+"/24"), impl: impl, addr: addr, priority: priority}
		if impl == frr {
			n.owner = followFRR(t, n.Host)
		} else {
			n.owner = s.lab.Owners(s.vip(), n.Host)
		}
		return n
	}
	s.a, s.b = join("a", a, "192.0.2.1", 200), join("b", b, "192.0.2.2", 100)
	s.client = s.lab.Host("client", "192.0.2.3/24", "2001:db8::3/64")
	s.wire = s.lab.Capture()
	return s
}

func (s *scene) start(n *side) {
	s.t.Helper()
	peer := s.a
	if n == s.a {
		peer = s.b
	}
	switch n.impl {
	case lite:
		n.proc = startLite(s.t, n.Host, s.keepalivedConf(n.addr, peer.addr, n.priority)).Proc
	case keepalived:
		n.proc = n.Keepalived(s.keepalivedConf(n.addr, peer.addr, n.priority)).Proc
	case frr:
		n.proc = n.FRR(netlab.FRRConfig{VRID: 51, Priority: n.priority, Version: s.version, Interval: s.interval, Addresses: s.vips})
	}
}

// stop ends a node gracefully.
func (s *scene) stop(n *side) {
	s.t.Helper()
	if status := n.proc.Stop(); status != 0 {
		s.t.Errorf("%s: %s ended with status %d", n.Name, n.impl, status)
	}
	if n.impl == frr {
		n.Host.Crash() // zebra
		n.IP("link del vrrp4-51")
	}
}

// crash cuts a node's power, which also makes it forget its addresses.
func (s *scene) crash(n *side) {
	s.t.Helper()
	(&node{Host: n.Host}).Crash()
	if n.impl == frr {
		n.IP("link del vrrp4-51")
		return
	}
	for _, vip := range s.vips {
		if n.HasAddress(netip.MustParsePrefix(vip).Addr().String()) {
			n.IP("addr del " + vip + " dev eth0")
		}
	}
}

// plugIn connects a crashed node again.
func (s *scene) plugIn(n *side) {
	s.t.Helper()
	n.SetPort("eth0", true)
	netlab.Eventually(s.t, 3*time.Second, "a carrier", func() (up bool) {
		_ = n.Do(func() error {
			eth0, err := net.InterfaceByName("eth0")
			up = err == nil && eth0.Flags&net.FlagRunning != 0
			return err
		})
		return up
	})
}

func (s *scene) downInterval(n *side) time.Duration { return 3*s.interval + s.skew(n.priority) }
