package daemon

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"syscall"
)

// asked is what signals ask for while the process runs.
type asked struct {
	dumps   <-chan dumpKind
	reloads <-chan struct{} // several that come together are one
}

// untilSignal returns a context that ends with SIGTERM or SIGINT; a second one
// ends the process at once. What other signals ask for goes to asked. stop gives
// the signals back.
func untilSignal(log *slog.Logger) (_ context.Context, _ asked, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 8)
	wanted := make(chan dumpKind, 8)
	reloads := make(chan struct{}, 1)
	signal.Notify(signals, append([]os.Signal{syscall.SIGTERM, syscall.SIGINT}, reloadSignals...)...)
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
				select {
				case reloads <- struct{}{}:
				default: // one more is to come, and will read the newest
				}
			case ctx.Err() == nil:
				cancel()
				runtime.Gosched() // what that started goes first
				log.Info("Stopping", "signal", s)
			default:
				os.Exit(exitFatal)
			}
		}
	}()
	return ctx, asked{wanted, reloads}, func() {
		signal.Stop(signals)
		close(signals)
		cancel()
	}
}
