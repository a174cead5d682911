package vrrp

import (
	"math"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// Protocol constants, all in one place.
const (
	// OwnerPriority is the priority of the router that owns the virtual
	// addresses as its own; it never waits for others.
	OwnerPriority = packet.PriorityOwner

	// DefaultPriority is the priority of a router that has none configured.
	DefaultPriority = 100

	// DefaultInterval is the time between advertisements where none is
	// configured.
	DefaultInterval = time.Second

	// DefaultDownAdverts is how many advertisements a backup misses before it
	// takes over. keepalived: down_timer_adverts.
	DefaultDownAdverts = 3

	// DefaultOwnerTimeout is how long a transition waits for its Owner before
	// it is reported without it.
	DefaultOwnerTimeout = time.Second

	// hastyInterval is below which a learned interval is worth a warning.
	hastyInterval = 100 * time.Millisecond

	// answerGap is the least time between two answers to losing
	// advertisements, so that a flood of them cannot make us send one.
	answerGap = 10 * time.Millisecond

	// contestGap is when addresses are announced again after a sign of a
	// rival: what the rival had under way has arrived by then.
	contestGap = time.Second

	// probeTime is how long a master that has heard nobody advertises
	// probePriority: twice the forwarding delay of spanning tree, after which
	// every port forwards.
	probeTime = 30 * time.Second

	// probePriority loses against every master, who therefore answers.
	probePriority = 1

	// holdPriority beats every router but an address owner.
	holdPriority = 254

	// maxPreemptDelay and maxStartDelay bound what is configured.
	maxPreemptDelay = 1000 * time.Second
	maxStartDelay   = 2 * time.Hour

	// maxWeight bounds what a tracker adds or takes away.
	maxWeight = 253

	// watchEvery is how often a host with a backup looks whether it was
	// stalled, where packets do not wake it more often anyway.
	watchEvery = 500 * time.Millisecond

	// renewEvery and renewFor: a master's Owner hears every quarter of a second
	// that the protocol lives, and may presume it dead after a whole one.
	renewEvery = 250 * time.Millisecond
	renewFor   = time.Second
)

// never is the deadline of a timer that is not set.
const never = math.MaxInt64

// skewTime returns Skew_Time: in version 2 a fraction of one second whatever the
// interval (RFC 3768 section 6.1), in version 3 a fraction of the master's
// interval (RFC 9568 section 6.1).
func skewTime(v Version, priority uint8, interval time.Duration) time.Duration {
	if v == V2 {
		interval = time.Second
	}
	return time.Duration(256-int64(priority)) * interval / 256
}

// downInterval returns Master_Down_Interval (version 3: Active_Down_Interval).
func downInterval(v Version, priority uint8, interval time.Duration, adverts int) time.Duration {
	return time.Duration(adverts)*interval + skewTime(v, priority, interval)
}

// clock turns times into nanoseconds since the first time it saw, which compare
// and store cheaper.
type clock struct{ epoch time.Time }

func (c *clock) ns(t time.Time) int64 {
	if c.epoch.IsZero() {
		c.epoch = t
	}
	return int64(t.Sub(c.epoch))
}

// time is the inverse of ns; never is the zero time.
func (c *clock) time(ns int64) time.Time {
	if ns == never {
		return time.Time{}
	}
	return c.epoch.Add(time.Duration(ns))
}
