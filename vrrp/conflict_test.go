package vrrp_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// mismatch is two routers that do not fit. a is 192.0.2.1, priority 200; b is
// 192.0.2.2, priority 100; each should hear from the other.
var mismatches = []struct {
	name  string
	a, b  func(*vrrp.Config)
	deaf  bool       // b does not receive what a sends
	cause vrrp.Cause // that a finds with b
	watch vrrp.Cause // that Watch finds
	words string
}{
	{name: "auth type", a: authentications["PASS"], b: authentications["none"], cause: vrrp.CauseAuthType, watch: vrrp.CauseAuthType, words: "auth_type"},
	{name: "AH and PASS", a: authentications["PASS"], b: authentications["AH"], cause: vrrp.CauseAuthType, watch: vrrp.CauseAuthType, words: "auth_type"},
	{name: "password", a: authentications["PASS"], b: authentications["PASS 2"], cause: vrrp.CausePassword, watch: vrrp.CausePassword, words: "password"},
	{name: "HMAC key", a: authentications["HMAC"], b: authentications["HMAC wrong key"], cause: vrrp.CausePassword, watch: vrrp.CauseUnheard, words: "keys"},
	{name: "HMAC and none", b: authentications["HMAC"], cause: vrrp.CauseAuthType, watch: vrrp.CauseAuthType, words: "auth_hmac"},
	{name: "none and HMAC", a: authentications["HMAC"], cause: vrrp.CauseAuthType, watch: vrrp.CauseAuthType, words: "HMAC"},
	{name: "VRID", b: func(c *vrrp.Config) { c.VRID = 52 }, cause: vrrp.CauseVRID, watch: vrrp.CauseVRID,
		words: "192.0.2.2 advertises VRID 52 with the address 192.0.2.100, which our VRID 51 has"},
	{name: "version", b: authentications["none"], cause: vrrp.CauseVersion, watch: vrrp.CauseVersion, words: "VRRP version"},
	{name: "interval", a: authentications["none"], b: func(c *vrrp.Config) { c.Version, c.Interval = vrrp.V2, 2*time.Second }, cause: vrrp.CauseInterval, watch: vrrp.CauseInterval, words: "interval"},
	{name: "deaf peer", deaf: true, cause: vrrp.CauseUnheard, watch: vrrp.CauseUnheard, words: "firewall"},
	{name: "checksum", b: func(c *vrrp.Config) { c.Checksum = packet.PseudoHeader }, deaf: true, cause: vrrp.CauseChecksum, watch: vrrp.CauseChecksum, words: "pseudo-header where we send message-only"},
	{name: "addresses", b: func(c *vrrp.Config) { c.Addresses = prefixes("192.0.2.101/24") }, deaf: true, cause: vrrp.CauseAddresses, watch: vrrp.CauseAddresses, words: "virtual addresses"},
	{name: "owners", a: func(c *vrrp.Config) { c.Priority = 255 }, b: func(c *vrrp.Config) { c.Priority = 255 }, cause: vrrp.CauseOwner, words: "255"},
}

// R2: whatever keeps two routers from agreeing on a master is named, with the
// offender, once as long as it goes on, and counted.
func TestConflicts(t *testing.T) {
	for _, tt := range mismatches {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bench) {
				watched := watch(t, b)
				one, two := b.host("192.0.2.1"), b.host("192.0.2.2")
				if tt.deaf {
					b.seg.Lose(one.port, two.port, true)
				}
				r := one.add(t, 200, tt.a)
				two.add(t, 100, tt.b)
				conflicts := r.Conflicts()
				time.Sleep(30 * time.Second)
				synctest.Wait()
				var got []string
				for len(conflicts) > 0 {
					c := <-conflicts
					got = append(got, fmt.Sprint(c.Cause, " ", c.Offender))
					if c.Router != r || c.Last.Before(c.At) || c.Missed != 0 {
						t.Errorf("%+v", c)
					}
					if c.Cause == tt.cause && (!strings.Contains(c.Detail, tt.words) || strings.Contains(c.Detail, "s3cret")) {
						t.Errorf("detail %q, want %q in it", c.Detail, tt.words)
					}
				}
				want := fmt.Sprint(tt.cause, " 192.0.2.2")
				if n := strings.Count(strings.Join(got, "\n"), want); n != 1 {
					t.Errorf("conflicts %q, want %q once", got, want)
				}
				s := r.Snapshot()
				if s.Counters.Conflicts[tt.cause] != 1 || tt.watch != 0 && (!s.SplitBrain || s.Conflicts[0].Count < 5) {
					t.Errorf("counted %v, split brain %v, conflicts %+v", s.Counters.Conflicts, s.SplitBrain, s.Conflicts)
				}
				if got := strings.Join(watched(), "; "); tt.watch != 0 && got != fmt.Sprint(tt.watch, " 192.0.2.2") || tt.watch == 0 && got != "" {
					t.Errorf("Watch: %q, want %v once", got, tt.watch)
				}
				two.stop()
				time.Sleep(30 * time.Second)
				if s := r.Snapshot(); s.SplitBrain || len(s.Conflicts) > 0 {
					t.Errorf("still split brain: %+v", s.Conflicts)
				}
			})
		})
	}
}

// watch runs Watch on the segment; the function it returns says what it found.
func watch(t *testing.T, b *bench) func() []string {
	var found []string
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- vrrp.Watch(ctx, vrrp.WatchConfig{Network: b.seg.Attach("192.0.2.50"), Links: vrrp.WatchLinks("eth0")}, func(c vrrp.Conflict) {
			if c.Interface != "eth0" || c.Detail == "" || strings.Contains(c.Detail, "s3cret") {
				t.Errorf("%+v", c)
			}
			found = append(found, fmt.Sprint(c.Cause, " ", c.Offender))
		})
	}()
	end := func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		done <- nil
	}
	t.Cleanup(end)
	synctest.Wait()
	return func() []string { end(); return found }
}

// No conflict where there is none: takeovers of every kind, healing partitions
// and learned intervals are the protocol at work.
func TestNoFalseConflicts(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		watched := watch(t, b)
		one, two := b.host("192.0.2.1"), b.host("192.0.2.2")
		conflicts := two.Conflicts()
		r := one.add(t, 200, nil)
		two.add(t, 100, func(c *vrrp.Config) { c.Interval = 500 * time.Millisecond })
		for range 5 {
			time.Sleep(5 * time.Second)
			b.seg.Cut(one.port)
			time.Sleep(5 * time.Second)
			b.seg.Heal()
			time.Sleep(5 * time.Second)
			if err := r.SetPriority(50); err != nil {
				t.Fatal(err)
			}
			time.Sleep(5 * time.Second)
			if err := r.SetPriority(200); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if got := watched(); len(got) > 0 || len(conflicts) > 0 {
			t.Errorf("Watch found %q, the router %d conflicts", got, len(conflicts))
		}
	})
}

// CauseTTL, CausePeer and CauseDuplicateIP take no second router of ours.
func TestConflictsFromOutside(t *testing.T) {
	for _, tt := range []struct {
		name   string
		config func(*vrrp.Config)
		edit   func(*vrrp.Packet)
		want   vrrp.Cause
	}{
		{"routed", nil, func(p *vrrp.Packet) { p.TTL = 254 }, vrrp.CauseTTL},
		{"looped", nil, func(p *vrrp.Packet) { p.Source = netip.MustParseAddr("192.0.2.1") }, vrrp.CauseDuplicateIP},
		{"stranger", func(c *vrrp.Config) { c.Peers = []netip.Addr{netip.MustParseAddr("192.0.2.2")} },
			func(p *vrrp.Packet) { p.Destination = netip.MustParseAddr("192.0.2.1") }, vrrp.CausePeer},
	} {
		inBubble(t, func(t *testing.T, b *bench) {
			h := b.host("192.0.2.1")
			h.add(t, 100, tt.config)
			conflicts := h.Conflicts()
			p := vrrp.Packet{Source: netip.MustParseAddr("192.0.2.9"), Destination: packet.GroupIPv4, TTL: 255}
			tt.edit(&p)
			a := wellFormed(vrrp.V3)
			p.Payload, _ = a.Append(nil, p.Source, p.Destination, packet.MessageOnly)
			b.seg.Inject(p)
			time.Sleep(vrrptest.DefaultDelay)
			synctest.Wait()
			if len(conflicts) != 1 {
				t.Fatalf("%s: %d conflicts", tt.name, len(conflicts))
			}
			if c := <-conflicts; c.Cause != tt.want || c.Offender != p.Source {
				t.Errorf("%s: %v by %v", tt.name, c.Cause, c.Offender)
			}
		})
	}
}

// One conflict is reported once, however rarely the two advertise.
func TestWatchOfRareAdverts(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		watched := watch(t, b)
		one, two := b.host("192.0.2.1"), b.host("192.0.2.2")
		b.seg.Lose(one.port, two.port, true)
		b.seg.Lose(two.port, one.port, true)
		rare := func(c *vrrp.Config) { c.Interval = 30 * time.Second }
		one.add(t, 200, rare)
		time.Sleep(10 * time.Second) // or they would advertise in the same moment
		two.add(t, 100, rare)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if got := strings.Join(watched(), "; "); got != "unheard 192.0.2.2" {
			t.Errorf("Watch found %q", got)
		}
	})
}
