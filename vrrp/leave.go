package vrrp

import (
	"fmt"
	"slices"
	"time"
)

// remove has a router leave, and waits until it has.
func (h *Host) remove(r *Router) error {
	h.mu.Lock()
	switch {
	case h.phase == ended: // or about to end: Run closes gone
	case h.phase == waiting:
		if !r.leaving {
			h.forget(r)
		}
	case !r.leaving:
		r.leaving = true
		h.leaving = append(h.leaving, r)
		h.added = slices.DeleteFunc(h.added, func(o *Router) bool { return o == r })
		h.input(Input{Kind: InputStop, ID: r.id, Reason: ReasonRemoved})
	}
	h.mu.Unlock()
	<-r.gone
	return r.left
}

// bury forgets the routers that have left. Called with mu held, on the loop's
// goroutine, when what the set has asked for is done.
func (h *Host) bury() {
	h.leaving = slices.DeleteFunc(h.leaving, func(r *Router) bool {
		st := h.set.Status(r.id)
		if st.State != Init || st.Pending {
			return false
		}
		h.forget(r)
		return true
	})
}

// forget removes what the host has of a router. Called with mu held.
func (h *Host) forget(r *Router) {
	r.leaving = true
	h.outputs = h.set.Remove(time.Now(), r.id, h.outputs)
	// What is still asked of it is void: another router may get its place.
	h.outputs = slices.DeleteFunc(h.outputs, func(o Output) bool { return o.ID == r.id && o.Kind != OutputGroup })
	h.byID[r.id.Index()] = nil
	same := func(o *Router) bool { return o == r }
	h.routers, h.added = slices.DeleteFunc(h.routers, same), slices.DeleteFunc(h.added, same)
	r.countVIPs(-1)
	r.link.routers[r.cfg.VRID] = nil
	h.closeLink(r.link)
	h.unfollow(r.cfg.Trackers)
	if r.owner != nil {
		h.owners--
		r.left = r.owner.abandon()
	}
	r.events.Close()
	r.conflictTopic.Close()
	r.incidents.Close()
	close(r.gone)
	if h.phase == running || h.phase == stopping {
		h.network.Wake() // others may have something to do, or to send, now
	}
}

// closeUnused ends what openLink began: a link that no router uses is closed.
// Called with mu held.
func (h *Host) closeUnused(l *hostLink) {
	l.opening--
	h.closeLink(l)
}

func (h *Host) closeLink(l *hostLink) {
	if l.opening > 0 || l.follows > 0 || slices.ContainsFunc(l.routers[:], func(r *Router) bool { return r != nil }) {
		return
	}
	delete(h.links, l.cfg)
	delete(h.byLink, l.link)
	if err := l.link.Close(); err != nil {
		h.log.Warn("closing a link failed", "link", l.cfg.String(), "err", err)
	}
}

// abandon ends the calls and the watching of an owner whose router has left.
func (c *caller) abandon() error {
	if c.stopWatch != nil {
		c.stopWatch()
	}
	if !c.current.set {
		return c.held
	}
	c.current.cancel()
	return fmt.Errorf("vrrp: the owner of router %s has not answered in time: its call to %s goes on",
		c.router.cfg.Name, callName(c.current.kind))
}
