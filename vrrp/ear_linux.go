package vrrp

import (
	"net/netip"
	"slices"

	"github.com/vrrpkit/vrrpkit/internal/netns"
	"github.com/vrrpkit/vrrpkit/internal/rawsock"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// maxEars is how many sockets a link has at most: see earsFor.
const maxEars = 4

// ear is one socket of a link: for one interface and one IP protocol.
type ear struct {
	iface    string
	protocol int

	// The host's goroutine's.
	socket *rawsock.Socket // nil while the interface does not exist
	ready  bool            // something may wait in it

	// The watcher's, as in link.
	index  int   // the interface that the newest socket is for; 0: none
	failed error // why there is no socket for it
}

// earsFor lists what cfg wants to hear, and which of them speaks. Headers of
// version 2 (AH) have a protocol number of their own, so that it takes a second
// socket to hear, and to blame, a router with that authentication.
func earsFor(cfg LinkConfig) (ears []ear, mouth int) {
	for _, iface := range []string{cfg.Interface, cfg.VMAC} {
		if iface == "" {
			continue
		}
		if iface == cfg.VMAC && !cfg.XmitBase {
			mouth = len(ears)
		}
		ears = append(ears, ear{iface: iface, protocol: packet.Protocol})
		if !cfg.IPv6() {
			ears = append(ears, ear{iface: iface, protocol: packet.ProtocolAH})
		}
	}
	return ears, mouth
}

// failing reports whether a socket is still to be opened.
func (l *link) failing() bool {
	for i := range l.ears { // not by value: other fields are another goroutine's
		if l.ears[i].failed != nil {
			return true
		}
	}
	return false
}

// open opens a socket for an ear's interface, if there is one. What fails is
// told by failed, and logged once.
func (l *link) open(e *ear, exists bool) (s *rawsock.Socket) {
	before := e.failed
	e.failed = nil
	if !exists {
		return nil
	}
	log := l.network.log.With("interface", e.iface)
	e.failed = netns.Do(l.network.namespace, func() (err error) {
		s, err = rawsock.Open(rawsock.Config{
			Interface: e.iface, Index: e.index, Protocol: e.protocol, Group: l.cfg.Group, Local: l.cfg.Local,
		})
		return err
	})
	switch {
	case e.failed == nil:
		log.Debug("socket opened", "index", e.index, "protocol", e.protocol)
	case before == nil || before.Error() != e.failed.Error():
		log.Warn("cannot open a socket", "error", e.failed)
	}
	return s
}

// twins tells the two copies of a packet that has come in on both interfaces:
// they have the same source and the same kernel timestamp.
type twins struct {
	recent [64]twin
	next   int
}

type twin struct {
	source netip.Addr
	stamp  int64
}

// seen reports whether a packet is the second of its kind.
func (t *twins) seen(source netip.Addr, stamp int64) bool {
	p := twin{source, stamp}
	if stamp == 0 {
		return false
	}
	if slices.Contains(t.recent[:], p) {
		return true
	}
	t.recent[t.next] = p
	t.next = (t.next + 1) % len(t.recent)
	return false
}
