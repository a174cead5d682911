package check

import (
	"context"
	"fmt"
)

// TCPConfig describes a check that connects, says nothing and closes
// (keepalived's TCP_CHECK).
type TCPConfig struct {
	Target
}

// TCP is a Checker that succeeds when it can connect. It may be used by many
// goroutines at a time.
type TCP struct {
	dialer *dialer
	fine   string
}

var _ Checker = (*TCP)(nil)

// NewTCP returns a checker of a TCP port.
func NewTCP(cfg TCPConfig) (*TCP, error) {
	d, err := newDialer("tcp", cfg.Target)
	if err != nil {
		return nil, fmt.Errorf("TCP check of %v: %w", cfg.Target, err)
	}
	return &TCP{dialer: d, fine: "connected to " + d.addr}, nil
}

// Check connects. The deadline of ctx is keepalived's connect_timeout.
func (c *TCP) Check(ctx context.Context) Result {
	if err := c.dialer.probe(ctx); err != nil {
		return connectFailure(ctx, "connect to "+c.dialer.addr, err)
	}
	return success(c.fine)
}

// String returns "TCP 192.0.2.1:80".
func (c *TCP) String() string { return "TCP " + c.dialer.addr }
