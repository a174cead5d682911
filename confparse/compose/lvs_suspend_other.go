//go:build !linux

package compose

import (
	"errors"
	"fmt"
)

func newAddresses() (Addresses, error) {
	return nil, fmt.Errorf("ha_suspend: %w", errors.ErrUnsupported)
}
