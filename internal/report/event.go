package report

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

// Event is a transition (GET /v1/events).
type Event struct {
	Type     string     `json:"type"` // INSTANCE or GROUP
	Name     string     `json:"name"`
	Seq      uint64     `json:"seq"`
	Missed   uint64     `json:"missed,omitempty"` // lost before this one
	From     string     `json:"from"`
	To       string     `json:"to"`
	Cause    string     `json:"cause"`
	Detail   string     `json:"detail,omitempty"`
	Priority uint8      `json:"priority"`
	Peer     netip.Addr `json:"peer,omitzero"`
	At       time.Time  `json:"at"`
	Error    string     `json:"error,omitempty"`
}

// NewEvent returns an event in its form for others.
func NewEvent(e *vrrp.Event) Event {
	r := Event{
		Type: "INSTANCE", Name: e.Name(), Seq: e.Seq, Missed: e.Missed, From: e.From.String(), To: e.To.String(),
		Cause: e.Reason.String(), Detail: e.Detail, Priority: e.Priority, Peer: e.Peer, At: e.At,
	}
	if e.Group != nil {
		r.Type = "GROUP"
	}
	if e.Err != nil {
		r.Error = e.Err.Error()
	}
	return r
}

// String returns the event in one line.
func (e *Event) String() string {
	s := fmt.Sprintf("%s %s %s %s -> %s: %s", e.At.Format("2006-01-02T15:04:05.000"), e.Type, e.Name, e.From, e.To, e.Cause)
	if e.Detail != "" {
		s += " (" + e.Detail + ")"
	}
	if e.Peer.IsValid() {
		s += fmt.Sprintf(", peer %v", e.Peer)
	}
	if e.Error != "" {
		s += ", " + e.Error
	}
	if e.Missed > 0 {
		s += fmt.Sprintf("; %d events before it were missed", e.Missed)
	}
	return s
}
