package vrrp

import (
	"net/netip"
	"slices"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// authenticator signs a router's advertisements and judges others'.
type authenticator struct {
	kind     packet.AuthType
	password [8]byte
	ah       *packet.AH
	sequence uint32 // the last that was sent or accepted: keepalived has one count for both

	hmac  *packet.HMAC
	rules HMAC
	stamp packet.Stamp // the last that was sent
	heard []heardStamp // the newest last
	limit int          // of heard
}

type heardStamp struct {
	from  netip.Addr
	stamp packet.Stamp
}

// proof is what makes an advertisement newer than those before. It counts once
// the whole packet has been accepted.
type proof struct {
	sequence uint32
	stamp    packet.Stamp
}

// after carries on from where the router's last authenticator has got to: what
// has been accepted once is not accepted again.
func (a authenticator) after(old *authenticator) authenticator {
	a.sequence, a.stamp, a.heard = old.sequence, old.stamp, old.heard
	return a
}

func newAuthenticator(c *Config) authenticator {
	a := authenticator{limit: max(hmacSenders, len(c.Peers))}
	if c.Password != "" {
		a.kind, a.password = packet.AuthPassword, packet.PasswordAuth(string(c.Password))
	}
	if c.AuthHeader {
		a.kind, a.ah = packet.AuthHeader, packet.NewAH(string(c.Password))
		a.ah.ByTheBook = c.AuthHeaderRFC
	}
	if c.HMAC != nil {
		keys := map[uint8][]byte{}
		for id, k := range c.HMAC.Keys {
			keys[id] = []byte(k)
		}
		a.rules, a.hmac = *c.HMAC, packet.NewHMAC(keys, c.HMAC.Active)
	}
	return a
}

// signs reports whether no two packets are alike.
func (a *authenticator) signs() bool {
	return a.ah != nil || a.hmac != nil && a.rules.Mode != HMACReceiveOnly
}

// next begins a new advertisement, which may go to several destinations.
func (a *authenticator) next(now time.Time) {
	if a.ah != nil {
		a.sequence++
	}
	if a.hmac != nil {
		a.stamp = packet.StampAt(now, a.stamp)
	}
}

// sign turns the message that p carries into what is sent.
func (a *authenticator) sign(p *Packet) {
	switch {
	case a.ah != nil:
		p.Protocol = packet.ProtocolAH
		p.ID = uint16(a.sequence%0xffff) + 1 // never 0, which the kernel would replace
		p.Payload = a.ah.Append(nil, p.Payload, carrierOf(p), a.sequence)
	case a.signs():
		p.Payload = a.hmac.Append(p.Payload, p.Payload, p.Source, a.stamp)
	}
}

// cut takes the trailer off a message if one is expected or allowed.
func (a *authenticator) cut(message []byte, ipv6 bool) (_, trailer []byte) {
	if a.hmac == nil {
		return message, nil
	}
	return packet.CutTrailer(message, ipv6)
}

// check judges an advertisement that has come in p: its message is advert and,
// encoded, message.
func (a *authenticator) check(advert *packet.Advert, message, trailer []byte, p *Packet, now time.Time) (w proof, err error) {
	if advert.AuthType == packet.AuthHeader != (p.Protocol == packet.ProtocolAH) {
		return w, &packet.Error{Reason: packet.ErrAuthMismatch, Got: int(advert.AuthType), Want: int(a.kind)}
	}
	if a.hmac != nil {
		w.stamp, err = a.checkTrailer(message, trailer, p.Source, now)
		return w, err
	}
	if advert.Version != V2 {
		return w, nil
	}
	if err := advert.Authenticate(a.kind, a.password); err != nil || a.ah == nil {
		return w, err
	}
	if w.sequence, _, err = a.ah.Verify(p.Payload, carrierOf(p)); err != nil {
		return w, err
	}
	if w.sequence <= a.sequence {
		return w, &packet.Error{Reason: packet.ErrReplay}
	}
	return w, nil
}

func (a *authenticator) checkTrailer(message, trailer []byte, from netip.Addr, now time.Time) (packet.Stamp, error) {
	if trailer == nil {
		if a.rules.Mode == HMACEnforce {
			return 0, &packet.Error{Reason: packet.ErrHMACMissing}
		}
		return 0, nil
	}
	stamp, err := a.hmac.Verify(message, trailer, from)
	if err != nil {
		return 0, err
	}
	if age := stamp.Age(now); !a.rules.AnyTime && (age > a.rules.Window || age < -a.rules.Window) {
		return 0, &packet.Error{Reason: packet.ErrHMACStale}
	}
	if i := a.sender(from); i >= 0 && !stamp.After(a.heard[i].stamp) {
		return 0, &packet.Error{Reason: packet.ErrReplay}
	}
	return stamp, nil
}

// accept notes that what w proves has been heard from an address.
func (a *authenticator) accept(w proof, from netip.Addr) {
	if a.ah != nil {
		a.sequence = w.sequence
	}
	if w.stamp == 0 {
		return
	}
	if i := a.sender(from); i >= 0 {
		a.heard = slices.Delete(a.heard, i, i+1)
	} else if len(a.heard) >= a.limit {
		a.heard = slices.Delete(a.heard, 0, 1)
	}
	a.heard = append(a.heard, heardStamp{from, w.stamp})
}

func (a *authenticator) sender(from netip.Addr) int {
	return slices.IndexFunc(a.heard, func(h heardStamp) bool { return h.from == from })
}

func carrierOf(p *Packet) packet.IPv4Header {
	return packet.IPv4Header{Source: p.Source, Destination: p.Destination, ID: p.ID, TTL: p.TTL}
}
