package script

import (
	"errors"
	"os/exec"

	"golang.org/x/sys/unix"
)

// awaitEnd waits for the end of the program, and leaves it in the process table:
// until it is waited for, its number, which is its group's, is nobody else's,
// and signals to the group cannot go astray.
func awaitEnd(cmd *exec.Cmd) {
	for {
		err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			return
		}
	}
}
