package vrrp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/broadcast"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// Router is one virtual router: make it with [New], or with [Host.Add] as one of
// many. All methods may be called from any goroutine at any time.
type Router struct {
	host          *Host
	alone         bool // made by New: Run is ours
	id            ID
	link          *hostLink
	log           *slog.Logger
	events        *broadcast.Topic[Event]
	conflictTopic *broadcast.Topic[Conflict]
	incidents     *broadcast.Topic[Incident]
	owner         *caller // nil without an Owner
	name          atomic.Pointer[string]

	// The rest is guarded by host.mu.
	cfg         Config        // with defaults
	leaving     bool          // Close has been called
	gone        chan struct{} // closed when it has left
	left        error         // what it could not release; read after gone
	auth        authenticator
	vips        map[netip.Addr]bool
	source      netip.Addr // of advertisements; zero while there is none
	linked      Input      // the last InputLink
	seq         uint64     // of events
	incidentSeq uint64
	peers       peers
	started     time.Time
	lastError   packet.Reason
	lastErrorAt time.Time
	conflicts   conflicts
	forms       map[netip.Addr]packet.ChecksumForm // learned, by destination, as far as they differ from the configured one
	counters    Counters
	complain    complaints // about packets received
	contests    complaints // signs of rivals
	unsent      complaints // about packets to be sent
	alive       bool       // the last advertisement has left
	saidAt      time.Time  // when one has
	detail      string     // of the transition that waits for the owner
	out         advertisement
}

// New returns a router with a private [Host] on the kernel's network. Run it
// with [Router.Run]. A program whose failover is to be tested has a Host instead,
// which can live on a segment of vrrptest.
func New(cfg Config) (*Router, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	network, err := NewNetwork(NetworkConfig{Logger: cfg.Logger})
	if err != nil {
		return nil, err
	}
	h := NewHost(HostConfig{Network: network, Logger: cfg.Logger})
	r, err := h.Add(cfg)
	if err != nil {
		return nil, errors.Join(err, network.Close())
	}
	r.alone = true
	return r, nil
}

// Run runs a router made by [New] until ctx is done. It then hands over (a
// master says so with priority 0 and releases what it holds), delivers the last
// events, closes their channels, and returns nil. It can be called once. A
// router of a Host runs with that Host, and Run is an error.
func (r *Router) Run(ctx context.Context) error {
	if !r.alone {
		return fmt.Errorf("vrrp: router %s belongs to a Host: run that", r.Name())
	}
	return r.host.Run(ctx)
}

// Close has the router leave its running host: a master says priority 0, releases
// what it holds and reports it. Close returns when that is done, with what could
// not be released; the events' channels are closed then, and another router may
// take the VRID. It must not be called by the router's own Owner. A router that
// does not run yet is only forgotten; one made by [New] is freed. After the end
// of Run, Close does nothing.
func (r *Router) Close() error {
	if r.alone {
		return r.host.Close()
	}
	return r.host.remove(r)
}

// Name returns the router's name.
func (r *Router) Name() string { return *r.name.Load() }

// String returns the router's name: a Router that is printed shows no secrets.
func (r *Router) String() string { return r.Name() }

// Config returns the router's configuration with its defaults filled in. Its
// slices must not be changed.
func (r *Router) Config() Config {
	r.host.mu.Lock()
	defer r.host.mu.Unlock()
	return r.cfg
}

// SetPriority changes the configured priority, 1..254, to which trackers add.
// A backup counts it at once, a master advertises it next time. An address
// owner has priority 255 for good.
func (r *Router) SetPriority(priority uint8) error {
	r.host.mu.Lock()
	defer r.host.mu.Unlock()
	if r.cfg.Priority == OwnerPriority {
		return fmt.Errorf("vrrp: router %s is the address owner: its priority is 255 and cannot change", r.cfg.Name)
	}
	if priority == 0 || priority == OwnerPriority {
		return fmt.Errorf("vrrp: router %s: priority %d is not within 1..254", r.cfg.Name, priority)
	}
	r.cfg.Priority = priority
	r.host.input(Input{Kind: InputPriority, ID: r.id, Priority: priority})
	return nil
}

// Yield has a master give its role to whoever takes it, as when its Owner asks for
// that: it advertises priority 0 and becomes a backup, with ReasonAsked. So do
// the other members of its group. Whoever else takes part and hears it is master
// at once; if nobody does, the router is again, after its down interval. It does
// nothing in another state.
func (r *Router) Yield() {
	r.host.mu.Lock()
	defer r.host.mu.Unlock()
	r.host.input(Input{Kind: InputYield, ID: r.id})
}

// newRouter returns a router that its host has yet to give a link and a machine.
func newRouter(h *Host, cfg Config) *Router {
	r := &Router{host: h, started: time.Now(), events: newTopic(), conflictTopic: newConflicts(), incidents: newIncidents(), gone: make(chan struct{})}
	r.adopt(cfg)
	if cfg.Owner != nil {
		r.owner = &caller{owner: cfg.Owner, router: r, trouble: cfg.Owner.Trouble()}
	}
	return r
}

// adopt makes cfg the router's configuration, as far as it is not the machine's.
func (r *Router) adopt(cfg Config) {
	if !cfg.LearnChecksum || cfg.Checksum != r.cfg.Checksum {
		r.forms = nil
	}
	r.cfg = cfg
	r.name.Store(&cfg.Name)
	r.log = r.host.log
	if cfg.Logger != nil {
		r.log = r.host.async(cfg.Logger)
	}
	r.log = r.log.With("instance", cfg.Name)
	r.auth = newAuthenticator(&cfg).after(&r.auth)
	r.vips = make(map[netip.Addr]bool, len(cfg.Addresses))
	r.out = advertisement{} // a batch may still refer to the old one's packets
	a := &r.out.advert
	for _, p := range cfg.Addresses {
		r.vips[p.Addr()] = true
		a.Addresses = append(a.Addresses, p.Addr())
	}
	a.Version, a.VRID, a.Interval = cfg.Version, cfg.VRID, cfg.Interval
	a.AuthType, a.Auth = r.auth.kind, r.auth.password
}

// setLink tells the machine what its interface can do, if that is news. Called
// with host.mu held.
func (r *Router) setLink(st LinkState) {
	source := r.pickSource(st)
	in := Input{Kind: InputLink, ID: r.id, Up: st.Up && source.IsValid(), Source: source}
	switch {
	case !st.Up:
		in.Reason = ReasonLinkDown
	case !in.Up:
		in.Reason = ReasonNoAddress
	}
	if in == r.linked {
		return
	}
	r.linked, r.source = in, source
	r.host.handle(in)
}

// place is an address of the host; a link-local one belongs to an interface.
type place struct {
	addr  netip.Addr
	iface string
}

func (r *Router) place(a netip.Addr) place { return placeOf(a, r.cfg.Interface) }

func placeOf(a netip.Addr, iface string) place {
	if a.IsLinkLocalUnicast() {
		return place{a, iface}
	}
	return place{addr: a}
}

// countVIPs adds n to the number of routers that have, or even own, each of the
// router's virtual addresses. Called with host.mu held.
func (r *Router) countVIPs(n int) {
	h := r.host
	for a := range r.vips {
		p := r.place(a)
		if h.vips[p] += n; h.vips[p] == 0 {
			delete(h.vips, p)
		}
		if r.cfg.Priority != OwnerPriority {
			continue
		}
		if h.owned[p] += n; h.owned[p] == 0 {
			delete(h.owned, p)
		}
	}
	h.stale = true // which addresses to send from may have changed
}

// pickSource returns the address to advertise from: the configured one, or the
// interface's first that is nobody's virtual address, unless this host owns it:
// two hosts may each own an address and back up the other's. Over IPv6 it must be
// link-local (RFC 9568 section 5.1.2.1), unless the unicast peers are not.
func (r *Router) pickSource(st LinkState) netip.Addr {
	if r.cfg.Source.IsValid() {
		return r.cfg.Source
	}
	linkLocal := r.cfg.sourceLinkLocal()
	for _, a := range st.Addresses {
		p := r.place(a)
		virtual := r.host.vips[p] > 0 && r.host.owned[p] == 0 || r.vips[a] && r.cfg.Priority != OwnerPriority
		if !virtual && (a.Is4() || a.IsLinkLocalUnicast() == linkLocal) {
			return a
		}
	}
	return netip.Addr{}
}
