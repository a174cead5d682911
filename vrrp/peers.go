package vrrp

import (
	"net/netip"
	"slices"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// maxPeers bounds what forged sources can make a router remember.
const maxPeers = 64

// Peer is what another router advertised last.
type Peer struct {
	Addr     netip.Addr // zero if none has been heard
	Priority uint8
	Interval time.Duration
	Checksum packet.ChecksumForm
	At       time.Time // when its advertisement was received
}

// live reports whether the peer is master as far as is known at time now.
func (p *Peer) live(now time.Time) bool {
	return p.Addr.IsValid() && p.Priority != packet.PriorityStop && now.Sub(p.At) <= 4*p.Interval
}

// peers are the routers that have been heard, the newest first.
type peers []Peer

// heard puts p in front. Once the list has grown it does not allocate.
func (l *peers) heard(p Peer) {
	i := slices.IndexFunc(*l, func(o Peer) bool { return o.Addr == p.Addr })
	switch {
	case i >= 0:
	case len(*l) < maxPeers:
		*l = append(*l, Peer{})
		i = len(*l) - 1
	default:
		i = maxPeers - 1
	}
	copy((*l)[1:i+1], (*l)[:i])
	(*l)[0] = p
}

// last returns who advertised last.
func (l peers) last() Peer {
	if len(l) == 0 {
		return Peer{}
	}
	return l[0]
}
