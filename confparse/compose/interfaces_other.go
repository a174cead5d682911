//go:build !linux

package compose

import (
	"errors"
	"fmt"
)

func newInterfaces() (Interfaces, error) {
	return nil, fmt.Errorf("interfaces: %w", errors.ErrUnsupported)
}
