//go:build !linux

package check

import "context"

// probe connects and closes.
func (d *dialer) probe(ctx context.Context) error {
	c, err := d.dial(ctx)
	if err != nil {
		return err
	}
	return c.Close()
}
