package vrrp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// WatchConfig configures [Watch].
type WatchConfig struct {
	// Network is where to listen. Watch closes it.
	Network Network

	// Links are what to listen to: interfaces with a multicast group, as
	// [WatchLinks] lists them, or with a local address.
	Links []LinkConfig
}

// WatchLinks returns the links for both families' usual groups on interfaces.
func WatchLinks(interfaces ...string) (links []LinkConfig) {
	for _, name := range interfaces {
		links = append(links, LinkConfig{Interface: name, Group: packet.GroupIPv4}, LinkConfig{Interface: name, Group: packet.GroupIPv6})
	}
	return links
}

// Watch listens to the advertisements of others, without a router and without
// sending anything, and reports each conflict between two of them once, and
// again if it comes back after a pause: two masters of one virtual router, with
// the difference that is behind it, or one address in two virtual routers. It
// returns nil when ctx is done. report is called on Watch's own goroutine.
func Watch(ctx context.Context, cfg WatchConfig, report func(Conflict)) (err error) {
	if cfg.Network == nil {
		return errors.New("vrrp: Watch without a Network")
	}
	defer func() { err = errors.Join(err, cfg.Network.Close()) }()
	names := map[Link]string{}
	for _, l := range cfg.Links {
		link, err := cfg.Network.Open(l)
		if err != nil {
			return err
		}
		names[link] = l.Interface
	}
	defer context.AfterFunc(ctx, cfg.Network.Wake)()
	w := newWatcher()
	var ready []Link
	for ctx.Err() == nil {
		ready = cfg.Network.Wait(time.Time{}, time.Time{}, ready[:0])
		for _, l := range ready {
			w.drain(l, names[l], report)
		}
	}
	return nil
}

// watcher is Watch without I/O.
type watcher struct {
	in      [recvBatch]Packet
	senders map[sighting]*sender
	known   map[sighting]*conflicts // by interface and VRID
}

// sighting is a router of somebody's, as seen from outside.
type sighting struct {
	iface string
	vrid  uint8
	from  netip.Addr
}

// sender is what it said last.
type sender struct {
	advert  packet.Advert
	form    packet.ChecksumForm
	signed  bool // by an HMAC
	ttl     uint8
	last    time.Time
	between int // adverts in a row between which another router sent one
}

// masterTwice is how many adverts in a row must have had another's in between:
// at a change of masters there is one, or two.
const masterTwice = 3

// maxSenders bounds what forged packets can make a watcher remember.
const maxSenders = 4096

func newWatcher() *watcher {
	return &watcher{senders: map[sighting]*sender{}, known: map[sighting]*conflicts{}}
}

func (w *watcher) drain(l Link, iface string, report func(Conflict)) {
	for range recvTurn / recvBatch {
		n, err := l.Recv(w.in[:])
		for i := range w.in[:n] {
			w.hear(iface, &w.in[i], report)
		}
		if err != nil || n < len(w.in) {
			return
		}
	}
}

// hear takes one packet in. Authentication is not verified, only compared.
func (w *watcher) hear(iface string, p *Packet, report func(Conflict)) {
	message := p.Payload
	if p.Protocol == packet.ProtocolAH {
		var ok bool
		if message, ok = packet.CutAH(message); !ok {
			return
		}
	}
	message, trailer := packet.CutTrailer(message, p.Source.Is6())
	var a packet.Advert
	form, err := a.Parse(message, p.Source, p.Destination)
	if err != nil || a.Priority == packet.PriorityStop {
		delete(w.senders, sighting{iface, a.VRID, p.Source})
		return
	}
	me := sighting{iface, a.VRID, p.Source}
	s := w.senders[me]
	if s == nil {
		if len(w.senders) >= maxSenders {
			clear(w.senders)
		}
		s = &sender{}
		w.senders[me] = s
	}
	before := s.last
	if p.At.Sub(before) > 3*a.Interval {
		before, s.between = time.Time{}, 0 // it has been silent, as a backup is
	}
	s.advert, s.form, s.signed, s.ttl, s.last = a, form, trailer != nil, p.TTL, p.At
	contested := false
	for key, o := range w.senders {
		if key == me || key.iface != iface || key.from.Is6() != p.Source.Is6() || p.At.Sub(o.last) > 3*o.advert.Interval {
			continue
		}
		if key.vrid != me.vrid {
			w.sameAddress(key, o, me, s, report)
			continue
		}
		if !before.IsZero() && o.last.After(before) {
			contested = true
			if s.between++; s.between >= masterTwice {
				cause, detail := difference(key.from, o, me.from, s)
				w.tell(cause, loser(key, o, me, s), p.At, a.Interval, detail, report)
			}
		}
	}
	if !contested {
		s.between = 0
	}
}

// sameAddress reports two virtual routers with one address.
func (w *watcher) sameAddress(other sighting, o *sender, me sighting, s *sender, report func(Conflict)) {
	for _, addr := range s.advert.Addresses {
		for _, theirs := range o.advert.Addresses {
			if addr == theirs {
				w.tell(CauseVRID, loser(other, o, me, s), s.last, s.advert.Interval, fmt.Sprintf("%v advertises VRID %d and %v VRID %d, both with the address %v: give them the same virtual_router_id",
					other.from, other.vrid, me.from, me.vrid, addr), report)
				return
			}
		}
	}
}

// loser is the one of two that the election would have yield.
func loser(x sighting, o *sender, y sighting, s *sender) sighting {
	if a, b := o.advert.Priority, s.advert.Priority; a < b || a == b && x.from.Less(y.from) {
		return x
	}
	return y
}

func (w *watcher) tell(cause Cause, who sighting, now time.Time, interval time.Duration, detail string, report func(Conflict)) {
	key := sighting{who.iface, who.vrid, netip.Addr{}}
	known := w.known[key]
	if known == nil {
		if len(w.known) >= maxSenders {
			clear(w.known)
		}
		known = &conflicts{}
		w.known[key] = known
	}
	if c := known.note(cause, who.from, now, patienceFor(interval)); c != nil {
		c.Interface, c.VRID, c.Detail = who.iface, who.vrid, detail
		report(*c)
	}
}

// difference says why two masters of one virtual router do not agree.
func difference(x netip.Addr, o *sender, y netip.Addr, s *sender) (Cause, string) {
	a, b := &o.advert, &s.advert
	both := func(what string, p, q any) string {
		return fmt.Sprintf("%v and %v are both master of VRID %d: %s, %v and %v", x, y, a.VRID, what, p, q)
	}
	switch {
	case a.Version != b.Version:
		return CauseVersion, both("they speak different versions", a.Version, b.Version)
	case a.AuthType != b.AuthType:
		return CauseAuthType, both("they authenticate differently", a.AuthType, b.AuthType)
	case o.signed != s.signed:
		return CauseAuthType, fmt.Sprintf("%v and %v are both master of VRID %d: only one of them has an HMAC (auth_hmac)", x, y, a.VRID)
	case a.Auth != b.Auth:
		return CausePassword, fmt.Sprintf("%v and %v are both master of VRID %d: they have different passwords", x, y, a.VRID)
	case a.Version == V2 && a.Interval != b.Interval:
		return CauseInterval, both("they have different intervals", a.Interval, b.Interval)
	case o.form != s.form:
		return CauseChecksum, both("they send different checksums", o.form, s.form)
	case o.ttl != s.ttl:
		return CauseTTL, both("their packets have different TTLs", o.ttl, s.ttl)
	case a.Priority == OwnerPriority && b.Priority == OwnerPriority:
		return CauseOwner, fmt.Sprintf("%v and %v are both master of VRID %d: both have priority 255", x, y, a.VRID)
	case fmt.Sprint(a.Addresses) != fmt.Sprint(b.Addresses):
		return CauseAddresses, both("they have different addresses", a.Addresses, b.Addresses)
	}
	return CauseUnheard, fmt.Sprintf("%v and %v are both master of VRID %d: at least one does not hear the other; look at firewalls and at multicast on the switches", x, y, a.VRID)
}
