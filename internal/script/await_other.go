//go:build !linux

package script

import "os/exec"

// awaitEnd waits for the end of the program.
func awaitEnd(cmd *exec.Cmd) { _ = cmd.Wait() }
