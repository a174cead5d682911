package vip

import (
	"fmt"
	"time"
)

const (
	// DefaultYieldAfter is the YieldAfter of a Set that has none.
	DefaultYieldAfter = 100

	// YieldWindow is the time in which removals add up.
	YieldWindow = 5 * time.Second
)

// YieldError tells that others removed objects of a Set again and again. They
// have been put back each time; but whoever holds them should leave them to
// another machine, if there is one.
type YieldError struct {
	Object   Object // one of the last
	Removals int    // within YieldWindow
}

// Error implements error.
func (e *YieldError) Error() string {
	return fmt.Sprintf("vip: %s and perhaps others were removed %d times in %v: another process insists on it", Describe(e.Object), e.Removals, YieldWindow)
}

// Yield returns true. A vrrp.Router that finds an error with such a method in
// its Owner's Trouble becomes backup.
func (e *YieldError) Yield() bool { return true }

// strikes counts removals. It is a pure value.
type strikes struct {
	limit int
	times []time.Time // of the latest, at most limit
}

// add notes one, and reports whether that was one too many; counting then
// starts over.
func (s *strikes) add(now time.Time) (over bool) {
	for len(s.times) > 0 && now.Sub(s.times[0]) >= YieldWindow {
		s.times = s.times[1:]
	}
	s.times = append(s.times, now)
	if len(s.times) < s.limit {
		return false
	}
	s.times = nil
	return true
}
