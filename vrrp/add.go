package vrrp

import (
	"fmt"
	"net/netip"
	"time"
)

// Add adds a router. If the host runs, it starts at once, else with Run. An
// interface that does not exist yet is no error: the router is in Fault until
// it does. Add may take as long as opening a socket does; the other routers do
// not wait for it.
func (h *Host) Add(cfg Config) (*Router, error) {
	p, err := h.Reserve(cfg)
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	defer p.close()
	return p.add()
}

// Reservation is what a router to come needs: its configuration has been found
// good, and its socket is open. It has to be closed, or Run ends with it.
type Reservation struct {
	host   *Host
	router *Router

	link *hostLink // guarded by host.mu; nil: closed
}

// Reserve does what may fail of Add, and adds no router yet: so that several
// routers come, or change, all or none, reserve and [Router.Prepare] all of them
// first. The VRID may be that of a router which is to be closed before.
func (h *Host) Reserve(cfg Config) (*Reservation, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if h.network == nil {
		return nil, errNoNetwork
	}
	cfg = cfg.withDefaults()
	r := newRouter(h, cfg)
	h.adding.Lock()
	defer h.adding.Unlock()
	l, err := h.openLink(cfg.link())
	if err != nil {
		return nil, fmt.Errorf("vrrp: router %s: %w", cfg.Name, err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.canFollow(cfg.Trackers); err != nil {
		h.closeUnused(l)
		return nil, fmt.Errorf("vrrp: router %s: %w", cfg.Name, err)
	}
	return &Reservation{host: h, router: r, link: l}, nil
}

// Add adds the router, and fails only where another one has its VRID, its group
// is gone, or the host has stopped or the reservation been closed. It is called
// once.
func (p *Reservation) Add() (*Router, error) {
	p.host.mu.Lock()
	defer p.host.mu.Unlock()
	return p.add()
}

func (p *Reservation) add() (*Router, error) {
	h, r, cfg, l := p.host, p.router, &p.router.cfg, p.link
	if h.phase > running || l == nil {
		return nil, ErrStopped
	}
	if other := l.routers[cfg.VRID]; other != nil {
		return nil, fmt.Errorf("vrrp: router %s: router %s has VRID %d on %s already", cfg.Name, other.cfg.Name, cfg.VRID, cfg.Interface)
	}
	if g := cfg.Sync; g != nil && (g.host != h || g.closed) {
		return nil, fmt.Errorf("vrrp: router %s: sync group %s is not of this host", cfg.Name, g.Name())
	}
	var err error
	if r.id, err = h.set.Add(cfg.params()); err != nil {
		return nil, fmt.Errorf("vrrp: router %s: %w", cfg.Name, err)
	}
	h.follow(cfg.Trackers)
	r.link, l.routers[cfg.VRID], r.started = l, r, time.Now()
	h.routers = append(h.routers, r)
	for len(h.byID) <= r.id.Index() {
		h.byID = append(h.byID, nil)
	}
	h.byID[r.id.Index()] = r
	h.added = append(h.added, r)
	if r.owner != nil {
		h.owners++
	}
	r.countVIPs(1)
	if h.phase == running {
		h.network.Wake()
	}
	return r, nil
}

// Close gives the socket back, unless a router uses it.
func (p *Reservation) Close() {
	p.host.mu.Lock()
	defer p.host.mu.Unlock()
	p.close()
}

func (p *Reservation) close() {
	if p.link != nil && p.host.phase != ended {
		p.host.closeUnused(p.link)
	}
	p.link = nil
}

// openLink returns the link that cfg describes, opening it if no router uses it
// yet, and keeps it from being closed until closeUnused. Called with adding held,
// and without mu: opening may take its time.
func (h *Host) openLink(cfg LinkConfig) (*hostLink, error) {
	h.mu.Lock()
	l, over := h.links[cfg], h.phase > running
	if l != nil {
		l.opening++
	}
	h.mu.Unlock()
	if over {
		return nil, ErrStopped
	}
	if l != nil {
		return l, nil
	}
	link, err := h.network.Open(cfg)
	if err == nil && link == nil {
		err = fmt.Errorf("the Network opened no Link for %v", cfg)
	}
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	l = &hostLink{host: h, cfg: cfg, link: link, own: map[netip.Addr]bool{}, opening: 1}
	h.links[cfg], h.byLink[link] = l, l
	return l, nil
}
