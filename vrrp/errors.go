package vrrp

import (
	"errors"
	"fmt"
)

// ErrOwnerTimeout is Event.Err when the Owner had not answered within
// OwnerTimeout; its call goes on.
var ErrOwnerTimeout = errors.New("vrrp: the owner has not answered in time")

// ErrStopped is returned by what adds to a host, or changes it, once its Run has
// ended.
var ErrStopped = errors.New("vrrp: the host has stopped")

var errNoNetwork = errors.New("vrrp: the host has no Network: set HostConfig.Network")

// nameOf returns names[i], or the type and number of a value without a name.
func nameOf(i int, typ string, names ...string) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("%s(%d)", typ, i)
}
