package vrrp

import (
	"net/netip"
	"time"
)

// State is the state of a virtual router, under the name its operators know.
type State uint8

// The states of RFC 9568 section 6.4, and Fault for its Initialize while the
// router runs but cannot be used.
const (
	Init   State = iota // not running, or waiting for its trackers' first results
	Backup              // listening, ready to take over
	Master              // holding the addresses; RFC 9568: Active
	Fault               // running but unusable: link down, no source address, a tracker failed
)

// String returns INIT, BACKUP, MASTER or FAULT, as keepalived spells them.
func (s State) String() string {
	return nameOf(int(s), "State", "INIT", "BACKUP", "MASTER", "FAULT")
}

// Reason says why a router changed its state.
type Reason uint8

// Reasons of a transition. The comment names the transition they belong to.
const (
	_                    Reason = iota
	ReasonStartup               // Init to Backup
	ReasonOwner                 // Init or Fault to Master: priority 255 does not wait
	ReasonNoResponse            // Backup to Master: the master fell silent
	ReasonPriorityZero          // Backup to Master: the master said that it leaves
	ReasonPreempt               // Backup to Master: the master's priority is lower
	ReasonHigherPriority        // Master to Backup: another router's priority is higher
	ReasonHigherAddress         // Master to Backup: same priority, greater address
	ReasonLinkDown              // to Fault: the interface is missing, down, or without carrier
	ReasonNoAddress             // to Fault: the interface has no usable source address
	ReasonTracker               // to Fault: a tracker of weight 0 failed
	ReasonRecovered             // Fault to Backup
	ReasonShutdown              // to Init
	ReasonGroup                 // any: another member of the sync group
	ReasonAsked                 // Master to Backup: the Owner asked to yield
	ReasonNoPreempt             // Master to Backup: it turns out that there has been a master all the time
	ReasonStalled               // Master to Backup: the process did not run, and another router is master by now
	ReasonRemoved               // to Init: the router is closed while its host goes on
)

// String returns the reason in lower-case words.
func (r Reason) String() string {
	return nameOf(int(r), "Reason", "none", "startup", "address owner", "no response", "master left",
		"preemption", "higher priority", "higher address", "link down", "no source address",
		"tracker failed", "recovered", "shutdown", "sync group", "asked to yield", "other master found", "stalled", "removed")
}

// ID names a machine in its [Set]. That of a machine that was removed never names
// another one.
type ID struct{ slot, generation uint32 }

// Index returns a small number that no other machine of the set has at present.
func (id ID) Index() int { return int(id.slot) }

// GroupID names a group of machines in its [Set]. Zero names none.
type GroupID uint32

// InputKind says what an [Input] is.
type InputKind uint8

// Kinds of input. The comment names the fields of Input that each reads,
// besides ID.
const (
	InputTick     InputKind = iota // fires every timer that is due; no ID
	InputStart                     // begin to take part
	InputStop                      // Reason, or ReasonShutdown: leave; a master says so with priority 0
	InputLink                      // Up, Reason if not up, Source: the interface changed
	InputAdvert                    // At, Source, Priority, Interval: a valid advertisement arrived
	InputTrack                     // Tracker, Track, Value, Group if not zero: a tracker reported
	InputPriority                  // Priority: the configured priority changed
	InputOwner                     // Gen, Err: an Acquire or Release returned
	InputContest                   // a sign of a rival: a foreign claim of our addresses
	InputYield                     // the owner asks to give the role up
	InputStall                     // Late: nothing was heard for that long, because the host did not run
)

// Input is one thing that happened to a machine. It is a plain value, so that
// handling it allocates nothing.
type Input struct {
	Kind     InputKind
	Priority uint8         // as received or configured
	Up       bool          // the link can carry advertisements
	Reason   Reason        // InputLink: why it cannot, ReasonNoAddress or, if none is given, ReasonLinkDown; InputStop: why
	Track    TrackStatus   // what the tracker reported
	Value    int           // its number, if Track is TrackValue
	Tracker  string        // its name; an unknown one changes nothing
	ID       ID            // which machine
	Group    GroupID       // InputTrack: a tracker of this group, not of a machine
	Gen      uint32        // of the Output that asked for it
	Interval time.Duration // the advertised interval
	Source   netip.Addr    // InputAdvert: the sender; InputLink: our own address, for ties
	At       time.Time     // when it was received; zero: now
	Late     time.Duration // how long the host did not run
	Err      error         // what the owner returned
}

// OutputKind says what an [Output] asks for.
type OutputKind uint8

// Kinds of output. The comment names the fields of Output that each sets,
// besides ID.
const (
	OutputAdvertise OutputKind = iota // Priority: send an advertisement now
	OutputAcquire                     // Gen, Reason: take the addresses; answer with InputOwner
	OutputRelease                     // Gen, Reason: give them back; answer with InputOwner
	OutputAnnounce                    // Contested, Peer if known, Late after a stall: announce them again
	OutputEvent                       // From, To, Reason, Priority, Peer, Err, At: tell whoever listens
	OutputAnswered                    // a losing advertisement was answered
	OutputStalled                     // Late: the host did not run for that long, and a rival may have
	OutputPriority                    // Was, Priority: the effective priority has changed
	OutputGroup                       // Group, From, To, Reason, At: all its members have changed; ID is the one that began
)

// Output is one thing that a machine asks its host to do, in the order in which
// it must happen. It is logical: encoding and addressing are the host's.
type Output struct {
	Kind     OutputKind
	Priority uint8
	Was      uint8 // the effective priority before
	From, To State
	Reason   Reason
	ID       ID
	Group    GroupID
	Gen      uint32
	Peer     netip.Addr    // the router whose advertisement caused it, if one did
	At       time.Time     // when the transition happened
	Late     time.Duration // how long nothing ran
	Err      error         // what the owner returned, or ErrOwnerTimeout

	// Contested says that there has just been a sign of a rival; the second
	// announcement after it is for safety.
	Contested bool
}
