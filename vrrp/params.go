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

// Params is what a [Machine] needs to know of its configuration. All fields
// but NoPreempt, AnswerLosing, OwnerTimeout and Trackers are required.
type Params struct {
	Version  Version
	Priority uint8         // 1..254; 255: address owner
	Interval time.Duration // version 2: 1..255 whole seconds; version 3: 10 ms..40.95 s in steps of 10 ms

	// DownAdverts is how many advertisements may be missed, 1..100.
	DownAdverts int

	// NoPreempt keeps a backup from taking the role from a master of lower
	// priority. An address owner preempts all the same.
	NoPreempt bool

	// AnswerLosing makes a master answer an advertisement that loses against
	// it with one of its own, at once. RFC 9568 demands it of version 3,
	// RFC 3768 has no such rule, and keepalived does it in both.
	AnswerLosing bool

	// OwnerTimeout is how long a transition's event waits for the owner's
	// answer. Zero: there is no owner, events do not wait.
	OwnerTimeout time.Duration

	Trackers []Tracker // kept, not copied
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
	if p.DownAdverts < 1 || p.DownAdverts > 100 {
		bad("down adverts %d: 1 to 100", p.DownAdverts)
	}
	if p.OwnerTimeout < 0 {
		bad("owner timeout %v is negative", p.OwnerTimeout)
	}
	seen := make(map[string]bool, len(p.Trackers))
	for _, t := range p.Trackers {
		if seen[t.Name] {
			bad("tracker %q appears twice", t.Name)
		}
		seen[t.Name] = true
		if t.Weight < -253 || t.Weight > 253 {
			bad("tracker %q: weight %d is not within -253..253", t.Name, t.Weight)
		}
	}
	return errors.Join(errs...)
}
