package main_test

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

const (
	// lateness is what a takeover may take beyond the protocol's limit here,
	// beside other labs; what it takes on a quiet machine is the benchmarks' to say.
	lateness = 250 * time.Millisecond

	// contest is how long two nodes may own the address while one preempts the
	// other.
	contest = 50 * time.Millisecond

	// blink is how long both may seem to own it where they do not: the
	// kernels' notifications reach us one after the other.
	blink = 5 * time.Millisecond
)

// lastAdvert returns the last advertisement that a node sent before a time.
func (s *scene) lastAdvert(n *side, before time.Time) (last netlab.Advert) {
	for _, ad := range s.wire.Adverts() {
		if ad.Host == n.Name && ad.At.Before(before) {
			last = ad
		}
	}
	return last
}

// event is a takeover, or at least the danger of one.
type event struct {
	name          string
	winner, loser *side
	after         time.Time     // the winner advertises after this; zero: it does already
	from          time.Time     // the protocol's limit counts from here; zero: from about after
	limit         time.Duration // and is this
	contest       bool          // both may be masters for a moment
}

// takeover sees that the winner takes the address in time, that it has it alone,
// and that the client reaches it.
func (s *scene) takeover(e event) {
	s.t.Helper()
	began, took := time.Now(), "-"
	if !e.after.IsZero() {
		began = e.after
		first := s.wire.WaitAdvert(e.after, 20*s.interval+10*time.Second, e.winner.Name+"'s advert at "+e.name,
			func(ad netlab.Advert) bool { return ad.Host == e.winner.Name })
		from, slack := e.from, lateness
		if from.IsZero() {
			from, slack = e.after, 2*time.Second // for it to start
			if e.winner.impl != lite {
				slack = 10 * time.Second // FRR's daemons take seconds to find one another on a busy machine
			}
		}
		over := first.At.Sub(from) - e.limit
		if took = over.Round(10 * time.Microsecond).String(); over > slack || e.winner.impl == lite && over < 0 {
			s.t.Errorf("%s: %s took over %v after the limit of %v", e.name, e.winner.Name, over, e.limit)
		}
	}
	netlab.Eventually(s.t, 2*time.Second, e.winner.Name+" to have the address at "+e.name, e.winner.holds)
	time.Sleep(s.interval + 100*time.Millisecond) // and so it stays
	if !e.winner.holds() || e.loser != nil && e.loser.holds() {
		s.t.Errorf("%s: %s has the address: %v, %s: %v", e.name, s.a.Name, s.a.holds(), s.b.Name, s.b.holds())
	}
	both := s.both(began)
	if both > blink && !e.contest || both >= contest {
		s.t.Errorf("%s: two nodes had the address for %v", e.name, both)
	}
	if s.probe == nil {
		s.probe = s.client.Probe(s.vip(), 5*time.Millisecond)
	}
	answers := s.probe.Answers()
	netlab.Eventually(s.t, time.Second, "the client to reach "+e.winner.Name+" at "+e.name, func() bool { return s.probe.Answers() > answers })
	outage := s.outage(began)
	if outage > lateness && (e.contest || outage > e.limit+lateness) {
		s.t.Errorf("%s: the client got no answer for %v", e.name, outage)
	}
	s.report.add(s.name, s.a.impl, s.b.impl, e.name, took, both.Round(10*time.Microsecond), outage.Round(time.Millisecond))
}

// outage returns the longest time from an unanswered question of the client to
// the next answer.
func (s *scene) outage(since time.Time) (longest time.Duration) {
	var asked time.Time // and not answered yet
	for _, f := range s.wire.Frames() {
		answer, ok := echo(f.Data)
		switch {
		case !ok || f.At.Before(since):
		case !answer && asked.IsZero():
			asked = f.At
		case answer && !asked.IsZero():
			longest = max(longest, f.At.Sub(asked))
			asked = time.Time{}
		}
	}
	return longest
}

// both returns the longest time for which both nodes had the address.
func (s *scene) both(since time.Time) (longest time.Duration) {
	changes := slices.Concat(s.a.owner.Changes(), s.b.owner.Changes())
	slices.SortStableFunc(changes, func(x, y netlab.Ownership) int { return x.At.Compare(y.At) })
	has := map[string]bool{}
	for i, c := range changes {
		has[c.Host] = c.Has
		end := time.Now()
		if i+1 < len(changes) {
			end = changes[i+1].At
		}
		if has[s.a.Name] && has[s.b.Name] && end.After(since) {
			longest = max(longest, end.Sub(c.At))
		}
	}
	return longest
}

// announcements sees that a node that took over announced each of its addresses
// five times at once, and five times later.
func (s *scene) announcements(n *side, since time.Time) {
	s.t.Helper()
	if n.impl != lite {
		return // others have habits of their own
	}
	count := func(vip string) (times []time.Time) {
		addr := netip.MustParsePrefix(vip).Addr()
		for _, f := range s.wire.Frames() {
			arp, isARP := f.ARP()
			target, isNA := f.NeighborAdvert()
			if f.Host == n.Name && !f.At.Before(since) && (isARP && arp.Gratuitous() && arp.Sender == addr || isNA && target == addr) {
				times = append(times, f.At)
			}
		}
		return times
	}
	time.Sleep(time.Until(since.Add(s.downInterval(n) + s.garpDelay + lateness)))
	for _, vip := range s.vips {
		times := count(vip)
		// The delay counts from the takeover; the first ones leave a little later.
		if len(times) != 10 || times[4].Sub(times[0]) > lateness || times[5].Sub(times[0]) < s.garpDelay-10*time.Millisecond {
			s.t.Errorf("%s announced %s %d times, want 5 and, %v later, 5: %v", n.Name, vip, len(times), s.garpDelay, times)
		}
	}
}

// farewell sees that a node that stopped said so with as many advertisements of
// priority 0.
func (s *scene) farewell(n *side, since time.Time, want int) {
	s.t.Helper()
	if want > 0 { // the capture may be behind
		s.wire.WaitAdvert(since, 2*time.Second, "priority 0 from "+n.Name, func(ad netlab.Advert) bool { return ad.Host == n.Name && ad.Priority == 0 })
	}
	zeros := 0
	for _, ad := range s.wire.Adverts() {
		if ad.Host == n.Name && !ad.At.Before(since) && ad.Priority == 0 {
			zeros++
		}
	}
	if zeros != want && (n.impl == lite || want > 0 && zeros == 0) {
		s.t.Errorf("%s: %s stopped with %d advertisements of priority 0, want %d", n.Name, n.impl, zeros, want)
	}
}

// wireIsClean has tshark judge all that was sent.
func (s *scene) wireIsClean() {
	s.t.Helper()
	if bad := s.wire.BadChecksums(); bad != nil {
		s.t.Errorf("bad checksums:\n%s", strings.Join(bad[:min(len(bad), 20)], "\n"))
	}
}

// echo reads an ICMP echo message in an Ethernet frame.
func echo(b []byte) (answer, ok bool) {
	const ipv4, ipv6 = 0x0800, 0x86dd
	if len(b) < 55 {
		return false, false
	}
	switch typ := binary.BigEndian.Uint16(b[12:]); {
	case typ == ipv4 && b[23] == 1:
		return b[34] == 0, b[34] == 0 || b[34] == 8
	case typ == ipv6 && b[20] == 58:
		return b[54] == 129, b[54] == 129 || b[54] == 128
	}
	return false, false
}
