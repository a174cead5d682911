package vrrp

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// judge makes the checks of RFC 9568 section 7.1, in its order, and decodes p
// into l.advert. r is nil if the packet is for none of our routers.
func (l *hostLink) judge(p *Packet) (r *Router, form packet.ChecksumForm, err error) {
	message := p.Payload
	if p.Protocol == packet.ProtocolAH {
		message, _ = packet.CutAH(message)
	}
	head, err := packet.ParseHeader(message)
	if err != nil {
		return nil, 0, err
	}
	r = l.routers[head.VRID]
	multicast := l.cfg.Group.IsValid()
	if multicast && p.TTL != packet.TTL {
		return r, 0, &packet.Error{Reason: packet.ErrTTL, Got: int(p.TTL), Want: packet.TTL}
	}
	if err := head.Validate(); err != nil {
		return r, 0, err
	}
	if r == nil {
		return nil, 0, &packet.Error{Reason: packet.ErrVRID, Got: int(head.VRID)}
	}
	if head.Version != r.cfg.Version {
		return r, 0, &packet.Error{Reason: packet.ErrVersion, Got: int(head.Version), Want: int(r.cfg.Version)}
	}
	a := &l.advert
	message, trailer := r.auth.cut(message, l.cfg.IPv6())
	if form, err = a.Parse(message, p.Source, p.Destination); err != nil {
		return r, 0, err
	}
	if l.proof, err = r.auth.check(a, message, trailer, p, time.Now()); err != nil {
		return r, 0, err
	}
	if a.Version == V2 && a.Interval != r.cfg.Interval {
		return r, 0, &packet.Error{Reason: packet.ErrInterval, Got: int(a.Interval / time.Second), Want: int(r.cfg.Interval / time.Second)}
	}
	if multicast && !r.cfg.Compat.AnyFirstAddress {
		if err := a.CheckLinkLocal(); err != nil {
			return r, 0, err
		}
	}
	return r, form, l.judgeCarrier(r, p)
}

// judgeCarrier checks where a packet comes from and goes to.
func (l *hostLink) judgeCarrier(r *Router, p *Packet) error {
	switch {
	case p.Destination.IsMulticast() != l.cfg.Group.IsValid():
		return packet.ErrDestination
	case l.own[p.Source] && l.host.vips[r.place(p.Source)] == 0: // an address owner sends from one that we may hold
		return packet.ErrOwnAddress
	case !p.Source.IsValid() || p.Source.IsUnspecified() || p.Source.IsMulticast() || p.Source.IsLoopback():
		return packet.ErrSource
	case r.cfg.unicast() && !r.cfg.Compat.AnyPeer && !slices.Contains(r.cfg.Peers, p.Source):
		return packet.ErrPeer
	}
	if limits, ok := r.cfg.PeerTTL[p.Source]; ok && (p.TTL < limits.Min || p.TTL > limits.Max) {
		return &packet.Error{Reason: packet.ErrTTL, Got: int(p.TTL), Want: int(limits.Max)}
	}
	return nil
}

// wrong counts what is wrong or odd about a packet.
func (r *Router) wrong(p *Packet, reason packet.Reason) {
	r.counters.Errors[reason]++
	r.lastError, r.lastErrorAt = reason, p.At
}

// discard counts a packet that is not accepted.
func (l *hostLink) discard(r *Router, p *Packet, err error) {
	var reason packet.Reason
	if !errors.As(err, &reason) {
		reason = packet.ErrSource // of another family than its destination
	}
	if r == nil {
		l.host.counters.Errors[reason]++
		l.host.complainUnheard(l, p, reason, err)
		if reason == packet.ErrVRID {
			l.sharesAddress(p)
		}
		return
	}
	cause, text := causes[reason], complaintText(reason)
	if reason == packet.ErrLength && l.signed(p) {
		cause, text = CauseAuthType, "discarded an advertisement with an HMAC: all routers must have auth_hmac, or none"
	}
	if c := r.conflict(cause, p); c != nil {
		r.tellConflict(c, fmt.Sprintf("%v: %s (%v)", p.Source, text, err))
	}
	r.wrong(p, reason)
	r.complainAbout(p, reason, text, err)
}

// signed reports whether p is as long as with an HMAC behind its message.
func (l *hostLink) signed(p *Packet) bool {
	_, trailer := packet.CutTrailer(p.Payload, l.cfg.IPv6())
	return trailer != nil
}

// remark counts what is odd about an accepted packet.
func (l *hostLink) remark(r *Router, p *Packet) {
	a := &l.advert
	if a.Interval != r.cfg.Interval {
		r.odd(p, packet.ErrInterval)
	}
	if a.Priority == OwnerPriority && r.cfg.Priority == OwnerPriority {
		r.odd(p, packet.ErrOwner)
	}
	if !r.sameAddresses(a.Addresses) {
		r.odd(p, packet.ErrAddressList)
	}
}

// odd counts one thing that is odd about an accepted packet.
func (r *Router) odd(p *Packet, reason packet.Reason) {
	text := complaintText(reason)
	if reason == packet.ErrInterval && r.link.advert.Interval < hastyInterval {
		text = "learned an advertisement interval below 100 ms, which makes this router take over after as short a silence: MinInterval limits it"
	}
	r.wrong(p, reason)
	r.complainAbout(p, reason, text, nil)
	if reason == packet.ErrInterval {
		return // which version 3 learns
	}
	if c := r.conflict(causes[reason], p); c != nil {
		r.tellConflict(c, fmt.Sprintf("%v: %s", p.Source, text))
	}
}

// sameAddresses compares as sets: order and repetition do not matter.
func (r *Router) sameAddresses(list []netip.Addr) bool {
	if slices.Equal(list, r.out.advert.Addresses) {
		return true
	}
	for _, a := range list {
		if !r.vips[a] {
			return false
		}
	}
	for a := range r.vips {
		if !slices.Contains(list, a) {
			return false
		}
	}
	return true
}
