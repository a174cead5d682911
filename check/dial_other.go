//go:build !linux

package check

import (
	"errors"
	"fmt"
)

func (t Target) supported() error {
	if t.Namespace > 0 || t.Interface != "" || t.Mark != 0 {
		return fmt.Errorf("interface, mark and namespace: %w", errors.ErrUnsupported)
	}
	return nil
}

func (t Target) control() controlFunc { return nil }
