package vip

import (
	"errors"
	"fmt"
	"time"
)

// Schedule says how often the addresses of a Set are announced. A round
// announces every address once; a burst is several rounds without a pause.
// The zero Schedule stands for [DefaultSchedule].
type Schedule struct {
	// Repeat is the rounds in the burst on Acquire, at least 1
	// (garp_master_repeat).
	Repeat int

	// Delay is the time from Acquire to a second such burst; 0: there is none
	// (garp_master_delay).
	Delay time.Duration

	// Refresh is the time between bursts of RefreshRepeat rounds for as long
	// as the addresses are held; 0: there are none (garp_master_refresh).
	Refresh time.Duration

	// RefreshRepeat is the rounds in a refresh; 0 counts as 1
	// (garp_master_refresh_repeat).
	RefreshRepeat int

	// LowerPrioRepeat is the rounds in the burst on Announce, when another
	// router has claimed the addresses; 0: there is none
	// (garp_lower_prio_repeat).
	LowerPrioRepeat int

	// LowerPrioDelay is the time from Announce to a second such burst; 0:
	// there is none (garp_lower_prio_delay).
	LowerPrioDelay time.Duration

	// Replies adds to each gratuitous ARP request one in the form of a reply,
	// for neighbours that take only that.
	Replies bool
}

// DefaultSchedule returns keepalived's: five rounds at once and five more after
// five seconds, on Acquire and on Announce, and no refresh.
func DefaultSchedule() Schedule {
	return Schedule{
		Repeat: 5, Delay: 5 * time.Second, RefreshRepeat: 1,
		LowerPrioRepeat: 5, LowerPrioDelay: 5 * time.Second,
	}
}

// Validate returns all that is wrong with the schedule, joined, or nil.
func (s Schedule) Validate() error {
	if s == (Schedule{}) {
		return nil
	}
	var errs []error
	if s.Repeat < 1 {
		errs = append(errs, fmt.Errorf("vip: schedule: Repeat is %d, must be at least 1", s.Repeat))
	}
	for _, f := range []struct {
		name  string
		value int64
	}{
		{"Delay", int64(s.Delay)}, {"Refresh", int64(s.Refresh)}, {"RefreshRepeat", int64(s.RefreshRepeat)},
		{"LowerPrioRepeat", int64(s.LowerPrioRepeat)}, {"LowerPrioDelay", int64(s.LowerPrioDelay)},
	} {
		if f.value < 0 {
			errs = append(errs, fmt.Errorf("vip: schedule: %s is negative", f.name))
		}
	}
	return errors.Join(errs...)
}
