//go:build linux

package vrrp_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// flavour is a way in which a router of ours and another implementation are
// configured alike. The other one is 192.0.2.2, ours 192.0.2.1.
type flavour struct {
	name     string
	ours     func(*vrrp.Config)
	conf     string // of keepalived's instance
	vip      string // default: 192.0.2.100/24
	version  int    // default: 3
	interval time.Duration
	vmac     bool
	frr      bool // FRR can do it
	always   bool // not in a soak only
}

var flavours = []flavour{
	{name: "v2", version: 2, frr: true},
	{name: "v2 PASS", version: 2, ours: func(c *vrrp.Config) { c.Password = "s3cret99" }, conf: "authentication { auth_type PASS\n auth_pass s3cret99\n }"},
	{name: "v2 AH", version: 2, always: true, ours: func(c *vrrp.Config) { c.Password, c.AuthHeader = "s3cret99", true },
		conf: "authentication { auth_type AH\n auth_pass s3cret99\n }"},
	{name: "v2 AH unicast", version: 2, always: true, ours: func(c *vrrp.Config) {
		c.Password, c.AuthHeader, c.Peers = "s3cret99", true, []netip.Addr{netip.MustParseAddr("192.0.2.2")}
	}, conf: "authentication { auth_type AH\n auth_pass s3cret99\n }\n unicast_src_ip 192.0.2.2\n unicast_peer { 192.0.2.1\n }"},
	{name: "v3 IPv4", frr: true},
	{name: "v3 IPv6", vip: "fe80::5e:100/64", frr: true},
	{name: "v2 unicast", version: 2, ours: func(c *vrrp.Config) { c.Peers = []netip.Addr{netip.MustParseAddr("192.0.2.2")} },
		conf: "unicast_src_ip 192.0.2.2\n unicast_peer { 192.0.2.1\n }"},
	{name: "v3 unicast", ours: func(c *vrrp.Config) { c.Peers = []netip.Addr{netip.MustParseAddr("192.0.2.2")} },
		conf: "unicast_src_ip 192.0.2.2\n unicast_peer { 192.0.2.1\n }"},
	{name: "v3 IPv6 unicast", vip: "2001:db8::100/64", ours: func(c *vrrp.Config) { c.Peers = []netip.Addr{netip.MustParseAddr("2001:db8::2")} },
		conf: "unicast_src_ip 2001:db8::2\n unicast_peer { 2001:db8::1\n }"},
	{name: "v3 vmac", conf: "use_vmac", vmac: true, frr: true},
	{name: "v3 vmac IPv6", vip: "fe80::5e:100/64", conf: "use_vmac", vmac: true, frr: true},
	{name: "v3 vmac_xmit_base", conf: "use_vmac\n vmac_xmit_base", vmac: true},
	{name: "v3 10 ms", interval: 10 * time.Millisecond, frr: true},
}

func (f flavour) withDefaults() flavour {
	setIf(&f.vip, "192.0.2.100/24")
	setIf(&f.version, 3)
	setIf(&f.interval, time.Second)
	return f
}

func setIf[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// match is a lab with a router of ours and another implementation's.
type match struct {
	flavour
	t         *testing.T
	lab       *netlab.Lab
	here      *netlab.Host
	there     *netlab.Host
	implement string // keepalived or frr

	router *vrrp.Router
	stop   func()
	other  interface{ Stop() int }
}

func newMatch(t *testing.T, f flavour, implementation string) *match {
	t.Helper()
	lab := netlab.New(t)
	m := &match{flavour: f.withDefaults(), t: t, lab: lab, implement: implementation}
	m.here, m.there = lab.Host("ours", "192.0.2.1/24", "2001:db8::1/64"), lab.Host("theirs", "192.0.2.2/24", "2001:db8::2/64")
	if m.vmac {
		family := 1
		if netip.MustParsePrefix(m.vip).Addr().Is6() {
			family = 2
		}
		m.here.IP("link add vrrp.51 link eth0 type macvlan mode private",
			fmt.Sprintf("link set vrrp.51 addrgenmode none address 00:00:5e:00:%02x:33 up", family))
	}
	return m
}

// ours starts our router.
func (m *match) ours(priority uint8, edit func(*vrrp.Config)) {
	m.t.Helper()
	m.router, m.stop = m.run(m.here, priority, m.flavour.ours, edit)
}

// run runs a router of ours on a host.
func (m *match) run(h *netlab.Host, priority uint8, edits ...func(*vrrp.Config)) (r *vrrp.Router, stop func()) {
	m.t.Helper()
	cfg := vrrp.Config{
		Interface: "eth0", VRID: 51, Priority: priority, Version: vrrp.Version(m.version), Interval: m.interval,
		Addresses: prefixes(m.vip), Checksum: packet.PseudoHeader,
		Compat: vrrp.Compat{AnswerLosing: true, AnyFirstAddress: true},
	}
	if m.vmac {
		cfg.VMAC, cfg.XmitBase = "vrrp.51", strings.Contains(m.conf, "vmac_xmit_base")
	}
	for _, e := range edits {
		if e != nil {
			e(&cfg)
		}
	}
	network, err := vrrp.NewNetwork(vrrp.NetworkConfig{Namespace: h.NS()})
	if err != nil {
		m.t.Fatal(err)
	}
	host := vrrp.NewHost(vrrp.HostConfig{Network: network})
	if r, err = host.Add(cfg); err != nil {
		m.t.Fatal(err)
	}
	return r, runHost(m.t, host)
}

// theirs starts the other implementation.
func (m *match) theirs(priority int, more string) {
	m.t.Helper()
	if m.implement == "frr" {
		m.other = m.there.FRR(netlab.FRRConfig{VRID: 51, Priority: priority, Version: m.version, Interval: m.interval, Addresses: []string{m.vip}})
		return
	}
	interval := "1"
	if m.interval < time.Second {
		interval = fmt.Sprint(m.interval.Seconds())
	}
	m.other = m.there.Keepalived(fmt.Sprintf("vrrp_instance VI_1 {\n state BACKUP\n interface eth0\n virtual_router_id 51\n version %d\n priority %d\n advert_int %s\n %s\n %s\n virtual_ipaddress {\n  %s\n }\n}\n",
		m.version, priority, interval, m.conf, more, m.vip))
}

// weLead and theyLead wait for one master, which the other one hears.
func (m *match) weLead() {
	m.t.Helper()
	netlab.Eventually(m.t, 8*time.Second, "ours to be master and theirs not", func() bool {
		return m.router.Snapshot().State == vrrp.Master && !m.theyClaim()
	})
}

func (m *match) theyLead() {
	m.t.Helper()
	netlab.Eventually(m.t, 8*time.Second, "theirs to be master and ours not", func() bool {
		s := m.router.Snapshot()
		return s.State == vrrp.Backup && s.Peer.Priority > 0 && time.Since(s.Peer.At) < 2*m.interval && m.theyClaim()
	})
}

// theyClaim reports whether the other side holds the address. FRR always does,
// so that what it advertises has to tell.
func (m *match) theyClaim() bool {
	if m.implement == "frr" {
		s := m.router.Snapshot().Peer
		return s.Priority > 0 && time.Since(s.At) < 3*m.interval/2
	}
	return m.there.HasAddress(netip.MustParsePrefix(m.vip).Addr().String())
}

// stays checks that nothing changes for some intervals.
func (m *match) stays(want vrrp.State) {
	m.t.Helper()
	before := m.router.Snapshot()
	time.Sleep(max(2*m.interval, 300*time.Millisecond))
	after := m.router.Snapshot()
	if after.State != want || after.Seq != before.Seq {
		m.t.Errorf("ours is %v after %d transitions, want %v without any", after.State, after.Seq-before.Seq, want)
	}
	for reason, n := range after.Counters.Errors {
		if n > 0 {
			m.t.Errorf("%d packets: %v", n, packet.Reason(reason))
		}
	}
}

// TestInteropMatrix: ours leads, hands over with priority 0, comes back as a
// backup, and takes over when the other one leaves.
func TestInteropMatrix(t *testing.T) {
	slots := make(chan struct{}, 4) // labs that mostly wait
	for _, f := range flavours {
		for _, implementation := range []string{"keepalived", "frr"} {
			if implementation == "frr" && !f.frr || !netlab.Soak() && !(f.always && implementation == "keepalived") {
				continue
			}
			t.Run(strings.ReplaceAll(f.name, " ", "-")+"/"+implementation, func(t *testing.T) {
				t.Parallel()
				slots <- struct{}{}
				t.Cleanup(func() { <-slots })
				m := newMatch(t, f, implementation)
				m.theirs(100, "")
				m.ours(200, nil)
				m.weLead()
				m.stays(vrrp.Master)
				m.stop()
				m.ours(90, nil)
				m.theyLead()
				m.stays(vrrp.Backup)
				m.other.Stop()
				m.weLead()
				if s := m.router.Snapshot(); s.Reason != vrrp.ReasonPriorityZero {
					t.Errorf("master because of %v, want %v", s.Reason, vrrp.ReasonPriorityZero)
				}
			})
		}
	}
}

// TestInteropElection: who gets the role when both are there, or meet again.
func TestInteropElection(t *testing.T) {
	netlab.Require(t, netlab.NFT)
	base := flavour{interval: 100 * time.Millisecond, frr: true}
	slots := make(chan struct{}, 4)
	for _, tt := range []struct {
		name   string
		frr    bool // FRR can do it
		always bool
		play   func(*match)
	}{
		{"ours preempts", true, false, func(m *match) {
			m.theirs(100, "")
			m.ours(50, nil)
			m.theyLead()
			m.stop()
			m.ours(200, nil)
			m.weLead()
		}},
		{"theirs preempts", true, false, func(m *match) {
			m.ours(100, nil)
			m.weLead()
			m.theirs(200, "")
			m.theyLead()
		}},
		{"ours with nopreempt", true, true, func(m *match) {
			m.theirs(100, "")
			m.ours(50, nil)
			m.theyLead()
			m.stop()
			m.ours(200, func(c *vrrp.Config) { c.NoPreempt = true })
			m.theyLead()
			time.Sleep(time.Second)
			m.stays(vrrp.Backup)
			m.other.Stop()
			m.weLead()
		}},
		{"theirs with nopreempt", false, false, func(m *match) {
			m.ours(100, nil)
			m.weLead()
			m.theirs(200, "nopreempt")
			time.Sleep(2 * time.Second)
			m.weLead()
			m.stays(vrrp.Master)
		}},
		{"tie", true, true, func(m *match) {
			// Both become master apart; the greater address, theirs, keeps it.
			m.lab.Partition([]*netlab.Host{m.here}, []*netlab.Host{m.there})
			m.ours(100, nil)
			m.theirs(100, "")
			netlab.Eventually(m.t, 8*time.Second, "ours to be master", func() bool { return m.router.Snapshot().State == vrrp.Master })
			if m.implement == "keepalived" {
				netlab.Eventually(m.t, 8*time.Second, "theirs to be master", m.theyClaim)
			} else {
				time.Sleep(2 * time.Second)
			}
			m.lab.Heal()
			m.theyLead()
			m.stays(vrrp.Backup)
		}},
		{"their crash", true, false, func(m *match) {
			m.theirs(200, "")
			m.ours(100, nil)
			m.theyLead()
			m.there.SetPort("eth0", false) // a crashed FRR leaves its addresses
			m.there.Crash()
			netlab.Eventually(m.t, 8*time.Second, "ours to be master", func() bool { return m.router.Snapshot().State == vrrp.Master })
			if s := m.router.Snapshot(); s.Reason != vrrp.ReasonNoResponse {
				m.t.Errorf("master because of %v", s.Reason)
			}
		}},
	} {
		for _, implementation := range []string{"keepalived", "frr"} {
			if implementation == "frr" && !tt.frr || !netlab.Soak() && !(tt.always && implementation == "keepalived") {
				continue
			}
			t.Run(strings.ReplaceAll(tt.name, " ", "-")+"/"+implementation, func(t *testing.T) {
				t.Parallel()
				slots <- struct{}{}
				t.Cleanup(func() { <-slots })
				tt.play(newMatch(t, base, implementation))
			})
		}
	}
}

// TestConflictsOnTheWire is recipe R2: a keepalived, or another router of ours,
// that is configured otherwise is master beside us, and our router says why.
func TestConflictsOnTheWire(t *testing.T) {
	netlab.Require(t, netlab.NFT)
	pass := func(c *vrrp.Config) { c.Version, c.Password = vrrp.V2, "s3cret99" }
	slots := make(chan struct{}, 6)
	for _, tt := range []struct {
		name    string
		version int // theirs
		conf    string
		theirs  func(*vrrp.Config) // what conf says, where they are ours
		ours    func(*vrrp.Config)
		drop    bool
		want    vrrp.Cause
	}{
		{name: "auth type", version: 2, ours: pass, want: vrrp.CauseAuthType},
		{name: "AH", version: 2, conf: "authentication { auth_type AH\n auth_pass s3cret99\n }", ours: pass, want: vrrp.CauseAuthType,
			theirs: func(c *vrrp.Config) { pass(c); c.AuthHeader = true }},
		{name: "password", version: 2, conf: "authentication { auth_type PASS\n auth_pass other\n }", ours: pass, want: vrrp.CausePassword,
			theirs: func(c *vrrp.Config) { c.Password = "other" }},
		{name: "VRID", version: 3, conf: "virtual_router_id 52", want: vrrp.CauseVRID, theirs: func(c *vrrp.Config) { c.VRID = 52 }},
		{name: "version", version: 2, ours: func(c *vrrp.Config) { c.Version = vrrp.V3 }, want: vrrp.CauseVersion},
		{name: "interval", version: 2, conf: "advert_int 2", want: vrrp.CauseInterval, theirs: func(c *vrrp.Config) { c.Interval = 2 * time.Second }},
		{name: "addresses", version: 3, ours: func(c *vrrp.Config) { c.Addresses = prefixes("192.0.2.101/24") }, want: vrrp.CauseAddresses},
		{name: "checksum", version: 3, ours: func(c *vrrp.Config) { c.Checksum = packet.MessageOnly }, want: vrrp.CauseChecksum},
		{name: "firewall", version: 3, drop: true, want: vrrp.CauseUnheard},
	} {
		for _, implementation := range []string{"keepalived", "ours"} {
			// Our own do not discard another list of addresses or another
			// checksum: there is one master then, and nothing to find.
			agree := implementation == "ours" && (tt.want == vrrp.CauseAddresses || tt.want == vrrp.CauseChecksum)
			if agree || !netlab.Soak() && (tt.name != "VRID" || implementation != "keepalived") {
				continue
			}
			t.Run(strings.ReplaceAll(tt.name, " ", "-")+"/"+implementation, func(t *testing.T) {
				t.Parallel()
				slots <- struct{}{}
				t.Cleanup(func() { <-slots })
				m := newMatch(t, flavour{version: tt.version}, implementation)
				if tt.drop {
					m.lab.Drop(m.here, m.there)
				}
				if implementation == "ours" {
					m.run(m.there, 100, tt.theirs)
				} else {
					m.theirs(100, tt.conf)
				}
				m.ours(200, tt.ours)
				netlab.Eventually(t, 20*time.Second, "the conflict to be named", func() bool {
					s := m.router.Snapshot()
					for _, c := range s.Conflicts {
						if s.SplitBrain && c.Cause == tt.want && c.Offender == netip.MustParseAddr("192.0.2.2") {
							t.Log(c.Detail)
							return true
						}
					}
					return false
				})
			})
		}
	}
}
