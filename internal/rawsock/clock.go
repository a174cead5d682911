package rawsock

import "time"

// maxAge bounds a packet's age. After a stall that fills the socket the newest
// packets are missing, and the oldest must not pass for the last ones sent.
const maxAge = time.Second

// received puts a packet's kernel timestamp, which is on the wall clock, on the
// monotonic clock. empty is a time when the packet had not come yet; both it
// and now carry a monotonic reading.
func received(empty, now, stamp time.Time) time.Time {
	window := now.Sub(empty)
	step := now.Round(0).Sub(empty.Round(0)) - window
	return now.Add(-age(now.Sub(stamp), step, window))
}

// age returns how old a packet is that seems to be as old as the wall clock
// says, which has been set by step in the meantime, and that came in the
// window that ends now.
//
// The stamp was made before or after the step, so there are two candidates.
// Where both fit the window, the younger counts: a master that lives must not
// look dead because a clock was set.
func age(seems, step, window time.Duration) time.Duration {
	if before := seems - step; before >= 0 && before <= window && (seems < 0 || before < seems) {
		seems = before
	}
	return min(max(seems, 0), window, maxAge)
}
