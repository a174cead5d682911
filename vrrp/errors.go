package vrrp

import (
	"errors"
	"fmt"
)

// ErrOwnerTimeout is Event.Err when the Owner had not answered within
// OwnerTimeout; its call goes on.
var ErrOwnerTimeout = errors.New("vrrp: the owner has not answered in time")

var (
	errEnded     = errors.New("vrrp: the host has ended")
	errNoNetwork = errors.New("vrrp: the host has no Network: set HostConfig.Network")
)

// nameOf returns names[i], or the type and number of a value without a name.
func nameOf(i int, typ string, names ...string) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("%s(%d)", typ, i)
}
