//go:build !unix

package daemon

import "os"

var ignoredSignals []os.Signal
