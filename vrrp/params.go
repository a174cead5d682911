package vrrp

import (
	"errors"
	"fmt"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// Version is the version of the protocol that a router speaks; it ignores the
// other.
type Version = packet.Version

// V2 is RFC 3768, IPv4 only; V3 is RFC 9568.
const (
	V2 = packet.V2
	V3 = packet.V3
)

// Params is what a [Machine] needs to know of its configuration. Version,
// Priority, Interval and DownAdverts are required.
type Params struct {
	Version  Version
	Priority uint8         // 1..254; 255: address owner
	Interval time.Duration // version 2: 1..255 whole seconds; version 3: 10 ms..40.95 s in steps of 10 ms

	// MinInterval is the least interval that a machine of version 3 learns
	// from its master. 0..40.95 s.
	MinInterval time.Duration

	// DownAdverts is how many advertisements may be missed, 1..100.
	DownAdverts int

	// NoPreempt keeps a backup from taking the role from a master of lower
	// priority. An address owner preempts all the same.
	NoPreempt bool

	// PreemptDegraded lets a backup with NoPreempt take over from a master
	// that advertises less than it once did.
	PreemptDegraded bool

	// HoldRole lets a master with NoPreempt answer the first better
	// advertisement once with the highest priority there is.
	HoldRole bool

	// StallYield makes a master with NoPreempt a backup that sends nothing, when
	// its host did not run for so long that a router of this priority has
	// taken over. 1..254; zero: it goes on, and the election decides.
	StallYield uint8

	// PreemptDelay is how long a backup leaves the role to a master of lower
	// priority, counted from its first advertisement. When it is over, the
	// backup takes over at once. 0..1000 s.
	PreemptDelay time.Duration

	// StartDelay is how long a machine that starts hears nothing and stays in
	// Init. 0..2 h.
	StartDelay time.Duration

	// AnswerLosing makes a master answer an advertisement that loses against
	// it with one of its own, at once. RFC 9568 demands it of version 3,
	// RFC 3768 has no such rule, and keepalived does it in both.
	AnswerLosing bool

	// QuietYield keeps a master that yields from sending a last advertisement.
	// It tells the winner, who may not have known of it, to announce again.
	QuietYield bool

	// DeafOwner makes an address owner ignore advertisements, as RFC 3768 has
	// it; RFC 9568 with erratum 8298 compares addresses.
	DeafOwner bool

	// OwnerTimeout is how long a transition's event waits for the owner's
	// answer. Zero: there is no owner, events do not wait.
	OwnerTimeout time.Duration

	Trackers []Tracker // copied

	// Group is the group of the [Set] that the machine joins. Zero: none.
	Group GroupID
}

// Validate returns every problem of p, joined; nil if there is none.
func (p Params) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if p.Priority == 0 {
		bad("priority 0 is not configurable: it is what a leaving master sends; use 1..254, or 255 for the address owner")
	}
	switch {
	case p.Version == V2:
		if p.Interval < time.Second || p.Interval > 255*time.Second || p.Interval%time.Second != 0 {
			bad("interval %v: version 2 knows whole seconds, 1 s to 255 s; use version 3 for shorter ones", p.Interval)
		}
	case p.Version == V3:
		if p.Interval < 10*time.Millisecond || p.Interval > 40950*time.Millisecond || p.Interval%(10*time.Millisecond) != 0 {
			bad("interval %v: version 3 knows whole centiseconds, 10 ms to 40.95 s", p.Interval)
		}
	default:
		bad("version %d: there are versions 2 and 3", p.Version)
	}
	if p.MinInterval < 0 || p.MinInterval > 40950*time.Millisecond {
		bad("minimum interval %v: 0 to 40.95 s", p.MinInterval)
	}
	if p.StallYield == OwnerPriority {
		bad("stall yield %d: the priority of another router, 1 to 254", p.StallYield)
	}
	if p.DownAdverts < 1 || p.DownAdverts > 100 {
		bad("down adverts %d: 1 to 100", p.DownAdverts)
	}
	if p.OwnerTimeout < 0 {
		bad("owner timeout %v is negative", p.OwnerTimeout)
	}
	if p.PreemptDelay < 0 || p.PreemptDelay > maxPreemptDelay {
		bad("preempt delay %v: 0 to %v", p.PreemptDelay, maxPreemptDelay)
	}
	if p.StartDelay < 0 || p.StartDelay > maxStartDelay {
		bad("start delay %v: 0 to %v", p.StartDelay, maxStartDelay)
	}
	validateTrackers(p.Trackers, bad)
	return errors.Join(errs...)
}
