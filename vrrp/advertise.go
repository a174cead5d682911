package vrrp

import (
	"errors"
	"net/netip"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// advertisement is what a router sends, encoded. It is encoded anew only when
// it changes: a master says the same thing all the time, unless it signs it.
type advertisement struct {
	advert  packet.Advert
	source  netip.Addr
	packets []Packet // one per destination
	left    bool     // one of them, in this turn
}

// said is an advertisement of this turn.
type said struct {
	router   *Router
	priority uint8
}

// advertise queues an advertisement for the end of the turn. Called with mu
// held.
func (h *Host) advertise(r *Router, priority uint8) {
	o := &r.out
	if priority != o.advert.Priority || r.source != o.source || o.packets == nil || r.auth.signs() {
		if err := r.encode(priority); err != nil {
			r.counters.SendErrors++
			r.log.Error("cannot encode an advertisement", "err", err)
			return
		}
	}
	l := r.link
	if len(l.out) == 0 {
		h.batched = append(h.batched, l)
	}
	for i := range o.packets {
		l.out = append(l.out, o.packets[i])
		l.senders = append(l.senders, r)
	}
	h.said = append(h.said, said{r, priority})
}

func (r *Router) encode(priority uint8) error {
	o := &r.out
	o.advert.Priority, o.source = priority, r.source
	destinations := r.cfg.Peers
	if !r.cfg.unicast() {
		destinations = []netip.Addr{r.cfg.Group}
	}
	o.packets = []Packet{} // a batch may still refer to the old ones
	r.auth.next(time.Now())
	ttl := uint8(packet.TTL)
	if r.cfg.unicast() {
		ttl = r.cfg.TTL
	}
	for _, dst := range destinations {
		if r.link.own[dst] || dst == r.source {
			continue // many give all routers the same list of peers
		}
		b, err := o.advert.Append(nil, r.source, dst, r.formFor(dst))
		if err != nil {
			o.packets = nil
			return err
		}
		p := Packet{
			Payload: b, Source: r.source, Destination: dst, Protocol: packet.Protocol, TTL: ttl, TOS: packet.TOS,
		}
		r.auth.sign(&p)
		o.packets = append(o.packets, p)
	}
	return nil
}

// flush sends what is queued, a batch for each link, and notes what has really
// left. Called with mu held.
func (h *Host) flush() {
	for _, l := range h.batched {
		l.send()
	}
	h.batched = h.batched[:0]
	var now time.Time
	if len(h.said) > 0 {
		now = time.Now()
	}
	for _, s := range h.said {
		r := s.router
		r.alive = r.out.left || r.out.packets != nil && len(r.out.packets) == 0 // nobody but ourselves to tell
		switch {
		case !r.alive:
			continue
		case s.priority == packet.PriorityStop:
			r.counters.PriorityZeroSent++
			r.log.Debug("sent 0 priority")
		case r.owner != nil && h.set.Status(r.id).State == Master: // not one that yields
			h.renewals = append(h.renewals, r.owner.owner)
		}
		if r.out.left {
			r.counters.AdvertsSent++
			r.saidAt = now
		}
	}
	for _, s := range h.said {
		s.router.out.left = false
	}
	clear(h.said)
	h.said = h.said[:0]
}

// errNotSent is for a Link that sends nothing and does not say why.
var errNotSent = errors.New("the link did not take it")

// send sends the batch of a link. A packet that cannot be sent is counted; the
// next advertisement is due all the same.
func (l *hostLink) send() {
	for sent := 0; sent < len(l.out); {
		n, err := l.link.Send(l.out[sent:])
		for _, r := range l.senders[sent : sent+n] {
			r.out.left = true
		}
		sent += n
		if n == 0 && err == nil {
			err = errNotSent
		}
		if err == nil {
			continue
		}
		r := l.senders[sent]
		r.counters.SendErrors++
		r.complainSend(l.out[sent].Destination, err)
		sent++
	}
	clear(l.out)
	clear(l.senders)
	l.out, l.senders = l.out[:0], l.senders[:0]
}
