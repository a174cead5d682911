package vrrp

import (
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

const (
	// recvBatch is how many packets are read from a link at a time; see
	// Link.Recv.
	recvBatch = 32

	// recvTurn is how many at most in one turn, so that a flood cannot keep
	// timers from firing; the rest is heard in the next one.
	recvTurn = 128 * recvBatch
)

// hostLink is a link with the routers on it. All fields are guarded by the
// host's mutex.
type hostLink struct {
	host    *Host
	cfg     LinkConfig
	link    Link
	state   LinkState
	own     map[netip.Addr]bool // state.Addresses
	routers [256]*Router        // by VRID
	follows int                 // trackers that want to know state
	opening int                 // reservations, which keep it open

	in      [recvBatch]Packet
	advert  packet.Advert // of the packet at hand
	proof   proof         // of the same
	unread  complaints
	shared  time.Time // when sharesAddress last looked
	out     []Packet  // to be sent at the end of the turn
	senders []*Router // of out
}

// refresh tells the routers of the link about a change of its state. Called on
// the loop's goroutine only.
func (l *hostLink) refresh() {
	st := l.link.State()
	if st.Up == l.state.Up && st.Why == l.state.Why && sameSlice(st.Addresses, l.state.Addresses) {
		return
	}
	if first := !l.state.Up && l.state.Why == ""; l.follows > 0 && (first || st.Up != l.state.Up) {
		l.logInterface(st)
	}
	l.state = st
	clear(l.own)
	for _, a := range st.Addresses {
		l.own[a] = true
	}
	for _, r := range l.routers {
		if r != nil {
			r.out.packets = nil // whether a peer is ourselves may have changed
			r.setLink(st)
		}
	}
	if l.follows > 0 {
		l.host.tellInterface(l)
	}
}

// sameSlice reports whether two slices are the same memory: a link replaces its
// addresses whole when they change.
func sameSlice(a, b []netip.Addr) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// drain hears everything that waits in a link.
func (h *Host) drain(link Link) {
	l := h.byLink[link]
	if l == nil {
		return // just opened: its router is still being added
	}
	l.refresh()
	for range recvTurn / recvBatch {
		n, err := l.link.Recv(l.in[:])
		for i := range l.in[:n] {
			l.receive(&l.in[i])
		}
		if err != nil && !errors.Is(err, net.ErrClosed) {
			h.complainRecv(l, err)
		}
		if err != nil || n < len(l.in) {
			return
		}
	}
}

// receive judges a packet and hands what it says to the machine. A packet that
// is discarded has no other effect than to be counted and, rarely, logged.
func (l *hostLink) receive(p *Packet) {
	if p.Protocol == packet.ProtocolAH {
		if _, ok := packet.CutAH(p.Payload); !ok {
			return // some IPsec, but not VRRP
		}
	}
	r, form, err := l.judge(p)
	if err != nil {
		l.discard(r, p, err)
		return
	}
	a := &l.advert
	r.auth.accept(l.proof, p.Source)
	l.remark(r, p)
	r.counters.AdvertsReceived++
	if a.Priority == packet.PriorityStop {
		r.counters.PriorityZeroReceived++
	}
	r.learn(p.Source, form)
	r.hearRival(p, a, form)
	r.peers.heard(Peer{Addr: p.Source, Priority: a.Priority, Interval: a.Interval, Checksum: form, At: p.At})
	l.host.handle(Input{
		Kind: InputAdvert, ID: r.id, At: p.At, Source: p.Source, Priority: a.Priority, Interval: a.Interval,
	})
}
