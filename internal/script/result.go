package script

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"
)

// Result is how a program ended.
type Result struct {
	// Err says why the program did not end by itself: it could not be
	// executed, or the context ended and Err is context.DeadlineExceeded or
	// context.Canceled. If it is nil, ExitCode and Signal tell.
	Err error

	ExitCode int            // -1 unless the program exited
	Signal   syscall.Signal // 0 unless a signal ended it

	Output   string // the end of what it printed, standard output and error together
	Duration time.Duration
}

// OK reports whether the program exited by itself, with status 0.
func (r Result) OK() bool { return r.Err == nil && r.ExitCode == 0 }

// TimedOut reports whether the program was ended because its time was over.
func (r Result) TimedOut() bool { return errors.Is(r.Err, context.DeadlineExceeded) }

// String says how the program ended, as the end of a sentence: "exited with
// status 1".
func (r Result) String() string {
	switch {
	case r.TimedOut():
		return fmt.Sprintf("timed out after %v", r.Duration.Round(time.Millisecond))
	case errors.Is(r.Err, context.Canceled):
		return "was stopped"
	case r.Err != nil:
		return "cannot be executed: " + r.Err.Error()
	case r.Signal != 0:
		return fmt.Sprintf("died of signal %d (%v)", int(r.Signal), r.Signal)
	}
	return fmt.Sprintf("exited with status %d", r.ExitCode)
}
