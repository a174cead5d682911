package ipvs

import (
	"fmt"
	"time"
)

// Kind is what an Event is about.
type Kind uint8

// The kinds.
const (
	Applied   Kind = iota // changes towards what Apply was given last
	Corrected             // changes back to it: somebody else had changed the kernel's state
	Failed                // something could not be done; it is tried again until it can
	Recovered             // all is as desired again
	Refused               // Snapshot.Missing is another: the kernel has refused something twice, or has some of it now
)

// String returns the name in lower case.
func (k Kind) String() string {
	switch k {
	case Applied:
		return "applied"
	case Corrected:
		return "corrected"
	case Failed:
		return "failed"
	case Recovered:
		return "recovered"
	case Refused:
		return "refused"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Event is something that a Reconciler did.
type Event struct {
	Kind    Kind
	Seq     uint64 // counts the Reconciler's events, from 1
	At      time.Time
	Changes []Change  // that were made; read-only, as readers share them
	Err     error     // of Failed
	Missing []Missing // of Refused, what is in Snapshot; read-only
	Missed  uint64    // events lost since the last one that said so: the reader was too slow
}

// Snapshot is how a Reconciler stands.
type Snapshot struct {
	Services int       // that are ours
	Seq      uint64    // of the latest event
	Err      error     // what is not as desired, and why; nil: all is
	Retry    time.Time // when it is tried again, where Err is not nil
	Missing  []Missing // what the kernel has refused twice in a row; read-only, as it is shared
	Looked   time.Time // when the kernel's state was last read; zero: never

	Writes      uint64 // changes made so far
	Corrections uint64 // of them, those that undid what somebody else had done
}
