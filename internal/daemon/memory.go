package daemon

import "runtime/debug"

// laterLimit is how large a command may become before garbage is collected.
const laterLimit = 256 << 20

// collectLater puts garbage collection off, for a command that reads a
// configuration and ends: it is over before that pays. The function returned
// ends it.
func collectLater() (end func()) {
	limit := debug.SetMemoryLimit(-1)
	debug.SetMemoryLimit(min(limit, laterLimit))
	percent := debug.SetGCPercent(-1)
	return func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}
