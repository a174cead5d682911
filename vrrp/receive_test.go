package vrrp_test

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// wellFormed returns what a better router (priority 250) would send.
func wellFormed(v vrrp.Version) packet.Advert {
	a := packet.Advert{
		Version: v, VRID: 51, Priority: 250, Interval: time.Second,
		Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.100")},
	}
	if v == vrrp.V2 {
		a.AuthType, a.Auth = packet.AuthPassword, packet.PasswordAuth("secret")
	}
	return a
}

// MGT-01, FSM-13, RX-13: a packet that is discarded moves exactly one counter
// and nothing else: not the state, not a timer, not what is known of the peer.
func TestDiscardedPackets(t *testing.T) {
	both := []vrrp.Version{vrrp.V2, vrrp.V3}
	for _, tt := range []struct {
		name     string
		versions []vrrp.Version
		advert   func(*packet.Advert)
		packet   func(*vrrp.Packet)
		reason   packet.Reason
		host     bool // counted by the host: no router can be told
	}{
		{name: "RX-06 empty", versions: both, packet: func(p *vrrp.Packet) { p.Payload = nil }, reason: packet.ErrLength, host: true},
		{name: "RX-06 truncated header", versions: both, packet: func(p *vrrp.Packet) { p.Payload = p.Payload[:7] }, reason: packet.ErrLength, host: true},
		{name: "RX-07 truncated", versions: both, packet: func(p *vrrp.Packet) { p.Payload = p.Payload[:len(p.Payload)-1] }, reason: packet.ErrLength},
		{name: "RX-08 trailing byte", versions: both, packet: func(p *vrrp.Packet) { p.Payload = append(p.Payload, 0) }, reason: packet.ErrLength},
		{name: "RX-01 TTL 254", versions: both, packet: func(p *vrrp.Packet) { p.TTL = 254 }, reason: packet.ErrTTL},
		{name: "RX-04 no such version", versions: both, packet: func(p *vrrp.Packet) { p.Payload[0] = 0x41 }, reason: packet.ErrVersion},
		{name: "RX-04 version 2 for a v3 router", versions: both[1:], advert: func(a *packet.Advert) { a.Version = vrrp.V2 }, reason: packet.ErrVersion},
		{name: "RX-04 version 3 for a v2 router", versions: both[:1], advert: func(a *packet.Advert) { *a = wellFormed(vrrp.V3) }, reason: packet.ErrVersion},
		{name: "RX-03 type", versions: both, packet: func(p *vrrp.Packet) { p.Payload[0]++ }, reason: packet.ErrType},
		{name: "RX-05 other VRID", versions: both, advert: func(a *packet.Advert) { a.VRID = 52 }, reason: packet.ErrVRID, host: true},
		{name: "RX-05 VRID 0", versions: both, packet: func(p *vrrp.Packet) { p.Payload[1] = 0 }, reason: packet.ErrVRID, host: true},
		{name: "RX-10 checksum", versions: both, packet: func(p *vrrp.Packet) { p.Payload[6]++ }, reason: packet.ErrChecksum},
		{name: "V2-AUTH-02 authentication type 3", versions: both[:1], packet: func(p *vrrp.Packet) { p.Payload[4] = 3; p.Payload[6] -= 2 }, reason: packet.ErrAuthType},
		{name: "V2-AUTH-01 no authentication", versions: both[:1], advert: func(a *packet.Advert) { a.AuthType = packet.AuthNone }, reason: packet.ErrAuthMismatch},
		{name: "V2-AUTH-03 other password", versions: both[:1], advert: func(a *packet.Advert) { a.Auth[7] = 1 }, reason: packet.ErrAuth},
		{name: "V2-RX-02 other interval", versions: both[:1], advert: func(a *packet.Advert) { a.Interval = 2 * time.Second }, reason: packet.ErrInterval},
		{name: "RX-16 unicast destination", versions: both, packet: func(p *vrrp.Packet) { p.Destination = netip.MustParseAddr("192.0.2.1") }},
		{name: "RX-14 our own address", versions: both, packet: func(p *vrrp.Packet) { p.Source = netip.MustParseAddr("192.0.2.1") }, reason: packet.ErrOwnAddress},
		{name: "RX-15 no source", versions: both, packet: func(p *vrrp.Packet) { p.Source = netip.IPv4Unspecified() }, reason: packet.ErrSource},
		{name: "RX-15 loopback source", versions: both, packet: func(p *vrrp.Packet) { p.Source = netip.MustParseAddr("127.0.0.1") }, reason: packet.ErrSource},
	} {
		for _, v := range tt.versions {
			t.Run(tt.name+" v"+string('0'+rune(v)), func(t *testing.T) {
				inBubble(t, func(t *testing.T, b *bench) {
					h := b.host("192.0.2.1")
					r := h.add(t, 100, func(c *vrrp.Config) {
						if c.Version = v; v == vrrp.V2 {
							c.Password = "secret"
						}
					})
					time.Sleep(2 * time.Second)
					p := vrrp.Packet{
						Source: netip.MustParseAddr("192.0.2.9"), Destination: packet.GroupIPv4,
						Protocol: packet.Protocol, TTL: 255,
					}
					a := wellFormed(v)
					if tt.advert != nil {
						tt.advert(&a)
					}
					p.Payload, _ = a.Append(nil, p.Source, p.Destination, packet.MessageOnly)
					if tt.packet != nil {
						tt.packet(&p)
					}
					b.seg.Inject(p)
					time.Sleep(100 * time.Millisecond)
					synctest.Wait()

					s := r.Snapshot()
					var want, got [packet.NumReasons]uint64
					if tt.reason != 0 {
						want[tt.reason]++
					}
					if got = s.Counters.Errors; tt.host {
						got = h.Counters().Errors
					}
					if got != want || s.Counters.AdvertsReceived != 0 || s.Peer.Addr.IsValid() {
						t.Errorf("counted %v, want one of %v; received %d from %v", got, tt.reason, s.Counters.AdvertsReceived, s.Peer.Addr)
					}
					time.Sleep(1509375 * time.Microsecond)
					wantState(t, r, vrrp.Master) // at 3.609375 s, as if nothing had been heard
				})
			})
		}
	}
}

// What is odd but no reason to discard: counted, and heard all the same.
func TestAcceptedOddities(t *testing.T) {
	for _, tt := range []struct {
		name   string
		advert func(*packet.Advert)
		form   packet.ChecksumForm
		reason packet.Reason
	}{
		{"V3-RX-04 other interval", func(a *packet.Advert) { a.Interval = 2 * time.Second }, 0, packet.ErrInterval},
		{"V3-RX-06 other addresses", func(a *packet.Advert) { a.Addresses[0] = a.Addresses[0].Next() }, 0, packet.ErrAddressList},
		{"V3-RX-09 address twice", func(a *packet.Advert) { a.Addresses = append(a.Addresses, a.Addresses[0]) }, 0, 0},
		{"CK-05 pseudo-header", func(*packet.Advert) {}, packet.PseudoHeader, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bench) {
				h := b.host("192.0.2.1")
				r := h.add(t, 100, nil)
				time.Sleep(3 * time.Second)
				p := vrrp.Packet{Source: netip.MustParseAddr("192.0.2.9"), Destination: packet.GroupIPv4, TTL: 255}
				a := wellFormed(vrrp.V3)
				tt.advert(&a)
				p.Payload, _ = a.Append(nil, p.Source, p.Destination, tt.form)
				b.seg.Inject(p)
				time.Sleep(time.Second)
				wantState(t, r, vrrp.Backup)
				var want [packet.NumReasons]uint64
				if tt.reason != 0 {
					want[tt.reason]++
				}
				s := r.Snapshot()
				if s.Counters.Errors != want || s.Peer.Addr != p.Source || s.Peer.Checksum != tt.form {
					t.Errorf("errors %v, want %v; peer %+v", s.Counters.Errors, want, s.Peer)
				}
			})
		})
	}
}

// UC-02, UC-04: unicast accepts any TTL, but only from its peers.
func TestUnicastPeers(t *testing.T) {
	for _, anyPeer := range []bool{false, true} {
		inBubble(t, func(t *testing.T, b *bench) {
			h := b.host("192.0.2.1")
			r := h.add(t, 100, func(c *vrrp.Config) {
				c.Peers = []netip.Addr{netip.MustParseAddr("192.0.2.2")}
				c.Compat.AnyPeer = anyPeer
			})
			time.Sleep(time.Second)
			for _, source := range []string{"192.0.2.2", "192.0.2.9"} {
				p := vrrp.Packet{Source: netip.MustParseAddr(source), Destination: netip.MustParseAddr("192.0.2.1"), TTL: 64}
				a := wellFormed(vrrp.V3)
				p.Payload, _ = a.Append(nil, p.Source, p.Destination, packet.PseudoHeaderGroup)
				b.seg.Inject(p)
			}
			time.Sleep(time.Second)
			want := uint64(1)
			if anyPeer {
				want = 2
			}
			if c := r.Snapshot().Counters; c.AdvertsReceived != want || c.Errors[packet.ErrPeer] != 2-want {
				t.Errorf("any peer %v: received %d, refused %d", anyPeer, c.AdvertsReceived, c.Errors[packet.ErrPeer])
			}
		})
	}
}
