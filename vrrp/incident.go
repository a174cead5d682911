package vrrp

import (
	"net/netip"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/broadcast"
)

// IncidentKind says what an [Incident] is.
type IncidentKind uint8

// What can happen to a router without a change of its state.
const (
	_             IncidentKind = iota
	IncidentRival              // master: heard an advertisement that loses, of a router that may have announced the addresses
	IncidentClaim              // master: the Owner saw somebody else claim an address
	IncidentStall              // this process did not run, and may have missed what others sent
)

// String returns rival, foreign claim or stall.
func (k IncidentKind) String() string {
	return nameOf(int(k), "IncidentKind", "none", "rival", "foreign claim", "stall")
}

// Incident is a sign that somebody else may have had a router's addresses, or
// may have taken them unheard. A master has announced them again.
type Incident struct {
	Router *Router
	Seq    uint64 // 1, 2, 3 ... per router
	Missed uint64 // how many this channel has lost since the last one that said so
	Kind   IncidentKind
	Peer   netip.Addr    // IncidentRival: who advertised
	Late   time.Duration // IncidentStall: how long this process did not run
	At     time.Time
}

// Incidents returns a new channel of contests and stalls from now on, with a
// buffer of 256, apart from that of [Router.Events]. It never delays the router,
// loses the oldest ones to a slow reader, and is closed when Run returns.
// Counters has how many there were.
func (r *Router) Incidents() <-chan Incident { return r.incidents.Subscribe() }

// Incidents returns a new channel of the incidents of all routers of the host, as
// [Router.Incidents] does for one.
func (h *Host) Incidents() <-chan Incident { return h.incidents.Subscribe() }

func newIncidents() *broadcast.Topic[Incident] {
	return broadcast.New(eventBuffer, func(i *Incident) *uint64 { return &i.Missed })
}

// contested counts and tells a sign of a rival. What comes of a stall has been
// told as one.
func (r *Router) contested(o *Output, now time.Time) {
	r.counters.Contested++
	switch {
	case o.Late > 0:
	case o.Peer.IsValid():
		r.tellIncident(Incident{Kind: IncidentRival, Peer: o.Peer, At: now})
	default:
		r.tellIncident(Incident{Kind: IncidentClaim, At: now})
	}
	r.complainContest(o.Peer, now)
}

// stalled counts and tells that the process did not run.
func (r *Router) stalled(o *Output, now time.Time) {
	r.counters.Stalls++
	r.tellIncident(Incident{Kind: IncidentStall, Late: o.Late, At: now})
	r.log.Warn("this process did not run: what others sent meanwhile may have been lost", "for", o.Late)
}

func (r *Router) tellIncident(i Incident) {
	r.incidentSeq++
	i.Router, i.Seq = r, r.incidentSeq
	r.incidents.Publish(i)
	r.host.incidents.Publish(i)
}
