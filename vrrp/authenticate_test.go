package vrrp_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

func key(letter string) vrrp.Secret { return vrrp.Secret(strings.Repeat(letter, 32)) }

func withHMAC(h vrrp.HMAC) func(*vrrp.Config) { return func(c *vrrp.Config) { c.HMAC = &h } }

var authentications = map[string]func(*vrrp.Config){
	"none":   func(c *vrrp.Config) { c.Version = vrrp.V2 },
	"PASS":   func(c *vrrp.Config) { c.Version, c.Password = vrrp.V2, "s3cret99" },
	"PASS 2": func(c *vrrp.Config) { c.Version, c.Password = vrrp.V2, "s3cret98" },
	"AH":     func(c *vrrp.Config) { c.Version, c.Password, c.AuthHeader = vrrp.V2, "s3cret99", true },
	"AH 2":   func(c *vrrp.Config) { c.Version, c.Password, c.AuthHeader = vrrp.V2, "s3cret98", true },
	"AH by the book": func(c *vrrp.Config) {
		c.Version, c.Password, c.AuthHeader, c.AuthHeaderRFC = vrrp.V2, "s3cret99", true, true
	},
	"AH unicast": func(c *vrrp.Config) {
		c.Version, c.Password, c.AuthHeader = vrrp.V2, "s3cret99", true
		c.Peers = []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")}
	},
	"v3":   func(*vrrp.Config) {},
	"HMAC": withHMAC(vrrp.HMAC{Keys: map[uint8]vrrp.Secret{1: key("a")}, Active: 1}),
	"HMAC v2": func(c *vrrp.Config) {
		withHMAC(vrrp.HMAC{Keys: map[uint8]vrrp.Secret{1: key("a")}, Active: 1})(c)
		c.Version = vrrp.V2
	},
	"HMAC IPv6": func(c *vrrp.Config) {
		withHMAC(vrrp.HMAC{Keys: map[uint8]vrrp.Secret{1: key("a")}, Active: 1})(c)
		c.Addresses = prefixes("fe80::100/64")
	},
	"HMAC new key":    withHMAC(vrrp.HMAC{Keys: map[uint8]vrrp.Secret{1: key("a"), 2: key("b")}, Active: 2}),
	"HMAC both keys":  withHMAC(vrrp.HMAC{Keys: map[uint8]vrrp.Secret{1: key("a"), 2: key("b")}, Active: 1}),
	"HMAC wrong key":  withHMAC(vrrp.HMAC{Keys: map[uint8]vrrp.Secret{1: key("c")}, Active: 1}),
	"HMAC receiving":  withHMAC(vrrp.HMAC{Keys: map[uint8]vrrp.Secret{1: key("a")}, Active: 1, Mode: vrrp.HMACReceiveOnly}),
	"HMAC permissive": withHMAC(vrrp.HMAC{Keys: map[uint8]vrrp.Secret{1: key("a")}, Active: 1, Mode: vrrp.HMACPermissive}),
}

// V2-AUTH-01, V2-AUTH-03, V2-AUTH-05, V2-AUTH-06, V2-AUTH-10, V2-AUTH-11: who hears whom. A
// backup that does not believe its master counts why, and takes over at the
// very time it would without anybody there.
func TestAuthentication(t *testing.T) {
	for _, tt := range []struct {
		master, backup string
		reason         packet.Reason // 0: heard
	}{
		{"none", "none", 0},
		{"none", "PASS", packet.ErrAuthMismatch},
		{"none", "AH", packet.ErrAuthMismatch},
		{"PASS", "none", packet.ErrAuthMismatch},
		{"PASS", "PASS", 0},
		{"PASS", "PASS 2", packet.ErrAuth},
		{"PASS", "AH", packet.ErrAuthMismatch},
		{"AH", "none", packet.ErrAuthMismatch},
		{"AH", "PASS", packet.ErrAuthMismatch},
		{"AH", "AH", 0},
		{"AH", "AH 2", packet.ErrAuth},
		{"AH", "AH by the book", packet.ErrAuth},
		{"AH by the book", "AH by the book", 0},
		{"AH unicast", "AH unicast", 0},
		{"HMAC", "HMAC", 0},
		{"HMAC v2", "HMAC v2", 0},
		{"HMAC IPv6", "HMAC IPv6", 0},
		{"HMAC", "v3", packet.ErrLength},
		{"HMAC", "HMAC wrong key", packet.ErrHMAC},
		{"HMAC", "HMAC both keys", 0},
		{"HMAC new key", "HMAC both keys", 0},
		{"HMAC both keys", "HMAC new key", 0},
		{"HMAC new key", "HMAC", packet.ErrHMACKey},
		{"v3", "HMAC", packet.ErrHMACMissing},
		{"v3", "HMAC permissive", 0},
		{"HMAC receiving", "v3", 0},
		{"HMAC receiving", "HMAC permissive", 0},
		{"HMAC permissive", "HMAC", 0},
	} {
		t.Run(tt.master+" heard by "+tt.backup, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bench) {
				a, c := b.host("192.0.2.1", "fe80::1"), b.host("192.0.2.2", "fe80::2")
				master := a.add(t, 200, authentications[tt.master])
				time.Sleep(4 * time.Second)
				wantState(t, master, vrrp.Master)
				backup := c.add(t, 100, authentications[tt.backup])
				time.Sleep(3609374 * time.Microsecond)
				wantState(t, backup, vrrp.Backup)
				s := backup.Snapshot()
				if heard := s.Peer.Priority == 200; heard != (tt.reason == 0) || tt.reason != 0 && s.Counters.Errors[tt.reason] != 4 {
					t.Errorf("peer %+v, errors %v", s.Peer, s.Counters.Errors)
				}
				time.Sleep(2 * time.Microsecond)
				want := vrrp.Backup
				if tt.reason != 0 {
					want = vrrp.Master
				}
				wantState(t, backup, want)
			})
		})
	}
}

// V2-AUTH-08, V2-AUTH-09: a packet that was sent before is discarded, with AH
// and with HMAC, and when the roles change the numbers go on.
func TestReplay(t *testing.T) {
	for _, name := range []string{"AH", "HMAC"} {
		inBubble(t, func(t *testing.T, b *bench) {
			a, c := b.host("192.0.2.1"), b.host("192.0.2.2")
			var tape []vrrp.Packet
			b.seg.Tap(func(f vrrptest.Frame) { tape = append(tape, f.Packet) })
			master, backup := a.add(t, 200, authentications[name]), c.add(t, 100, authentications[name])
			time.Sleep(6 * time.Second)
			wantState(t, master, vrrp.Master)
			replay := tape[0]
			b.seg.Inject(replay)
			time.Sleep(time.Millisecond)
			synctest.Wait()
			if n := backup.Snapshot().Counters.Errors[packet.ErrReplay]; n != 1 {
				t.Errorf("%s: %d replays counted", name, n)
			}
			b.seg.Cut(a.port)
			time.Sleep(5 * time.Second)
			wantState(t, backup, vrrp.Master)
			b.seg.Heal()
			time.Sleep(2 * time.Second)
			wantState(t, master, vrrp.Master)
			wantState(t, backup, vrrp.Backup)
			a.stop()
			time.Sleep(time.Second)
			wantState(t, backup, vrrp.Master)
		})
	}
}

// A clock that is off is named, unless only growing counts.
func TestHMACWindow(t *testing.T) {
	for _, anyTime := range []bool{false, true} {
		inBubble(t, func(t *testing.T, b *bench) {
			h := vrrp.HMAC{Keys: map[uint8]vrrp.Secret{1: key("a")}, Active: 1, AnyTime: anyTime}
			backup := b.host("192.0.2.1").add(t, 100, withHMAC(h))
			time.Sleep(time.Second)
			signer := packet.NewHMAC(map[uint8][]byte{1: []byte(key("a"))}, 1)
			p := vrrp.Packet{Source: netip.MustParseAddr("192.0.2.9"), Destination: packet.GroupIPv4, TTL: 255}
			advert := wellFormed(vrrp.V3)
			message, _ := advert.Append(nil, p.Source, p.Destination, packet.MessageOnly)
			for _, off := range []time.Duration{-6 * time.Second, -5 * time.Second, 5 * time.Second, 6 * time.Second} {
				p.Payload = signer.Append(message[:len(message):len(message)], message, p.Source, packet.StampAt(time.Now().Add(off), 0))
				b.seg.Inject(p)
			}
			time.Sleep(time.Millisecond)
			synctest.Wait()
			want := [2]uint64{2, 2}
			if anyTime {
				want = [2]uint64{4, 0}
			}
			c := backup.Snapshot().Counters
			if got := [2]uint64{c.AdvertsReceived, c.Errors[packet.ErrHMACStale]}; got != want {
				t.Errorf("any time %v: received and stale %v, want %v", anyTime, got, want)
			}
		})
	}
}

// V2-AUTH-04: however a router and what it says are printed, its secrets do not
// show.
func TestSecretsDoNotShow(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		var log bytes.Buffer
		logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		h, other := b.host("192.0.2.1"), b.host("192.0.2.2")
		var routers []*vrrp.Router
		for i, edit := range []func(*vrrp.Config){authentications["PASS"], authentications["AH"], authentications["HMAC"]} {
			with := func(c *vrrp.Config) { edit(c); c.VRID, c.Logger = uint8(i+1), logger }
			routers = append(routers, h.add(t, 200, with))
			other.add(t, 100, func(c *vrrp.Config) { with(c); c.Password, c.AuthHeader, c.HMAC = "", false, nil })
		}
		time.Sleep(10 * time.Second)
		h.stop()
		var said strings.Builder
		for _, r := range routers {
			cfg := r.Config()
			logger.Info("printed", "config", cfg, "router", r, "snapshot", r.Snapshot())
			text, _ := json.Marshal(struct {
				Password vrrp.Secret
				HMAC     *vrrp.HMAC
			}{cfg.Password, cfg.HMAC})
			fmt.Fprintf(&said, "%v %+v %#v %s %v %+v %#v %+v\n", cfg, cfg, cfg.Password, text, r, r, cfg.HMAC, r.Snapshot())
		}
		said.WriteString(log.String())
		if !strings.Contains(said.String(), "********") {
			t.Error("nothing is said at all")
		}
		for _, secret := range []string{"s3cret99", strings.Repeat("a", 32)} {
			if i := strings.Index(said.String(), secret); i >= 0 {
				t.Errorf("a secret shows: ...%s", said.String()[max(0, i-80):i+40])
			}
		}
	})
}
