package daemon

import (
	"runtime/debug"
	"time"
)

const (
	// laterLimit is how large the program may become before garbage is collected
	// all the same.
	laterLimit = 256 << 20

	// settling is how long after a start or a reload there is nothing left of it to
	// be done.
	settling = 3 * time.Second
)

// collectLater puts garbage collection off while a configuration is read: a
// command ends before that pays, and a reload has more urgent things to do. The
// function returned ends it. Calls must not overlap.
func collectLater() (end func()) {
	limit := debug.SetMemoryLimit(-1)
	debug.SetMemoryLimit(min(limit, laterLimit))
	percent := debug.SetGCPercent(-1)
	return func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}

// tidier gives the memory that reading a configuration took back to the system,
// once the daemon has settled: afterwards it needs hardly any, and so would keep
// that for long.
type tidier struct{ timer *time.Timer }

func newTidier() tidier { return tidier{time.AfterFunc(settling, debug.FreeOSMemory)} }

// again has it happen after a reload.
func (t tidier) again() { t.timer.Reset(settling) }

// stop has it not happen any more.
func (t tidier) stop() { t.timer.Stop() }
