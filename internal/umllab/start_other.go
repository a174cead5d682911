//go:build !linux

package umllab

import (
	"errors"
	"os/exec"
)

func start(*exec.Cmd) error { return errors.ErrUnsupported }

func narrow() []string { return nil }
