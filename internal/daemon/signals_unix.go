//go:build unix

package daemon

import (
	"os"
	"syscall"
)

var (
	answered   = []os.Signal{syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2}
	brokenPipe = []os.Signal{syscall.SIGPIPE}
)
