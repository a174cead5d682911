//go:build !linux

package netlab

import "testing"

// Busy does nothing: there are labs on Linux only.
func Busy(testing.TB) {}
