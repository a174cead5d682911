package main_test

import (
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vip"
)

// Both nodes have a virtual MAC interface, whatever runs on them: one is master,
// the other hears it, adverts and announcements carry the virtual MAC address,
// and the role moves with it.
func TestVMAC(t *testing.T) {
	var report report
	t.Cleanup(func() { report.log(t) })
	for _, tt := range []struct {
		a, b string
		ipv6 bool
	}{
		{lite, lite, false}, {lite, keepalived, false}, {keepalived, lite, false}, {lite, frr, false}, {frr, lite, false},
		{lite, lite, true}, {lite, keepalived, true}, {keepalived, lite, true},
	} {
		f := v3()
		f.instance = "use_vmac"
		if tt.ipv6 {
			f = v3IPv6()
			f.instance = "use_vmac\n    native_ipv6"
		}
		t.Run(f.name+" "+tt.a+"+"+tt.b, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, &report, f, tt.a, tt.b)
			state := func(n *side) string { return n.Run("ip", "-d", "link") }
			before := map[*side]string{s.a: state(s.a), s.b: state(s.b)}
			s.start(s.a)
			netlab.Eventually(t, 15*time.Second, "a master", s.a.holds)
			s.start(s.b)
			time.Sleep(3 * time.Second)
			if !s.a.holds() || s.b.holds() {
				t.Fatalf("%s has the address: %v, %s: %v", s.a.Name, s.a.holds(), s.b.Name, s.b.holds())
			}
			s.probe = s.client.Probe(s.vip(), 10*time.Millisecond)
			netlab.Eventually(t, 2*time.Second, "an answer", func() bool { return s.probe.Answers() > 0 })
			stop := time.Now()
			s.stop(s.a)
			netlab.Eventually(t, 5*time.Second, "the other one to take over", s.b.holds)
			answers := s.probe.Answers()
			netlab.Eventually(t, 2*time.Second, "an answer of the other one", func() bool { return s.probe.Answers() > answers })
			t.Logf("no answer for %v at the stop", s.outage(stop))
			s.stop(s.b)
			s.macsAreVirtual()
			for _, n := range []*side{s.a, s.b} {
				if n.impl == lite && strings.Contains(n.proc.Log(), "FAULT") {
					t.Errorf("%s began in FAULT:\n%s", n.Name, n.proc.Log())
				}
			}
			for n, was := range before {
				if is := state(n); n.impl == lite && is != was {
					t.Errorf("%s: left\n%s", n.Name, is)
				}
			}
		})
	}
}

// macsAreVirtual sees that everything that was said about the virtual router came
// from its MAC address.
func (s *scene) macsAreVirtual() {
	s.t.Helper()
	want := vip.RouterMAC(51, strings.Contains(s.vip(), ":")).String()
	adverts, arps := 0, 0
	wrong := func(what string, mac net.HardwareAddr) bool {
		if mac.String() != want {
			s.t.Errorf("%s from %v", what, mac)
			return true
		}
		return false
	}
	for _, a := range s.wire.Adverts() {
		if adverts++; wrong("an advertisement of "+a.Source.String(), a.SourceMAC) {
			return
		}
	}
	for _, f := range s.wire.Frames() {
		if a, ok := f.ARP(); ok && a.Gratuitous() {
			if arps++; wrong("a gratuitous ARP", a.SenderMAC) {
				return
			}
		}
		if target, ok := f.NeighborAdvert(); ok && slices.ContainsFunc(s.vips, func(v string) bool { return netip.MustParsePrefix(v).Addr() == target }) {
			if arps++; wrong("a neighbour advertisement", net.HardwareAddr(f.Data[6:12])) {
				return
			}
		}
	}
	if adverts < 20 || arps < 5 {
		s.t.Errorf("%d advertisements and %d announcements", adverts, arps)
	}
}
