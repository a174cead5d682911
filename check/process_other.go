//go:build !linux

package check

import (
	"context"
	"errors"
	"fmt"
)

func (p *Process) scan() ([]int, error) {
	return nil, fmt.Errorf("count processes: %w", errors.ErrUnsupported)
}

// Watch needs Linux.
func (p *Process) Watch(context.Context, func()) error {
	return fmt.Errorf("watch processes: %w", errors.ErrUnsupported)
}
