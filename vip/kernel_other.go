//go:build !linux

package vip

import (
	"errors"
	"fmt"
)

// NewKernel returns errors.ErrUnsupported: the kernel's addresses are changed
// on Linux only. Managers work here with another Kernel.
func NewKernel(namespace int) (Kernel, error) {
	return nil, fmt.Errorf("vip: %w", errors.ErrUnsupported)
}
