package vrrptest

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

// Port is a host's connection to a segment. It is a vrrp.Network.
type Port struct {
	segment *Segment
	woken   chan struct{} // Wake was called
	changed chan struct{} // a packet is under way, or the state changed

	// Guarded by segment.mu.
	up     bool
	down   map[string]bool // interfaces, see SetInterface
	cut    bool            // see Segment.Cut
	closed bool
	addrs  []netip.Addr
	links  []*link
}

var _ vrrp.Network = (*Port)(nil)

// SetUp plugs the cable in or out: unlike after Segment.Cut, the host notices.
func (p *Port) SetUp(up bool) {
	p.change(func() { p.up = up })
}

// SetInterface says whether another interface of the host is up, for routers that
// track it. All are until something else is said.
func (p *Port) SetInterface(name string, up bool) {
	p.change(func() { p.down[name] = !up })
}

// SetAddresses replaces the addresses of the host's interface. It panics on an
// address that cannot be parsed.
func (p *Port) SetAddresses(addrs ...string) {
	list := parse(addrs)
	p.change(func() { p.addrs = list })
}

func parse(addrs []string) (list []netip.Addr) {
	for _, a := range addrs {
		list = append(list, netip.MustParseAddr(a).WithZone(""))
	}
	return list
}

func (p *Port) change(f func()) {
	p.segment.mu.Lock()
	defer p.segment.mu.Unlock()
	f()
	for _, l := range p.links {
		l.state, l.dirty = l.look(), true
	}
	p.notify()
}

func (p *Port) notify() {
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

// Open implements vrrp.Network. It fails only once the port is closed.
func (p *Port) Open(cfg vrrp.LinkConfig) (vrrp.Link, error) {
	p.segment.mu.Lock()
	defer p.segment.mu.Unlock()
	if p.closed {
		return nil, net.ErrClosed
	}
	cfg.Local = cfg.Local.WithZone("")
	l := &link{port: p, cfg: cfg}
	l.state = l.look()
	p.links = append(p.links, l)
	return l, nil
}

// Wait implements vrrp.Network. It ignores quiet.
func (p *Port) Wait(until, _ time.Time, ready []vrrp.Link) []vrrp.Link {
	for woken := false; ; {
		now := time.Now()
		var next time.Time
		ready, next = p.ready(ready, now)
		if woken || len(ready) > 0 || !until.IsZero() && !until.After(now) {
			return ready
		}
		if !until.IsZero() && (next.IsZero() || until.Before(next)) {
			next = until
		}
		var due <-chan time.Time
		if !next.IsZero() {
			// Always positive: to select on a timer that is due already trips
			// the race detector of Go 1.26 in a bubble.
			due = time.After(next.Sub(now))
		}
		select {
		case <-due:
		case <-p.changed:
		case <-p.woken:
			woken = true
		}
	}
}

// ready appends the links that have something to read at time now, and returns
// when the next packet arrives, which is after now.
func (p *Port) ready(links []vrrp.Link, now time.Time) (_ []vrrp.Link, next time.Time) {
	p.segment.mu.Lock()
	defer p.segment.mu.Unlock()
	for _, l := range p.links {
		arrived := len(l.inbox) > 0 && !l.inbox[0].At.After(now)
		if l.dirty || arrived {
			l.dirty = false
			links = append(links, l)
		} else if len(l.inbox) > 0 && (next.IsZero() || l.inbox[0].At.Before(next)) {
			next = l.inbox[0].At
		}
	}
	return links, next
}

// Wake implements vrrp.Network.
func (p *Port) Wake() {
	select {
	case p.woken <- struct{}{}:
	default:
	}
}

// Close implements vrrp.Network: it unplugs the host for good.
func (p *Port) Close() error {
	p.segment.mu.Lock()
	defer p.segment.mu.Unlock()
	for _, l := range p.links {
		l.closed = true
	}
	p.closed, p.links = true, nil
	return nil
}

// link is a vrrp.Link. Its fields are guarded by the segment's mutex.
type link struct {
	port   *Port
	cfg    vrrp.LinkConfig
	inbox  []vrrp.Packet // by time of arrival; some of it still on the way
	state  vrrp.LinkState
	dirty  bool // the state changed
	closed bool
}

func (l *link) hears(dst netip.Addr) bool {
	if l.cfg.Group.IsValid() {
		return dst == l.cfg.Group
	}
	return slices.Contains(l.port.addrs, dst) && (l.cfg.Local == dst || l.cfg.Local.IsUnspecified())
}

func (l *link) Send(ps []vrrp.Packet) (int, error) {
	l.port.segment.mu.Lock()
	defer l.port.segment.mu.Unlock()
	switch {
	case l.closed:
		return 0, net.ErrClosed
	case !l.port.up:
		return 0, syscall.ENETDOWN
	}
	for _, p := range ps {
		l.port.segment.send(l.port, p)
	}
	return len(ps), nil
}

func (l *link) Recv(ps []vrrp.Packet) (int, error) {
	l.port.segment.mu.Lock()
	defer l.port.segment.mu.Unlock()
	if l.closed {
		return 0, net.ErrClosed
	}
	now := time.Now()
	n := 0
	for n < len(ps) && n < len(l.inbox) && !l.inbox[n].At.After(now) {
		ps[n] = l.inbox[n]
		n++
	}
	l.inbox = slices.Delete(l.inbox, 0, n)
	return n, nil
}

func (l *link) State() vrrp.LinkState {
	l.port.segment.mu.Lock()
	defer l.port.segment.mu.Unlock()
	return l.state
}

// look makes a new state of what the port says. Called with the mutex held.
func (l *link) look() vrrp.LinkState {
	st := vrrp.LinkState{MTU: 1500}
	switch local := l.cfg.Local; {
	case l.cfg.Watching():
		if st.Up = !l.port.down[l.cfg.Interface]; !st.Up {
			st.Why = "no carrier"
		}
		return st
	case !l.port.up:
		st.Why = "no carrier"
	case !l.cfg.Group.IsValid() && !local.IsUnspecified() && !slices.Contains(l.port.addrs, local):
		st.Why = fmt.Sprintf("address %v is on no interface", local)
	}
	st.Up = st.Why == ""
	for _, a := range l.port.addrs {
		if a.Is6() == l.cfg.IPv6() {
			st.Addresses = append(st.Addresses, a)
		}
	}
	return st
}

func (l *link) Close() error {
	l.port.segment.mu.Lock()
	defer l.port.segment.mu.Unlock()
	l.closed = true
	l.port.links = slices.DeleteFunc(l.port.links, func(o *link) bool { return o == l })
	return nil
}
