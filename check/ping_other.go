//go:build !linux

package check

import (
	"errors"
	"fmt"
	"os"
)

type pingConn struct{ *os.File }

func (pingConn) interrupt() {}

func (p *Ping) open() (pingConn, error) {
	return pingConn{}, fmt.Errorf("ping: %w", errors.ErrUnsupported)
}
