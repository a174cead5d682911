// Package check asks whether something works, again and again, and says when
// the answer changes.
//
// A [Checker] asks once. Over the network there are [TCP], [HTTP] with and
// without TLS, [SMTP], [DNS], [UDP], [Ping] and [GRPC], each to a [Target]; on
// this machine there are [Script], [File], [Process], [Unix] and [HAProxy]. The
// answer is a [Result], with a reason of one word and a detail of one line.
//
// A [Runner] asks at an interval, never twice at a time, and turns results into
// a [State] with keepalived's rise and fall, retries and delays. Any number of
// users can follow it. A [Group] has thousands of runners. A checker that hangs
// harms nobody: its runner calls it overdue and counts failures until it
// returns. A checker that is a [Watcher], as [File] and [Process] are, is asked
// as soon as something has changed.
//
//	keepalived.conf         here
//	TCP_CHECK               TCP
//	HTTP_GET, SSL_GET       HTTP
//	SMTP_CHECK              SMTP
//	DNS_CHECK               DNS
//	UDP_CHECK               UDP
//	PING_CHECK              Ping
//	vrrp_script             Script
//	MISC_CHECK              Script, with Dynamic for misc_dynamic
//	track_file, FILE_CHECK  File
//	vrrp_track_process      Process
//	delay_loop              Config.Interval
//	retry                   Config.Fall, which is one more
//	delay_before_retry      Config.Retry
//	warmup                  Config.Warmup
//	alpha, init_fail        Config.Initial: Down
//
// # Ownership and concurrency
//
// A Group, or a Runner that is run by itself, owns the goroutines that check and
// watch. They end before Run returns, but for those of checkers that ignore their
// context, which Run's error names. All methods but Run may be called from any
// goroutine, and none of them waits for a check or for a reader of events.
// Configurations are copied; a Checker belongs to its runner, which asks it from one
// goroutine at a time, unless its documentation says that many may ask.
//
// # Testing
//
// The package needs no VRRP. Runners keep their times in a testing/synctest bubble,
// and package checktest has a checker for it.
package check

import (
	"context"
	"time"
)

// Checker asks once. Check returns when ctx ends, at the latest soon after; the
// deadline of ctx is the check's timeout. A Runner calls it from one goroutine
// at a time, and counts one that panics as failed.
type Checker interface {
	Check(ctx context.Context) Result
}

// Watcher is a Checker that knows when it is worth asking. A Runner runs Watch
// besides checking at its interval.
type Watcher interface {
	Checker

	// Watch calls changed whenever the answer may no longer be the last one,
	// until ctx ends. If it cannot watch (any more), it returns why; it is
	// called again some seconds later. It may run while Check does.
	Watch(ctx context.Context, changed func()) error
}

// Func is a function as a Checker.
type Func func(ctx context.Context) Result

// Check calls f.
func (f Func) Check(ctx context.Context) Result { return f(ctx) }

// Result is the answer to one check.
type Result struct {
	OK     bool
	Reason Reason // ReasonOK or ReasonFailed, if the checker gives none
	Detail string // one line for operators: "exited with status 1"

	// Output is the end of what a program printed, a few lines.
	Output string
	// ExitCode is a program's exit status, -1 if it has none.
	ExitCode int

	// Latency is how long the check took. A Runner measures it.
	Latency time.Duration

	// Weight is what the checker says about the capacity of what it checks, or
	// about a priority: its documentation tells. It means nothing unless Weighted.
	Weight   int
	Weighted bool
}

// Reason says in one word why a check failed. Checkers may have reasons of
// their own.
type Reason string

// The reasons of this package.
const (
	ReasonOK       Reason = "ok"
	ReasonFailed   Reason = "failed"    // not told
	ReasonExit     Reason = "exit"      // a program's exit status is not 0
	ReasonSignal   Reason = "signal"    // a program died of a signal
	ReasonExec     Reason = "exec"      // a program cannot be executed
	ReasonTimeout  Reason = "timeout"   // no answer within the timeout
	ReasonOverdue  Reason = "overdue"   // the timeout has passed, and the check does not even end
	ReasonCanceled Reason = "cancelled" // stopped by us: no verdict
)

// State is what the results so far amount to.
type State uint8

// A check is Unknown until its first result, unless configured otherwise.
const (
	Unknown State = iota
	Up
	Down
)

// String returns "unknown", "up" or "down".
func (s State) String() string {
	switch s {
	case Up:
		return "up"
	case Down:
		return "down"
	}
	return "unknown"
}
