package vrrp

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"time"
)

// Update changes the configuration of a router, running or not: everything but
// what its socket depends on (Interface, VRID, address family, Group, VMAC,
// XmitBase, unicast or not, and over unicast Source) and its Owner, which stays where cfg names none.
// The router keeps its state where the protocol allows it, its trackers keep
// theirs by name, and a master goes on holding what it holds: telling the Owner
// about other addresses is the caller's part. On error nothing has changed.
func (r *Router) Update(cfg Config) error {
	commit, err := r.Prepare(cfg)
	if err != nil {
		return err
	}
	commit()
	return nil
}

// Prepare checks an update and changes nothing; commit then makes it, and cannot
// fail. So that several routers change all or none, prepare all of them first.
// In between, no other Update or Track of this router may come, and its group
// may not be closed.
func (r *Router) Prepare(cfg Config) (commit func(), err error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	h := r.host
	h.mu.Lock()
	defer h.mu.Unlock()
	if r.leaving || h.phase > running {
		return nil, fmt.Errorf("vrrp: router %s: %w", r.cfg.Name, ErrStopped)
	}
	if err := errors.Join(r.compatible(&cfg), h.canFollow(cfg.Trackers)); err != nil {
		return nil, fmt.Errorf("vrrp: router %s: %w", r.cfg.Name, err)
	}
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		r.commit(cfg)
	}, nil
}

// compatible reports why a running router cannot take cfg, and fills in what
// stays. Called with host.mu held.
func (r *Router) compatible(cfg *Config) error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if cfg.VRID != r.cfg.VRID {
		bad("the VRID cannot change from %d to %d: close this router and add another one", r.cfg.VRID, cfg.VRID)
	}
	if was, is := r.cfg.link(), cfg.link(); was != is {
		bad("the socket cannot change from %v to %v: close this router and add another one", was, is)
	}
	switch {
	case cfg.Owner == nil:
		cfg.Owner = r.cfg.Owner
	case !sameOwner(cfg.Owner, r.cfg.Owner):
		bad("the Owner cannot change: leave it out, or close this router and add another one")
	}
	if cfg.Sync != nil && (cfg.Sync.host != r.host || cfg.Sync.closed) {
		bad("sync group %s is not of this host", cfg.Sync.Name())
	}
	return errors.Join(errs...)
}

// sameOwner compares two owners; those of a type that cannot be compared differ.
func sameOwner(a, b Owner) bool { return reflect.ValueOf(a).Comparable() && a == b }

// commit makes an update. Called with host.mu held.
func (r *Router) commit(cfg Config) {
	h := r.host
	if r.leaving || h.phase > running {
		return
	}
	h.follow(cfg.Trackers)
	h.unfollow(r.cfg.Trackers)
	r.countVIPs(-1)
	r.adopt(cfg)
	r.countVIPs(1)
	// Validate and compatible have seen to it that this cannot fail.
	h.outputs, _ = h.set.Update(time.Now(), r.id, cfg.params(), h.outputs)
	h.network.Wake()
}

// withTracker returns the list with t in it, instead of one of the same name.
func withTracker(list []Tracker, t Tracker) []Tracker {
	out := make([]Tracker, 0, len(list)+1)
	found := false
	for _, old := range list {
		if old.Name == t.Name {
			old, found = t, true
		}
		out = append(out, old)
	}
	if !found {
		out = append(out, t)
	}
	return out
}

// String returns the interface and the group or address, for messages.
func (c LinkConfig) String() string {
	switch {
	case c.Group.IsValid():
		return fmt.Sprintf("%s group %v", c.Interface, c.Group)
	case c.Local != netip.Addr{}:
		return fmt.Sprintf("%s address %v", c.Interface, c.Local)
	}
	return c.Interface
}
