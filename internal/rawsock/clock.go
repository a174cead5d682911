package rawsock

import "time"

// maxAge bounds what a packet's age is believed to be.
const maxAge = time.Second

// received puts a kernel timestamp, which is on the wall clock, on the
// monotonic clock: now minus the packet's age. The wall clock may have been set
// in between, so the age is bounded.
func received(now time.Time, sec, nsec int64) time.Time {
	age := now.Sub(time.Unix(sec, nsec))
	return now.Add(-min(max(age, 0), maxAge))
}
