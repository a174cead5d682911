package vrrp

import (
	"fmt"
	"net"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netlinkx"
	"github.com/vrrpkit/vrrpkit/internal/netns"
	"github.com/vrrpkit/vrrpkit/internal/rawsock"
)

// link is a Link over a raw socket. The socket belongs to one incarnation of
// the interface, which its index tells; another one gets another socket.
type link struct {
	network *network
	id      int32
	cfg     LinkConfig

	// The host's goroutine's.
	socket *rawsock.Socket // nil while the interface does not exist
	state  LinkState
	closed bool

	// The watcher's, and before the watcher knows the link, Open's.
	index  int       // the interface that the newest socket is for; 0: none
	failed error     // why there is no socket for it
	last   LinkState // what was found last

	// Guarded by network.mu: handed from the watcher to Wait.
	found finding
	gone  bool // closed: nothing must be handed over any more
}

// finding is news of a link's interface.
type finding struct {
	any    bool
	state  LinkState
	reopen bool            // socket replaces the one in use
	socket *rawsock.Socket // may be nil
}

// Send implements Link.
func (l *link) Send(ps []Packet) (n int, err error) {
	if l.closed {
		return 0, net.ErrClosed
	}
	if l.socket == nil {
		return 0, fmt.Errorf("vrrp: %s: %w", l.state.Why, unix.ENETDOWN)
	}
	for n < len(ps) && err == nil {
		batch := l.network.batch[:min(len(ps)-n, rawsock.Batch)]
		for i := range batch {
			batch[i] = rawsock.Packet(ps[n+i])
		}
		var sent int
		sent, err = l.socket.Send(batch)
		n += sent
		clear(batch) // payloads are not kept
	}
	if err != nil {
		err = fmt.Errorf("vrrp: %s: %w", l.cfg.Interface, err)
	}
	return n, err
}

// Recv implements Link.
func (l *link) Recv(ps []Packet) (int, error) {
	if l.closed {
		return 0, net.ErrClosed
	}
	if l.socket == nil {
		return 0, nil
	}
	batch := l.network.batch[:min(len(ps), rawsock.Batch)]
	n, err := l.socket.Recv(l.network.buffer, batch)
	for i := range n {
		ps[i] = Packet(batch[i])
	}
	if err != nil {
		err = fmt.Errorf("vrrp: %s: %w", l.cfg.Interface, err)
	}
	return n, err
}

// State implements Link.
func (l *link) State() LinkState { return l.state }

// Close implements Link. The watcher closes the socket.
func (l *link) Close() error {
	if l.closed {
		return nil
	}
	l.closed = true
	n := l.network
	n.mu.Lock()
	defer n.mu.Unlock()
	l.gone = true
	delete(n.links, l.id)
	n.discard(l.found.socket)
	l.found = finding{}
	return l.use(nil)
}

// use replaces the socket. Called with network.mu held.
func (l *link) use(s *rawsock.Socket) (err error) {
	n := l.network
	if l.socket != nil {
		err = n.poller.Remove(l.socket.FD())
		n.discard(l.socket)
	}
	if l.socket = s; s != nil {
		err = n.poller.Add(s.FD(), l.id)
	}
	return err
}

// pickUp takes over what look has found, and reports whether there was
// anything. It is called on the host's goroutine with network.mu held.
func (l *link) pickUp() bool {
	f := l.found
	l.found = finding{}
	if !f.any {
		return false
	}
	l.state = f.state
	if f.reopen {
		if err := l.use(f.socket); err != nil {
			l.state.Up, l.state.Why = false, err.Error()
		}
	}
	return true
}

// look learns how the interface is, opens or drops the socket accordingly, and
// reports whether anything differs from what was found before.
func (l *link) look() bool {
	i, exists := l.network.monitor.Interface(l.cfg.Interface)
	f := finding{any: true, reopen: i.Index != l.index}
	if f.reopen || l.failed != nil {
		l.index = i.Index
		f.socket = l.open(exists)
		f.reopen = f.reopen || f.socket != nil
	}
	f.state = l.stateOf(i, exists)
	if !f.reopen && sameState(f.state, l.last) {
		return false
	}
	l.last = f.state

	l.network.mu.Lock()
	defer l.network.mu.Unlock()
	stale := l.found.socket // never used: Wait has not come around
	switch {
	case l.gone:
		stale, f = f.socket, finding{}
	case !f.reopen:
		stale, f.reopen, f.socket = nil, l.found.reopen, l.found.socket
	}
	l.network.discard(stale)
	l.found = f
	return true
}

// open opens a socket for the interface, if there is one. What fails is told
// by l.failed, and logged once.
func (l *link) open(exists bool) (s *rawsock.Socket) {
	before := l.failed
	l.failed = nil
	if !exists {
		return nil
	}
	log := l.network.log.With("interface", l.cfg.Interface)
	l.failed = netns.Do(l.network.namespace, func() (err error) {
		s, err = rawsock.Open(rawsock.Config{
			Interface: l.cfg.Interface, Index: l.index, Group: l.cfg.Group, Local: l.cfg.Local,
		})
		return err
	})
	switch {
	case l.failed == nil:
		log.Debug("socket opened", "index", l.index)
	case before == nil || before.Error() != l.failed.Error():
		log.Warn("cannot open a socket", "error", l.failed)
	}
	return s
}

func (l *link) stateOf(i netlinkx.Interface, exists bool) LinkState {
	s := LinkState{MTU: i.MTU, Addresses: l.usable(i)}
	switch {
	case !exists:
		s.Why = fmt.Sprintf("interface %s does not exist", l.cfg.Interface)
	case !i.Up:
		s.Why = i.Why
	case l.failed != nil:
		s.Why = l.failed.Error()
	case !l.cfg.Group.IsValid() && !l.cfg.Local.IsUnspecified() && !slices.Contains(s.Addresses, l.cfg.Local) && !l.localElsewhere():
		s.Why = fmt.Sprintf("address %v is on no interface", l.cfg.Local)
	}
	s.Up = s.Why == ""
	return s
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
