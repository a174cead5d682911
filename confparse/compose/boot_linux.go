package compose

import (
	"time"

	"golang.org/x/sys/unix"
)

// sinceBoot returns how long ago the machine was started: what /proc/uptime says.
func sinceBoot() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		return 0 // as if it had just been: every Linux has this clock
	}
	return time.Duration(t.Nano())
}
