//go:build !linux

package netns

import (
	"errors"
	"fmt"
	"os"
)

// Open returns errors.ErrUnsupported: network namespaces are Linux's.
func Open(name string) (*os.File, error) {
	return nil, fmt.Errorf("netns: %s: %w", name, errors.ErrUnsupported)
}

// Do calls fn where fd is zero or negative, and returns errors.ErrUnsupported
// for any other namespace.
func Do(fd int, fn func() error) error {
	if fd <= 0 {
		return fn()
	}
	return fmt.Errorf("netns: %w", errors.ErrUnsupported)
}
