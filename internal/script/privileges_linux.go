package script

import (
	"math"
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

// startNoNewPrivs starts the program from a thread that has given up gaining
// privileges, which children inherit. The thread cannot take that back: it ends
// with the goroutine that is locked to it.
func startNoNewPrivs(cmd *exec.Cmd) error {
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
		if err == nil {
			err = cmd.Start()
		}
		started <- err
	}()
	return <-started
}

// sealDescriptors keeps from programs what this process was itself started with:
// Go's own descriptors are closed on execution anyway. Linux before 5.11 does
// not know the call.
func sealDescriptors() {
	_ = unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC)
}
