package report

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

// Types of events.
const (
	TypeInstance = "INSTANCE"
	TypeGroup    = "GROUP"
	TypeIncident = "INCIDENT" // of an instance
)

// Event is a transition, or an incident (GET /v1/events).
type Event struct {
	Type     string     `json:"type"`
	Name     string     `json:"name"`
	Seq      uint64     `json:"seq"`
	Missed   uint64     `json:"missed,omitempty"` // lost before this one
	From     string     `json:"from,omitempty"`   // not of an incident, nor To
	To       string     `json:"to,omitempty"`
	Cause    string     `json:"cause"`
	Detail   string     `json:"detail,omitempty"`
	Priority uint8      `json:"priority"`
	Count    int        `json:"count,omitempty"` // incidents of the same kind in a row, up to this one
	Peer     netip.Addr `json:"peer,omitzero"`
	At       time.Time  `json:"at"`
	Error    string     `json:"error,omitempty"`
}

// NewEvent returns an event in its form for others.
func NewEvent(e *vrrp.Event) Event {
	r := Event{
		Type: TypeInstance, Name: e.Name(), Seq: e.Seq, Missed: e.Missed, From: e.From.String(), To: e.To.String(),
		Cause: e.Reason.String(), Detail: e.Detail, Priority: e.Priority, Peer: e.Peer, At: e.At,
	}
	if e.Group != nil {
		r.Type = TypeGroup
	}
	if e.Err != nil {
		r.Error = e.Err.Error()
	}
	return r
}

// String returns the event in one line.
func (e *Event) String() string {
	s := fmt.Sprintf("%s %s %s", e.At.Format("2006-01-02T15:04:05.000"), e.Type, e.Name)
	if e.Type != TypeIncident {
		s += fmt.Sprintf(" %s -> %s", e.From, e.To)
	}
	s += ": " + e.Cause
	if e.Detail != "" {
		s += " (" + e.Detail + ")"
	}
	if e.Peer.IsValid() {
		s += fmt.Sprintf(", peer %v", e.Peer)
	}
	if e.Error != "" {
		s += ", " + e.Error
	}
	if e.Count > 1 {
		s += fmt.Sprintf("; %d in a row", e.Count)
	}
	if e.Missed > 0 {
		s += fmt.Sprintf("; %d events before it were missed", e.Missed)
	}
	return s
}
