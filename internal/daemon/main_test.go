package daemon

import (
	"fmt"
	"os"
	"testing"
)

// TestMain lets the test binary be keepalived-lite, or a daemon that does nothing
// but end: what signals and a broken log do to a process takes a process to find
// out.
func TestMain(m *testing.M) {
	if os.Getenv("DAEMON_TEST_MAIN") != "" {
		os.Exit(Main(os.Args[1:]))
	}
	if os.Getenv("DAEMON_TEST_WAIT") == "" {
		os.Exit(m.Run())
	}
	log, flush := newLog(os.Stderr, Options{})
	ctx, _, stop := untilSignal(log)
	fmt.Println("ready")
	<-ctx.Done()
	log.Info("released")
	stop()
	flush()
}
