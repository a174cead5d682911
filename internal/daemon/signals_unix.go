//go:build unix

package daemon

import (
	"os"
	"syscall"
)

var ignoredSignals = []os.Signal{syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2}
