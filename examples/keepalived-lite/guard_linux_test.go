package main_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// Somebody deletes the virtual address by hand, again and again: it is back each
// time, no advertisement is late, and the peer never notices.
func TestAddressIsPutBack(t *testing.T) {
	s := newScene(t, new(report), v3(), lite, lite)
	s.start(s.a)
	netlab.Eventually(t, 3*time.Second, "a master", s.a.holds)
	s.start(s.b)
	time.Sleep(2 * s.downInterval(s.b))
	begin := time.Now()
	times := netlab.Count(20, 100)
	owners := s.lab.Owners("192.0.2.100", s.a.Host)
	for i := range times {
		s.a.IP("addr del 192.0.2.100/24 dev eth0")
		netlab.Eventually(t, 2*time.Second, "the address to be back", func() bool { return len(owners.Changes()) == 2*i+3 })
		time.Sleep(60 * time.Millisecond) // a person's finger; a hundred in five seconds would be war
	}
	var gone []time.Duration
	changes := owners.Changes()
	for i := 1; i+1 < len(changes); i += 2 {
		gone = append(gone, changes[i+1].At.Sub(changes[i].At))
	}
	slices.Sort(gone)
	var longest time.Duration
	last := begin
	for _, a := range s.wire.Adverts() {
		if a.At.After(begin) && a.Source.String() == s.a.addr {
			longest = max(longest, a.At.Sub(last))
			last = a.At
		}
	}
	t.Logf("%d removals: back after median %v, worst %v; longest time between two advertisements %v",
		len(gone), gone[len(gone)/2], gone[len(gone)-1], longest)
	if gone[len(gone)/2] > 50*time.Millisecond {
		t.Errorf("back after %v", gone[len(gone)/2])
	}
	if longest > 2*s.interval {
		t.Errorf("an advertisement is missing: %v between two", longest)
	}
	if n := strings.Count(s.a.proc.Log(), "Entering"); n != 2 {
		t.Errorf("the master changed its state:\n%s", s.a.proc.Log())
	}
	if n := strings.Count(s.b.proc.Log(), "Entering"); n != 1 {
		t.Errorf("the peer changed its state:\n%s", s.b.proc.Log())
	}
	if !strings.Contains(s.a.proc.Log(), "KeepConfiguration=") {
		t.Error("the log does not say what to do about it")
	}
}

// With yield_after_removals 1 the role goes to the peer, as with keepalived.
func TestRemovalMakesYield(t *testing.T) {
	f := v3()
	f.instance = "yield_after_removals 1"
	s := newScene(t, new(report), f, lite, lite)
	s.start(s.a)
	netlab.Eventually(t, 3*time.Second, "a master", s.a.holds)
	s.start(s.b)
	time.Sleep(2 * s.downInterval(s.b))
	s.a.IP("addr del 192.0.2.100/24 dev eth0")
	netlab.Eventually(t, 2*time.Second, "the peer to be master", s.b.holds)
	netlab.Eventually(t, 2*time.Second, "the better one alone to have the address again", func() bool { return s.a.holds() && !s.b.holds() })
}
