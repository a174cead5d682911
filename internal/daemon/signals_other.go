//go:build !unix

package daemon

import (
	"os"
	"syscall"
)

var (
	reloadSignals []os.Signal
	brokenPipe    = []os.Signal{syscall.SIGPIPE}

	dumpSignals   map[os.Signal]dumpKind
	signalNumbers map[string]syscall.Signal
)
