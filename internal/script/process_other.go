//go:build !unix

package script

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

func attributes(id *Identity) (*syscall.SysProcAttr, error) {
	if id != nil {
		return nil, fmt.Errorf("cannot become user %v: %w", id, errors.ErrUnsupported)
	}
	return nil, nil
}

func signalGroup(p *os.Process, _ syscall.Signal) { _ = p.Kill() }

func reapGroup(*os.Process) {}

func executable(file string, _ *Identity) error {
	_, err := exec.LookPath(file)
	return err
}

func explain(err error, _ string, _ Command) error { return err }

// CheckSecurity needs the owners and modes of Unix.
func CheckSecurity(string, *Identity) error { return errors.ErrUnsupported }
