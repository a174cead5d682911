//go:build !unix

package daemon

import (
	"os"
	"syscall"
)

var (
	answered   []os.Signal
	brokenPipe = []os.Signal{syscall.SIGPIPE}
)
