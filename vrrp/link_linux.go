package vrrp

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netlinkx"
	"github.com/vrrpkit/vrrpkit/internal/rawsock"
)

// link is a Link over raw sockets. A socket belongs to one incarnation of its
// interface, which its index tells; another one gets another socket.
type link struct {
	network *network
	id      int32 // and the maxEars-1 numbers behind it: the ears', for the poller
	cfg     LinkConfig
	ears    []ear
	mouth   *ear // the one that packets are sent through; nil: none are

	// The host's goroutine's.
	state  LinkState
	closed bool
	first  int // the ear to listen to first
	twins  twins

	// The watcher's, and before the watcher knows the link, Open's.
	last LinkState // what was found last

	// Guarded by network.mu: handed from the watcher to Wait.
	found finding
	gone  bool // closed: nothing must be handed over any more
}

// finding is news of a link's interfaces.
type finding struct {
	any   bool
	state LinkState
	ears  [maxEars]handover
}

// handover is a new socket for an ear.
type handover struct {
	reopen bool            // socket replaces the one in use
	socket *rawsock.Socket // may be nil
}

func newLink(n *network, cfg LinkConfig) *link {
	l := &link{network: n, cfg: cfg}
	if !cfg.Watching() {
		ears, mouth := earsFor(cfg)
		l.ears, l.mouth = ears, &ears[mouth]
	}
	return l
}

// Send implements Link.
func (l *link) Send(ps []Packet) (n int, err error) {
	if l.closed {
		return 0, net.ErrClosed
	}
	if l.mouth == nil || l.mouth.socket == nil {
		return 0, fmt.Errorf("vrrp: %s: %w", l.state.Why, unix.ENETDOWN)
	}
	for n < len(ps) && err == nil {
		batch := l.network.batch[:min(len(ps)-n, rawsock.Batch)]
		for i := range batch {
			batch[i] = rawsock.Packet(ps[n+i])
		}
		var sent int
		sent, err = l.mouth.socket.Send(batch)
		n += sent
		clear(batch) // payloads are not kept
	}
	if err != nil {
		err = fmt.Errorf("vrrp: %s: %w", l.mouth.iface, err)
	}
	return n, err
}

// Recv implements Link. The first ear, the one that hears nearly everything, is
// always asked, the others when they have something.
func (l *link) Recv(ps []Packet) (n int, err error) {
	if l.closed {
		return 0, net.ErrClosed
	}
	start := l.first
	l.first = 0
	for k := range l.ears {
		i := (start + k) % len(l.ears)
		e := &l.ears[i]
		if e.socket == nil || i > 0 && !e.ready {
			continue
		}
		batch := l.network.batch[:min(len(ps)-n, rawsock.Batch)]
		if len(batch) == 0 {
			break
		}
		buffer := l.network.buffer(i)
		got, err := e.socket.Recv(buffer, batch)
		if e.ready = got == len(batch); e.ready {
			l.first = (i + 1) % len(l.ears) // a flood here keeps nobody there from being heard
		}
		for j := range batch[:got] {
			if p := Packet(batch[j]); l.cfg.VMAC == "" || !l.twins.seen(p.Source, buffer.Stamp(j)) {
				ps[n] = p
				n++
			}
		}
		if err != nil {
			return n, fmt.Errorf("vrrp: %s: %w", e.iface, err)
		}
	}
	return n, nil
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
	var errs []error
	for i := range l.ears {
		n.discard(l.found.ears[i].socket)
		errs = append(errs, l.use(i, nil))
	}
	l.found = finding{}
	return errors.Join(errs...)
}

// use replaces the socket of an ear. Called with network.mu held.
func (l *link) use(i int, s *rawsock.Socket) (err error) {
	n, e := l.network, &l.ears[i]
	if e.socket != nil {
		err = n.poller.Remove(e.socket.FD())
		n.discard(e.socket)
	}
	if e.socket = s; s != nil {
		err = n.poller.Add(s.FD(), l.id+int32(i))
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
	for i := range l.ears {
		if !f.ears[i].reopen {
			continue
		}
		if err := l.use(i, f.ears[i].socket); err != nil {
			l.state.Up, l.state.Why = false, err.Error()
		}
	}
	return true
}

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
