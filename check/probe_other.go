//go:build !linux

package check

import (
	"context"
	"io"
	"net"
)

// probe connects and closes.
func (d *dialer) probe(ctx context.Context) error {
	c, err := d.dial(ctx)
	if err != nil {
		return err
	}
	return c.Close()
}

// exchange does what converse does, for one request and its answer.
func (d *dialer) exchange(ctx context.Context, talk func(io.ReadWriter) Result) Result {
	return d.converse(ctx, func(c net.Conn) Result { return talk(c) })
}
