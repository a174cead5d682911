package vrrp

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
)

// watching is the link that tells the state of an interface.
func watching(iface string) LinkConfig { return LinkConfig{Interface: iface} }

// canFollow reports why the interfaces of trackers cannot be watched. Called with
// mu held.
func (h *Host) canFollow(trackers []Tracker) error {
	for _, t := range trackers {
		if t.Interface == "" || h.links[watching(t.Interface)] != nil {
			continue
		}
		link, err := h.network.Open(watching(t.Interface))
		if err == nil {
			err = link.Close()
		}
		if err != nil {
			return fmt.Errorf("tracker %q: %w", t.Name, err)
		}
	}
	return nil
}

// follow watches the interfaces of trackers that canFollow has approved of, until
// unfollow. To open such a link takes no time. Called with mu held.
func (h *Host) follow(trackers []Tracker) {
	for _, t := range trackers {
		if t.Interface == "" {
			continue
		}
		cfg := watching(t.Interface)
		l := h.links[cfg]
		if l == nil {
			link, err := h.network.Open(cfg)
			if err != nil {
				h.log.Error("an interface cannot be tracked", "interface", t.Interface, "err", err)
				continue
			}
			l = &hostLink{host: h, cfg: cfg, link: link, own: map[netip.Addr]bool{}}
			h.links[cfg], h.byLink[link] = l, l
		}
		l.follows++
		h.untold = true
	}
}

// unfollow is the end of follow. Called with mu held.
func (h *Host) unfollow(trackers []Tracker) {
	for _, t := range trackers {
		if l := h.links[watching(t.Interface)]; t.Interface != "" && l != nil {
			l.follows--
			h.closeLink(l)
		}
	}
}

// tellInterfaces tells new trackers how their interfaces are. Called with mu held,
// on the loop's goroutine.
func (h *Host) tellInterfaces() {
	if !h.untold {
		return
	}
	h.untold = false
	links := slices.SortedFunc(maps.Values(h.links), func(a, b *hostLink) int { return strings.Compare(a.cfg.Interface, b.cfg.Interface) })
	for _, l := range links {
		if l.follows > 0 {
			l.refresh()
			h.tellInterface(l)
		}
	}
}

// tellInterface tells everybody who tracks the interface of l how it is. Called
// with mu held, on the loop's goroutine.
func (h *Host) tellInterface(l *hostLink) {
	in := Input{Kind: InputTrack, Track: TrackDown}
	if l.state.Up {
		in.Track = TrackUp
	}
	tell := func(trackers []Tracker) {
		for _, t := range trackers {
			if t.Interface == l.cfg.Interface {
				in.Tracker = t.Name
				h.handle(in)
			}
		}
	}
	for _, r := range h.routers {
		in.ID = r.id
		tell(r.cfg.Trackers)
	}
	for _, g := range h.groups {
		in.Group = g.id
		tell(g.trackers)
	}
}

// logInterface says how an interface that is tracked is, in keepalived's words.
func (l *hostLink) logInterface(st LinkState) {
	if st.Up {
		l.host.log.Info("Netlink reports " + l.cfg.Interface + " up")
	} else {
		l.host.log.Warn("Netlink reports "+l.cfg.Interface+" down", "detail", st.Why)
	}
}
