package check

import (
	"context"
	"errors"
	"net"
)

// UnixConfig describes a check that connects to a Unix socket, says nothing and
// closes. keepalived has no such check.
type UnixConfig struct {
	Path string // of the stream socket; "@name" is Linux's abstract kind
}

// Unix is a Checker that succeeds when it can connect. It may be used by many
// goroutines at a time.
type Unix struct{ path string }

var _ Checker = (*Unix)(nil)

// NewUnix returns a checker of a Unix socket, which need not exist yet.
func NewUnix(cfg UnixConfig) (*Unix, error) {
	if cfg.Path == "" {
		return nil, errors.New("Unix socket check: no path")
	}
	return &Unix{cfg.Path}, nil
}

// Check connects.
func (c *Unix) Check(ctx context.Context) Result {
	conn, err := dialUnix(ctx, c.path)
	if err != nil {
		return failure(ctx, "connect to "+c.path, err)
	}
	_ = conn.Close()
	return success("connected to " + c.path)
}

// String returns "Unix socket /run/x.sock".
func (c *Unix) String() string { return "Unix socket " + c.path }

func dialUnix(ctx context.Context, path string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "unix", path)
}
