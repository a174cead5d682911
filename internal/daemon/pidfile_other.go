//go:build !unix

package daemon

import "errors"

func writePIDFile(string) (remove func(), err error) { return nil, errors.ErrUnsupported }
