package compose

import (
	"context"
	"net/netip"
	"slices"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// Addresses tells which addresses this machine has.
type Addresses interface {
	// Addresses returns those of all interfaces.
	Addresses() []netip.Addr

	// Watch calls changed at once and whenever Addresses may have a new answer,
	// until ctx ends; it then returns nil.
	Watch(ctx context.Context, changed func()) error
}

// needsAddresses reports whether cfg checks servers only while an address is here.
func needsAddresses(cfg *confparse.Config) bool {
	return slices.ContainsFunc(cfg.VirtualServers, func(v *confparse.VirtualServer) bool { return v.Suspend })
}

// look suspends and resumes the checks of virtual servers with ha_suspend.
func (l *lvs) look() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lookNow()
}

// lookNow is look, with the mutex held.
func (l *lvs) lookNow() {
	if !l.started {
		return
	}
	var here []netip.Addr
	if l.addresses != nil && slices.ContainsFunc(l.pools, func(p *lvsPool) bool { return p.cfg.Suspend }) {
		here = l.addresses.Addresses()
	}
	for _, p := range l.pools {
		l.suspend(p, p.cfg.Suspend && l.addresses != nil && !slices.ContainsFunc(here, p.serves))
	}
}

// watch follows the addresses until ctx ends.
func (l *lvs) watch(ctx context.Context, a Addresses) {
	err := a.Watch(ctx, l.look)
	if err == nil {
		return
	}
	l.log.Error("ha_suspend: addresses are not followed any more; every server is checked", "err", err)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.addresses = nil
	l.lookNow()
}

// serves reports whether clients come by that address. A virtual server of
// marks has none.
func (p *lvsPool) serves(a netip.Addr) bool {
	a = a.WithZone("")
	if p.cfg.Group == nil {
		return p.cfg.Address == a
	}
	return slices.ContainsFunc(p.cfg.Group.Entries, func(e confparse.GroupEntry) bool {
		return e.First.IsValid() && e.First.Is4() == a.Is4() && e.First.Compare(a) <= 0 && a.Compare(e.Last) <= 0
	})
}

// suspend stops the checks of a pool, or has them go on. Servers stay as they
// are meanwhile. A file is not looked at any less.
func (l *lvs) suspend(p *lvsPool, off bool) {
	for _, s := range p.servers {
		for _, k := range s.checks {
			switch {
			case k.cfg.File != nil:
			case off:
				k.runner.Suspend()
			default: // no news to one that goes on
				k.runner.Resume()
			}
		}
	}
	if p.suspended == off {
		return
	}
	p.suspended = off
	verb := "Activating"
	if off {
		verb = "Suspending"
	}
	for _, s := range p.servers {
		l.log.Info(verb + " healthchecker for service " + s.name + " for VS " + p.name)
	}
}
