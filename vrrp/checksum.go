package vrrp

import (
	"net/netip"
	"slices"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// formFor returns the checksum form for what goes to dst: the learned one, or
// the configured one. Called with host.mu held.
func (r *Router) formFor(dst netip.Addr) packet.ChecksumForm {
	if f, ok := r.forms[dst]; ok {
		return f
	}
	return r.cfg.Checksum
}

// learn notes in which form an accepted advertisement came, and says so if that
// changes what we send. Called with host.mu held.
func (r *Router) learn(from netip.Addr, form packet.ChecksumForm) {
	if !r.cfg.LearnChecksum || r.cfg.Version != V3 || from.Is6() {
		return
	}
	dst := from
	switch {
	case !r.cfg.unicast():
		dst = r.cfg.Group
	case !slices.Contains(r.cfg.Peers, from):
		return // one that we do not send to
	}
	before := r.formFor(dst)
	if before == form {
		return
	}
	if r.forms == nil {
		r.forms = map[netip.Addr]packet.ChecksumForm{}
	}
	r.forms[dst] = form
	r.out.packets = nil
	if times, ok := r.complain.due(complaint{packet.ErrChecksum, netip.Addr{}}, time.Now()); ok {
		r.log.Info("sending the checksum that the other router sends", "to", dst, "as", from, "form", form.String(), "before", before.String(), "repeated", times)
	}
}
