//go:build !linux

package vrrp

import (
	"errors"
	"fmt"
)

func newNetwork(NetworkConfig) (Network, error) {
	return nil, fmt.Errorf("vrrp: raw sockets: %w", errors.ErrUnsupported)
}
