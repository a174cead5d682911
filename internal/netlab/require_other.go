//go:build !linux

package netlab

import "errors"

func canMakeNamespaces() error { return errors.ErrUnsupported }
