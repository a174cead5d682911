package vrrp_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// ENC-01, ENC-02, ENC-07, GEN-11, TX-01, CK-04, UC-01, MGT-02: a host advertises
// what it is asked to, to whom it is asked to.
func TestOnTheWire(t *testing.T) {
	for _, tt := range []struct {
		name  string
		addrs [2]string
		edit  func(*vrrp.Config)
		want  string // destination, source and message of the first advertisement
	}{
		{"v3", [2]string{"192.0.2.1", "192.0.2.2"}, nil,
			"224.0.0.18 192.0.2.1 3133960100647602c0000264"},
		{"v3 pseudo-header", [2]string{"192.0.2.1", "192.0.2.2"},
			func(c *vrrp.Config) { c.Checksum = packet.PseudoHeader }, "224.0.0.18 192.0.2.1 313396010064d371c0000264"},
		{"v2", [2]string{"192.0.2.1", "192.0.2.2"},
			func(c *vrrp.Config) { c.Version = vrrp.V2 }, "224.0.0.18 192.0.2.1 2133960100018665c00002640000000000000000"},
		{"v2 password", [2]string{"192.0.2.1", "192.0.2.2"},
			func(c *vrrp.Config) { c.Version, c.Password = vrrp.V2, "s3cret99 and more" },
			"224.0.0.18 192.0.2.1 2133960101011012c00002647333637265743939"},
		{"v3 unicast", [2]string{"192.0.2.1", "192.0.2.2"},
			func(c *vrrp.Config) {
				c.Checksum = packet.PseudoHeader
				c.Peers = []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")}
			}, "192.0.2.2 192.0.2.1 313396010064f181c0000264"},
		{"v3 IPv6", [2]string{"fe80::ff:fe00:1", "fe80::ff:fe00:2"},
			func(c *vrrp.Config) {
				c.Addresses = prefixes("fe80::5e:100/64", "2001:db8:1::100/64", "2001:db8:1::101/64")
			}, "ff02::12 fe80::ff:fe00:1 313396030064ddd1fe8000000000000000000000005e0100" +
				"20010db800010000000000000000010020010db8000100000000000000000101"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bench) {
				a, c := b.host(tt.addrs[0]), b.host(tt.addrs[1])
				var first string
				b.seg.Tap(func(f vrrptest.Frame) {
					if first == "" {
						first = fmt.Sprintf("%v %v %x", f.Destination, f.Source, f.Payload)
					}
					if f.TTL != 255 || f.TOS != 0xc0 || f.Protocol != 112 {
						t.Errorf("TTL %d, TOS %#x, protocol %d", f.TTL, f.TOS, f.Protocol)
					}
				})
				ra, rc := a.add(t, 150, tt.edit), c.add(t, 100, tt.edit)
				time.Sleep(10 * time.Second)
				synctest.Wait()
				if first != tt.want {
					t.Errorf("first packet:\n%s\nwant:\n%s", first, tt.want)
				}
				wantState(t, ra, vrrp.Master)
				wantState(t, rc, vrrp.Backup)
				if s := rc.Snapshot(); s.Counters.AdvertsReceived != 7 || s.Counters.Errors != [packet.NumReasons]uint64{} {
					t.Errorf("received %d, errors %v", s.Counters.AdvertsReceived, s.Counters.Errors)
				}
			})
		})
	}
}

// FSM-17 and after: a contested master announces again, unless the role is gone
// by then.
func TestContest(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		j := &journal{}
		h := b.host("192.0.2.1")
		r := h.add(t, 100, func(cfg *vrrp.Config) { cfg.Owner = j })
		time.Sleep(4 * time.Second)
		j.take()
		claim := func(priority uint8) {
			a := wellFormed(vrrp.V3)
			a.Priority = priority
			p := vrrp.Packet{Source: netip.MustParseAddr("192.0.2.9"), Destination: packet.GroupIPv4, TTL: 255}
			p.Payload, _ = a.Append(nil, p.Source, p.Destination, packet.MessageOnly)
			b.seg.Inject(p)
		}
		claim(50)
		time.Sleep(100 * time.Millisecond)
		if got, want := j.take(), []string{"announce"}; !slices.Equal(got, want) {
			t.Errorf("calls: %v, want %v", got, want)
		}
		if c := r.Snapshot().Counters; c.Answered != 1 {
			t.Errorf("answered %d", c.Answered)
		}
		claim(50)
		claim(200)
		time.Sleep(100 * time.Millisecond)
		if got := j.take(); got[len(got)-1] != "release" {
			t.Errorf("calls: %v, want the release last", got)
		}
	})
}

// quietNetwork remembers how quiet the host asked to be left.
type quietNetwork struct {
	*vrrptest.Port
	mu    sync.Mutex
	quiet time.Duration
}

func (q *quietNetwork) Wait(until, quiet time.Time, ready []vrrp.Link) []vrrp.Link {
	q.mu.Lock()
	q.quiet = 0
	if !quiet.IsZero() {
		q.quiet = time.Until(quiet)
	}
	q.mu.Unlock()
	return q.Port.Wait(until, quiet, ready)
}

// A host may let packets lie for a moment while all its routers are backups,
// none of which would notice the difference.
func TestQuiet(t *testing.T) {
	for _, tt := range []struct {
		priority uint8
		interval time.Duration
		after    time.Duration
		want     time.Duration
	}{
		{100, time.Second, time.Second, 4 * time.Millisecond},
		{100, time.Second, 4 * time.Second, 0},                                       // master
		{254, 100 * time.Millisecond, 100 * time.Millisecond, 0},                     // skew time 0.8 ms
		{192, 40 * time.Millisecond, 40 * time.Millisecond, 2500 * time.Microsecond}, // 10 ms
	} {
		inBubble(t, func(t *testing.T, b *bench) {
			network := &quietNetwork{Port: b.seg.Attach("192.0.2.1")}
			h := vrrp.NewHost(vrrp.HostConfig{Network: network})
			_, err := h.Add(vrrp.Config{Interface: "eth0", VRID: 51, Priority: tt.priority, Interval: tt.interval, Addresses: prefixes("192.0.2.100/32")})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			go func() { done <- h.Run(ctx) }()
			time.Sleep(tt.after)
			synctest.Wait()
			network.mu.Lock()
			if network.quiet != tt.want {
				t.Errorf("priority %d, interval %v, after %v: quiet for %v, want %v", tt.priority, tt.interval, tt.after, network.quiet, tt.want)
			}
			network.mu.Unlock()
			cancel()
			<-done
		})
	}
}

// RX-11, RX-12: the log names a bad packet once, and then once a minute with a count;
// it never names a password.
func TestComplaints(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		var out bytes.Buffer
		h := b.host("192.0.2.1")
		h.add(t, 100, func(cfg *vrrp.Config) {
			cfg.Version, cfg.Password = vrrp.V2, "secret"
			cfg.Logger = slog.New(slog.NewTextHandler(&out, nil))
		})
		a := wellFormed(vrrp.V2)
		a.Auth = packet.PasswordAuth("guessed")
		p := vrrp.Packet{Source: netip.MustParseAddr("192.0.2.9"), Destination: packet.GroupIPv4, TTL: 255}
		p.Payload, _ = a.Append(nil, p.Source, p.Destination, packet.MessageOnly)
		for range 70 {
			b.seg.Inject(p)
			time.Sleep(time.Second)
		}
		h.stop()
		var lines []string
		for line := range strings.Lines(out.String()) {
			if strings.Contains(line, "invalid passwd") {
				lines = append(lines, line)
			}
		}
		if len(lines) != 2 || !strings.Contains(lines[0], "from=192.0.2.9") || !strings.Contains(lines[1], "repeated=59") {
			t.Errorf("log:\n%s", out.String())
		}
		if strings.Contains(out.String(), "secret") || strings.Contains(out.String(), "guessed") {
			t.Errorf("a password is in the log:\n%s", out.String())
		}
	})
}
