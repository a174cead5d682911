package vrrp

import "time"

// lateBounds are the upper bounds of Lateness.Buckets.
var lateBounds = [...]time.Duration{
	50 * time.Microsecond, 100 * time.Microsecond, 250 * time.Microsecond, 500 * time.Microsecond,
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond,
	50 * time.Millisecond, 250 * time.Millisecond, time.Second,
}

// Lateness says how late a host's timers fired. An advertisement leaves as late
// as its timer, so that this is the jitter of what the host sends.
type Lateness struct {
	// Buckets counts timers that were late by [LateBound](i) at most and by more
	// than the bound before.
	Buckets [len(lateBounds)]uint64

	Count uint64        // of all timers, those too that were later than any bound
	Sum   time.Duration // of how late they were

	// Stalled adds up those that were late by more than a quarter of a second:
	// the process did not run.
	Stalled time.Duration
}

// LateBound returns the upper bound of bucket i of a [Lateness].
func LateBound(i int) time.Duration { return lateBounds[i] }

// stalledBy is from where on a timer counts as stalled.
const stalledBy = 250 * time.Millisecond

func (l *Lateness) observe(late time.Duration) {
	l.Count++
	l.Sum += late
	if late > stalledBy {
		l.Stalled += late
	}
	for i, bound := range lateBounds {
		if late <= bound {
			l.Buckets[i]++
			return
		}
	}
}

// Wake has the host's loop go round once more, soon. See HostCounters.Turns. It
// never blocks.
func (h *Host) Wake() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.phase < ended && h.network != nil {
		h.network.Wake()
	}
}
