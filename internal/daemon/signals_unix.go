//go:build unix

package daemon

import (
	"os"
	"syscall"
)

// jsonSignal is SIGRTMIN+2 as the C library counts, which keeps two real-time
// signals to itself.
const jsonSignal = syscall.Signal(36)

var (
	reloadSignals = []os.Signal{syscall.SIGHUP}
	brokenPipe    = []os.Signal{syscall.SIGPIPE}
	dumpSignals   = map[os.Signal]dumpKind{syscall.SIGUSR1: dumpData, syscall.SIGUSR2: dumpStats, jsonSignal: dumpJSON}

	// signalNumbers is what --signum prints, by keepalived's names.
	signalNumbers = map[string]syscall.Signal{
		"STOP": syscall.SIGTERM, "RELOAD": syscall.SIGHUP, "DATA": syscall.SIGUSR1, "STATS": syscall.SIGUSR2, "JSON": jsonSignal,
	}
)
