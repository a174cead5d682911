//go:build !linux

package ipvs

import (
	"errors"
	"fmt"
)

// NewKernel returns errors.ErrUnsupported: IPVS is part of Linux only. Tables
// are applied here to another Kernel.
func NewKernel(netns int) (Kernel, error) {
	return nil, fmt.Errorf("ipvs: %w", errors.ErrUnsupported)
}
