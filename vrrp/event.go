package vrrp

import (
	"net/netip"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/broadcast"
)

// eventBuffer is how many events a reader may be behind before it loses some.
const eventBuffer = 256

// Event is a transition of a router, or of a sync group. At takeover it comes
// when the Owner has acquired, at the end of a mastership when it has released;
// in any case after OwnerTimeout, or when the next transition overtakes it. That
// of a group comes behind those of all its members.
type Event struct {
	Router *Router // whose state changed; nil: it is a group's
	Group  *Group  // whose state changed; nil: it is a router's
	Seq    uint64  // 1, 2, 3 ... per router or group: a gap shows where events are missing
	Missed uint64  // how many this channel has lost since the last event that said so

	From, To State
	Reason   Reason
	Detail   string     // what exactly: why the link is down, which trackers failed
	Priority uint8      // the effective priority at the time; 0 for a group
	Peer     netip.Addr // whose advertisement, or silence, is the reason; zero if nobody's
	At       time.Time  // when the state changed, not when the event was delivered
	Err      error      // what the Owner returned, or ErrOwnerTimeout
}

// Name returns the name of the router, or of the group.
func (e *Event) Name() string {
	if e.Group != nil {
		return e.Group.Name()
	}
	return e.Router.Name()
}

// Events returns a new channel of this router's transitions from now on, with a
// buffer of 256. A reader that falls behind never delays the router: it loses
// the oldest events; Seq shows where, Missed how many. The channel is closed when
// Run returns, and takes memory until then; [Router.Snapshot] tells the state at
// any time.
func (r *Router) Events() <-chan Event { return r.events.Subscribe() }

// Events returns a new channel of the transitions of all routers and groups of
// the host, as [Router.Events] does for one. Its buffer has room for four of each
// that there is now, which may all change at once.
func (h *Host) Events() <-chan Event {
	h.mu.Lock()
	n := len(h.routers) + len(h.groups)
	h.mu.Unlock()
	return h.events.SubscribeWide(4 * n)
}

func newTopic() *broadcast.Topic[Event] {
	return broadcast.New(eventBuffer, func(e *Event) *uint64 { return &e.Missed })
}
