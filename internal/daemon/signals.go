package daemon

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"syscall"
)

// untilSignal returns a context that ends with SIGTERM or SIGINT; a second one
// ends the process at once. Those that ask for a dump go to dumps; others that
// people send to keepalived are answered in the log and otherwise ignored. stop
// gives the signals back.
func untilSignal(log *slog.Logger) (_ context.Context, dumps <-chan dumpKind, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 8)
	wanted := make(chan dumpKind, 8)
	signal.Notify(signals, append([]os.Signal{syscall.SIGTERM, syscall.SIGINT}, answered...)...)
	for s := range dumpSignals {
		signal.Notify(signals, s)
	}
	// A log that nobody reads any more must not kill us, not even with its last
	// line: a failed write is an error as any other. Scripts do not inherit
	// this, as they would if the signal were ignored.
	signal.Notify(make(chan os.Signal, 1), brokenPipe...)
	go func() {
		for s := range signals {
			kind, isDump := dumpSignals[s]
			switch {
			case isDump:
				select {
				case wanted <- kind:
				default: // one is being written, and more are asked for
				}
			case s != syscall.SIGTERM && s != syscall.SIGINT:
				log.Warn(s.String() + ": this version does not reload; nothing has changed")
			case ctx.Err() == nil:
				cancel()
				runtime.Gosched() // what that started goes first
				log.Info("Stopping", "signal", s)
			default:
				os.Exit(exitFatal)
			}
		}
	}()
	return ctx, wanted, func() {
		signal.Stop(signals)
		close(signals)
		cancel()
	}
}
