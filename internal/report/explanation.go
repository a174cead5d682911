package report

import "time"

// Explanation says why an instance is or is not master (GET /v1/explain).
type Explanation struct {
	Name   string    `json:"name"`
	State  string    `json:"state"`
	Since  time.Time `json:"since,omitzero"`
	Cause  string    `json:"cause"`  // of the last transition
	Why    string    `json:"why"`    // a sentence
	Change string    `json:"change"` // another: the smallest change that would make it the other way round

	Incidents []Event `json:"incidents"` // the last few, the newest first
}

// Explain returns the instance's explanation alone.
func (i *Instance) Explain() Explanation {
	return Explanation{i.Name, i.State, i.Since, i.Cause, i.Why, i.Change, i.Incidents}
}
