package vrrp

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/vrrpkit/vrrpkit/internal/netlinkx"
)

// look learns how the interfaces are, opens or drops the sockets accordingly,
// and reports whether anything differs from what was found before.
func (l *link) look() bool {
	f := finding{any: true}
	reopen := false
	for i := range l.ears {
		e, h := &l.ears[i], &f.ears[i]
		ifi, exists := l.network.monitor.Interface(e.iface)
		h.reopen = ifi.Index != e.index
		if h.reopen || e.failed != nil {
			e.index = ifi.Index
			h.socket = l.open(e, exists)
			h.reopen = h.reopen || h.socket != nil
		}
		reopen = reopen || h.reopen
	}
	f.state = l.lookAtState()
	if !reopen && sameState(f.state, l.last) {
		return false
	}
	l.last = f.state

	l.network.mu.Lock()
	defer l.network.mu.Unlock()
	for i := range l.ears {
		before, now := l.found.ears[i], &f.ears[i]
		switch {
		case l.gone:
			l.network.discard(now.socket)
		case now.reopen:
			l.network.discard(before.socket) // never used: Wait has not come around
		default:
			*now = before
		}
	}
	if l.gone {
		f = finding{}
	}
	l.found = f
	return true
}

// lookAtState returns the state of the interface, or, if that is up, what is
// wrong with the other one.
func (l *link) lookAtState() LinkState {
	s := LinkState{}
	for _, name := range []string{l.cfg.Interface, l.cfg.VMAC} {
		ifi, exists := l.network.monitor.Interface(name)
		if name == l.cfg.Interface && !l.cfg.Watching() {
			s.MTU, s.Addresses = ifi.MTU, l.usable(ifi)
		}
		switch {
		case s.Why != "" || name == "":
		case !exists:
			s.Why = fmt.Sprintf("interface %s does not exist", name)
		case !ifi.Up:
			s.Why = ifi.Why
		default:
			s.Why = l.whyDeaf(name)
		}
	}
	if local := l.cfg.Local; s.Why == "" && local.IsValid() && !l.cfg.Group.IsValid() && !local.IsUnspecified() && !slices.Contains(s.Addresses, local) && !l.localElsewhere() {
		s.Why = fmt.Sprintf("address %v is on no interface", local)
	}
	s.Up = s.Why == ""
	return s
}

// whyDeaf returns why an interface has not got all its sockets.
func (l *link) whyDeaf(iface string) string {
	for i := range l.ears {
		if e := &l.ears[i]; e.iface == iface && e.failed != nil {
			return e.failed.Error()
		}
	}
	return ""
}

// localElsewhere reports whether another interface has the local address: a
// router's own is often on its loopback.
func (l *link) localElsewhere() bool {
	return slices.ContainsFunc(l.network.monitor.Interfaces(), func(i netlinkx.Interface) bool {
		return slices.Contains(l.usable(i), l.cfg.Local)
	})
}

// usable returns the interface's addresses that can be sent from.
func (l *link) usable(i netlinkx.Interface) []netip.Addr {
	var addrs []netip.Addr
	for _, a := range i.Addresses {
		if a.Usable() && a.Prefix.Addr().Is6() == l.cfg.IPv6() {
			addrs = append(addrs, a.Prefix.Addr().WithZone(""))
		}
	}
	return addrs
}

func sameState(a, b LinkState) bool {
	return a.Up == b.Up && a.Why == b.Why && a.MTU == b.MTU && slices.Equal(a.Addresses, b.Addresses)
}
