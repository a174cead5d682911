package vrrp_test

import (
	"net/netip"
	"slices"
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

// discard is a packet that must be discarded.
type discard struct {
	name     string
	versions []vrrp.Version // of the router; none: both
	advert   func(*packet.Advert)
	edit     func(*vrrp.Packet)
	reason   packet.Reason // 0: it never gets as far as to be counted
	host     bool          // counted by the host: no router can be told
	martian  bool          // a kernel drops it, for its source
}

var discards = []discard{
	{name: "RX-06 empty", edit: func(p *vrrp.Packet) { p.Payload = nil }, reason: packet.ErrLength, host: true},
	{name: "RX-06 truncated header", edit: func(p *vrrp.Packet) { p.Payload = p.Payload[:7] }, reason: packet.ErrLength, host: true},
	{name: "RX-07 truncated", edit: func(p *vrrp.Packet) { p.Payload = p.Payload[:len(p.Payload)-1] }, reason: packet.ErrLength},
	{name: "RX-08 trailing byte", edit: func(p *vrrp.Packet) { p.Payload = append(p.Payload, 0) }, reason: packet.ErrLength},
	{name: "RX-01 TTL 254", edit: func(p *vrrp.Packet) { p.TTL = 254 }, reason: packet.ErrTTL},
	{name: "RX-04 no such version", edit: func(p *vrrp.Packet) { p.Payload[0] = 0x41 }, reason: packet.ErrVersion},
	{name: "RX-04 version 2 for a v3 router", versions: []vrrp.Version{vrrp.V3}, advert: func(a *packet.Advert) { a.Version = vrrp.V2 }, reason: packet.ErrVersion},
	{name: "RX-04 version 3 for a v2 router", versions: []vrrp.Version{vrrp.V2}, advert: func(a *packet.Advert) { *a = wellFormed(vrrp.V3) }, reason: packet.ErrVersion},
	{name: "RX-03 type", edit: func(p *vrrp.Packet) { p.Payload[0]++ }, reason: packet.ErrType},
	{name: "RX-05 other VRID", advert: func(a *packet.Advert) { a.VRID = 52 }, reason: packet.ErrVRID, host: true},
	{name: "RX-05 VRID 0", edit: func(p *vrrp.Packet) { p.Payload[1] = 0 }, reason: packet.ErrVRID, host: true},
	{name: "RX-10 checksum", edit: func(p *vrrp.Packet) { p.Payload[6]++ }, reason: packet.ErrChecksum},
	{name: "V2-AUTH-02 authentication type 3", versions: []vrrp.Version{vrrp.V2}, edit: func(p *vrrp.Packet) { p.Payload[4] = 3; p.Payload[6] -= 2 }, reason: packet.ErrAuthType},
	{name: "V2-AUTH-01 no authentication", versions: []vrrp.Version{vrrp.V2}, advert: func(a *packet.Advert) { a.AuthType = packet.AuthNone }, reason: packet.ErrAuthMismatch},
	{name: "V2-AUTH-03 other password", versions: []vrrp.Version{vrrp.V2}, advert: func(a *packet.Advert) { a.Auth[7] = 1 }, reason: packet.ErrAuth},
	{name: "version 3 in an authentication header", versions: []vrrp.Version{vrrp.V3}, edit: func(p *vrrp.Packet) {
		p.Protocol = packet.ProtocolAH
		p.Payload = packet.NewAH("secret").Append(nil, p.Payload, packet.IPv4Header{Source: p.Source, Destination: p.Destination, TTL: p.TTL}, 1)
	}, reason: packet.ErrAuthMismatch},
	{name: "V2-RX-02 other interval", versions: []vrrp.Version{vrrp.V2}, advert: func(a *packet.Advert) { a.Interval = 2 * time.Second }, reason: packet.ErrInterval},
	{name: "RX-16 unicast destination", edit: func(p *vrrp.Packet) { p.Destination = netip.MustParseAddr("192.0.2.1") }},
	{name: "RX-14 our own address", edit: func(p *vrrp.Packet) { p.Source = netip.MustParseAddr("192.0.2.1") }, reason: packet.ErrOwnAddress, martian: true},
	{name: "RX-15 no source", edit: func(p *vrrp.Packet) { p.Source = netip.IPv4Unspecified() }, reason: packet.ErrSource},
	{name: "RX-15 loopback source", edit: func(p *vrrp.Packet) { p.Source = netip.MustParseAddr("127.0.0.1") }, reason: packet.ErrSource, martian: true},
}

// eachDiscard runs f for every packet that a router of a version must discard.
// It has come from 192.0.2.9, to the group.
func eachDiscard(t *testing.T, v vrrp.Version, f func(*testing.T, *discard, vrrp.Packet)) {
	for _, d := range discards {
		if d.versions != nil && !slices.Contains(d.versions, v) {
			continue
		}
		p := vrrp.Packet{
			Source: netip.MustParseAddr("192.0.2.9"), Destination: packet.GroupIPv4,
			Protocol: packet.Protocol, TTL: 255,
		}
		a := wellFormed(v)
		if d.advert != nil {
			d.advert(&a)
		}
		p.Payload, _ = a.Append(nil, p.Source, p.Destination, packet.MessageOnly)
		if d.edit != nil {
			d.edit(&p)
		}
		t.Run(d.name+" v"+string('0'+rune(v)), func(t *testing.T) { f(t, &d, p) })
	}
}

// MGT-01, FSM-13, RX-13: a packet that is discarded moves exactly one counter
// and nothing else: not the state, not what is known of the peer. deliver
// returns when the packet has arrived, at the latest when counted returns true.
func (d *discard) check(t *testing.T, h *vrrp.Host, r *vrrp.Router, deliver func(counted func() bool)) {
	t.Helper()
	before, want, wantHost := r.Snapshot(), r.Snapshot().Counters.Errors, h.Counters().Errors
	switch {
	case d.reason == 0:
	case d.host:
		wantHost[d.reason]++
	default:
		want[d.reason]++
	}
	got := func() (errors, host [packet.NumReasons]uint64) {
		return r.Snapshot().Counters.Errors, h.Counters().Errors
	}
	deliver(func() bool {
		errors, host := got()
		return errors == want && host == wantHost
	})
	if errors, host := got(); errors != want || host != wantHost {
		t.Errorf("counted %v and by the host %v, want %v and %v", errors, host, want, wantHost)
	}
	after := r.Snapshot()
	if d.reason != 0 && !d.host && (after.LastError != d.reason || after.LastErrorAt.Before(after.Started)) {
		t.Errorf("last error %v at %v, want %v", after.LastError.String(), after.LastErrorAt, d.reason.String())
	}
	// A master's regular advertisements, heard meanwhile, move the timer.
	before.TakeOverAt, after.TakeOverAt = time.Time{}, time.Time{}
	if after.Status != before.Status || after.Seq != before.Seq {
		t.Errorf("status %+v, was %+v", after.Status, before.Status)
	}
	if after.Peer.Addr != before.Peer.Addr || after.Peer.Priority != before.Peer.Priority {
		t.Errorf("peer %+v, was %+v", after.Peer, before.Peer)
	}
}

// Nor does a packet that is discarded move a timer.
func TestDiscardedPackets(t *testing.T) {
	for _, v := range []vrrp.Version{vrrp.V2, vrrp.V3} {
		eachDiscard(t, v, func(t *testing.T, d *discard, p vrrp.Packet) {
			inBubble(t, func(t *testing.T, b *bench) {
				h := b.host("192.0.2.1")
				r := h.add(t, 100, func(c *vrrp.Config) {
					if c.Version = v; v == vrrp.V2 {
						c.Password = "secret"
					}
				})
				time.Sleep(2 * time.Second)
				d.check(t, h.Host, r, func(func() bool) {
					b.seg.Inject(p)
					time.Sleep(100 * time.Millisecond)
					synctest.Wait()
				})
				time.Sleep(1509375 * time.Microsecond)
				wantState(t, r, vrrp.Master) // at 3.609375 s, as if nothing had been heard
			})
		})
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
		{"V3-RX-07 GEN-12 EL-07 second owner", func(a *packet.Advert) { a.Priority = 255 }, 0, packet.ErrOwner},
		{"V3-RX-09 address twice", func(a *packet.Advert) { a.Addresses = append(a.Addresses, a.Addresses[0]) }, 0, 0},
		{"CK-05 pseudo-header", func(*packet.Advert) {}, packet.PseudoHeader, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bench) {
				h := b.host("192.0.2.1")
				priority := uint8(100)
				if tt.reason == packet.ErrOwner {
					priority = 255
				}
				r := h.add(t, priority, nil)
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

// UC-02, UC-04, UC-05: unicast accepts any TTL, but only from its peers.
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

// V3-RX-05: over IPv6 multicast the first address is link-local, unless told
// otherwise.
func TestFirstAddressLinkLocal(t *testing.T) {
	for _, lenient := range []bool{false, true} {
		inBubble(t, func(t *testing.T, b *bench) {
			h := b.host("fe80::1")
			r := h.add(t, 100, func(c *vrrp.Config) {
				c.Addresses, c.Compat.AnyFirstAddress = prefixes("fe80::5e:100/64"), lenient
			})
			time.Sleep(time.Second)
			a := wellFormed(vrrp.V3)
			a.Addresses = []netip.Addr{netip.MustParseAddr("2001:db8::1")}
			p := vrrp.Packet{Source: netip.MustParseAddr("fe80::9"), Destination: packet.GroupIPv6, TTL: 255}
			p.Payload, _ = a.Append(nil, p.Source, p.Destination, 0)
			b.seg.Inject(p)
			time.Sleep(time.Second)
			if got := r.Snapshot().Counters.AdvertsReceived == 1; got != lenient {
				t.Errorf("lenient %v: accepted %v", lenient, got)
			}
		})
	}
}
