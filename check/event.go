package check

import "time"

// Event is one result and the state it led to.
type Event struct {
	Runner *Runner // whose result it is
	Name   string
	Seq    uint64    // counts the runner's events, from 1
	At     time.Time // when the result was there
	From   State
	To     State // From, unless this result changed the state
	Result Result
	Missed uint64 // events lost since the last one that said so: the reader was too slow

	reweighed bool
}

// Changed reports whether the result changed the state, or the weight.
func (e Event) Changed() bool { return e.From != e.To || e.reweighed }

// Snapshot is how a runner stands.
type Snapshot struct {
	Name  string
	State State
	Since time.Time // when State was reached; zero: it is the initial one

	Last   Result    // the latest; zero before the first
	LastAt time.Time // when it was there
	Seq    uint64    // of the latest event

	Started   time.Time // when the check that runs now was started; zero: none runs
	Overdue   bool      // it should have ended
	Suspended bool

	Runs     uint64 // checks started
	Failures uint64 // results that were not OK
	Skipped  uint64 // checks not started because the one before had not ended
}
