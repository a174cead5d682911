package vrrp_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// GEN-06: with one VRID on one interface, the two families elect apart.
func TestFamiliesAreIndependent(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		a, c := b.host("192.0.2.1", "fe80::1"), b.host("192.0.2.2", "fe80::2")
		six := func(c *vrrp.Config) { c.Name, c.Addresses = "six", prefixes("fe80::100/64") }
		a4, a6 := a.add(t, 200, nil), a.add(t, 50, six)
		c4, c6 := c.add(t, 100, nil), c.add(t, 150, six)
		time.Sleep(5 * time.Second)
		for r, want := range map[*vrrp.Router]vrrp.State{a4: vrrp.Master, a6: vrrp.Backup, c4: vrrp.Backup, c6: vrrp.Master} {
			wantState(t, r, want)
		}
		if s := c4.Snapshot(); s.Peer.Addr != netip.MustParseAddr("192.0.2.1") || s.Counters.Errors != [packet.NumReasons]uint64{} {
			t.Errorf("peer %+v, errors %v", s.Peer, s.Counters.Errors)
		}
	})
}

// V3-RX-03, MGT-06, MGT-07: the shortest and the longest interval are learned,
// and what a backup has learned is shown.
func TestExtremeIntervals(t *testing.T) {
	for _, interval := range []time.Duration{10 * time.Millisecond, 40950 * time.Millisecond} {
		inBubble(t, func(t *testing.T, b *bench) {
			r := b.host("192.0.2.1").add(t, 100, nil)
			time.Sleep(time.Second)
			p := vrrp.Packet{Source: netip.MustParseAddr("192.0.2.9"), Destination: packet.GroupIPv4, TTL: 255}
			a := wellFormed(vrrp.V3)
			a.Interval = interval
			p.Payload, _ = a.Append(nil, p.Source, p.Destination, packet.MessageOnly)
			b.seg.Inject(p)
			time.Sleep(vrrptest.DefaultDelay)
			synctest.Wait()
			s := r.Snapshot()
			skew := interval * 156 / 256
			if s.Peer.Interval != interval || s.Peer.Priority != 250 || s.Peer.Addr != p.Source || s.SkewTime != skew || s.DownInterval != 3*interval+skew {
				t.Errorf("%v: %+v, skew %v, down interval %v", interval, s.Peer, s.SkewTime, s.DownInterval)
			}
			time.Sleep(3*interval + skew - time.Microsecond)
			wantState(t, r, vrrp.Backup)
			time.Sleep(2 * time.Microsecond)
			wantState(t, r, vrrp.Master)
		})
	}
}

// TX-02, TX-03, TX-04: a backup is silent; a master sends its own interval, not
// the one it had learned, and its farewell differs in the priority alone.
func TestWhatIsSent(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		a, c := b.host("192.0.2.1"), b.host("192.0.2.2")
		sent := map[*vrrptest.Port][]string{}
		b.seg.Tap(func(f vrrptest.Frame) {
			var advert packet.Advert
			if _, err := advert.Parse(f.Payload, f.Source, f.Destination); err != nil {
				t.Error(err)
			}
			sent[f.From] = append(sent[f.From], advert.String())
		})
		a.add(t, 200, func(c *vrrp.Config) { c.Interval = 500 * time.Millisecond })
		r := c.add(t, 100, func(c *vrrp.Config) { c.Interval = 2 * time.Second })
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if n := len(sent[c.port]); n > 0 {
			t.Errorf("a backup sent %d adverts", n)
		}
		a.stop()
		time.Sleep(3 * time.Second)
		wantState(t, r, vrrp.Master)
		c.stop()
		synctest.Wait()
		for port, want := range map[*vrrptest.Port]string{
			a.port: "VRRPv3 VRID 51 priority %d interval 500ms auth none addresses [192.0.2.100]",
			c.port: "VRRPv3 VRID 51 priority %d interval 2s auth none addresses [192.0.2.100]",
		} {
			list := slices.Compact(sent[port])
			priority := map[*vrrptest.Port]int{a.port: 200, c.port: 100}[port]
			if w := []string{fmt.Sprintf(want, priority), fmt.Sprintf(want, 0)}; !slices.Equal(list, w) {
				t.Errorf("sent\n%s\nwant\n%s", strings.Join(list, "\n"), strings.Join(w, "\n"))
			}
		}
	})
}

// TX-06, UC-03, UC-07, EL-04: every peer gets each advert in the same instant,
// the farewell too; a tie goes to the greater unicast address; a peer whose TTL
// is out of its limits is not heard.
func TestUnicastToSeveral(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		var peers []netip.Addr
		for _, a := range []string{"192.0.2.1", "192.0.2.2", "192.0.2.3"} {
			peers = append(peers, netip.MustParseAddr(a))
		}
		var hosts []*testHost
		var routers []*vrrp.Router
		for i, p := range peers {
			h := b.host(p.String())
			b.seg.Cut(h.port)
			hosts = append(hosts, h)
			routers = append(routers, h.add(t, 100, func(c *vrrp.Config) {
				c.Peers = peers
				if i == 1 {
					c.PeerTTL = map[netip.Addr]vrrp.TTLRange{peers[0]: {Min: 250, Max: 254}}
				}
			}))
		}
		time.Sleep(4 * time.Second) // all are masters
		sent := map[string]int{}
		b.seg.Tap(func(f vrrptest.Frame) {
			if f.Source == peers[2] {
				sent[fmt.Sprint(f.At.UnixNano(), " ", f.Payload[2])]++
			}
		})
		b.seg.Heal()
		time.Sleep(2 * time.Second)
		for i, want := range []vrrp.State{vrrp.Backup, vrrp.Backup, vrrp.Master} {
			wantState(t, routers[i], want)
		}
		hosts[2].stop()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		farewells := 0
		for at, n := range sent {
			if n != 2 {
				t.Errorf("%d packets at %s, want one for each peer", n, at)
			}
			if strings.HasSuffix(at, " 0") {
				farewells++
			}
		}
		if farewells != 1 {
			t.Errorf("%d farewells", farewells)
		}
		// The second does not believe the first, whose TTL is 255.
		wantState(t, routers[1], vrrp.Master)
		if s := routers[1].Snapshot(); routers[0].Snapshot().State == vrrp.Master && s.Counters.Errors[packet.ErrTTL] == 0 {
			t.Errorf("errors %v", s.Counters.Errors)
		}
	})
}

// CK-06: who learns the checksum sends what it has heard: the new master's
// adverts are what the old one would have accepted.
func TestLearnedChecksum(t *testing.T) {
	for _, tt := range []struct {
		learn   bool
		unicast bool
		heard   packet.ChecksumForm
		want    packet.ChecksumForm
	}{
		{false, false, packet.PseudoHeader, packet.MessageOnly},
		{true, false, packet.PseudoHeader, packet.PseudoHeader},
		{true, false, packet.MessageOnly, packet.MessageOnly},
		{true, true, packet.PseudoHeaderGroup, packet.PseudoHeaderGroup},
	} {
		inBubble(t, func(t *testing.T, b *bench) {
			a, c := b.host("192.0.2.1"), b.host("192.0.2.2")
			edit := func(c *vrrp.Config) {
				if tt.unicast {
					c.Peers = []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")}
				}
			}
			a.add(t, 200, func(c *vrrp.Config) { edit(c); c.Checksum = tt.heard })
			r := c.add(t, 100, func(c *vrrp.Config) { edit(c); c.LearnChecksum = tt.learn })
			time.Sleep(5 * time.Second)
			var got []packet.ChecksumForm
			b.seg.Tap(func(f vrrptest.Frame) {
				var advert packet.Advert
				form, err := advert.Parse(f.Payload, f.Source, f.Destination)
				if err == nil && f.From == c.port {
					got = append(got, form)
				}
			})
			a.stop()
			time.Sleep(3 * time.Second)
			wantState(t, r, vrrp.Master)
			if got = slices.Compact(got); !slices.Equal(got, []packet.ChecksumForm{tt.want}) {
				t.Errorf("learn %v: sent %v behind %v, want %v", tt.learn, got, tt.heard, tt.want)
			}
		})
	}
}

// MGT-05: a snapshot shares nothing with the router, and its parts agree.
func TestSnapshotIsOfOneMoment(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		r := b.host("192.0.2.1").add(t, 200, nil)
		for range 100 {
			time.Sleep(50 * time.Millisecond)
			s := r.Snapshot()
			if master := s.State == vrrp.Master; master != (s.Counters.BecameMaster == 1) || master != (s.Seq == 2) {
				t.Fatalf("%v, became master %d times, event %d", s.State, s.Counters.BecameMaster, s.Seq)
			}
			s.Addresses[0] = netip.Prefix{}
		}
		if s := r.Snapshot(); s.Addresses[0] != prefixes("192.0.2.100/24")[0] {
			t.Errorf("addresses %v", s.Addresses)
		}
	})
}
