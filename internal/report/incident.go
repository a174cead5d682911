package report

import (
	"slices"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

// incidentsShown is how many incidents an instance shows, the newest ones.
const incidentsShown = 5

// NewIncident returns an incident in the form of an event.
func NewIncident(i *vrrp.Incident) Event {
	e := Event{Type: TypeIncident, Name: i.Router.Name(), Seq: i.Seq, Missed: i.Missed, Cause: i.Kind.String(), Peer: i.Peer, At: i.At, Count: 1}
	switch i.Kind {
	case vrrp.IncidentRival:
		e.Detail = "another router was master too, and may have announced the addresses: they have been announced again"
	case vrrp.IncidentClaim:
		e.Detail = "somebody claimed an address: they have been announced again"
	case vrrp.IncidentStall:
		e.Detail = "this process did not run for " + i.Late.String() + ": what others sent may have been lost"
	}
	return e
}

// SameIncident reports whether two events are incidents of the same kind.
func (e *Event) SameIncident(f *Event) bool {
	return e.Type == TypeIncident && f.Type == TypeIncident && e.Name == f.Name && e.Cause == f.Cause && e.Peer == f.Peer
}

// Remember notes in each instance the newest incidents of a history, which has
// the oldest first.
func (s *Status) Remember(history []Event) {
	for k := range s.Instances {
		i := &s.Instances[k]
		i.Incidents = []Event{}
		for _, e := range slices.Backward(history) {
			if e.Type == TypeIncident && e.Name == i.Name && len(i.Incidents) < incidentsShown {
				i.Incidents = append(i.Incidents, e)
			}
		}
	}
}
