package vrrp

import (
	"errors"
	"fmt"
	"net"

	"golang.org/x/sys/unix"

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
