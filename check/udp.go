package check

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

const (
	defaultPayload  = "keepalived check - keepalived ch"
	defaultMaxReply = 255

	// defaultSilence is how long silence is waited for where ctx has no
	// deadline: keepalived's connect_timeout.
	defaultSilence = 5 * time.Second
)

// UDPConfig describes a check that sends a datagram (keepalived's UDP_CHECK).
// Unless a reply is required, only the news that nobody listens there is a
// failure: a healthy server that keeps silent takes the whole timeout.
type UDPConfig struct {
	Target

	// Payload is what to send; nil: 32 bytes of text, as keepalived (payload).
	Payload []byte

	// RequireReply makes silence a failure (require_reply).
	RequireReply bool

	// Reply, if it has bytes, is how a reply must begin; see [ParsePattern]. It implies
	// RequireReply (require_reply HEX).
	Reply Pattern

	// MinReply and MaxReply bound a reply's length, in bytes; 0: from 0, to 255
	// (min_reply_length, max_reply_length). They count where a reply
	// is required; keepalived looks at them only where there is a pattern.
	MinReply, MaxReply int
}

// UDP is a Checker that sends a datagram. It may be used by many goroutines at
// a time.
type UDP struct {
	dialer *dialer
	cfg    UDPConfig
	what   string
}

var _ Checker = (*UDP)(nil)

// NewUDP returns a checker of a UDP port.
func NewUDP(cfg UDPConfig) (*UDP, error) {
	d, err := newDialer("udp", cfg.Target)
	var errs []error
	if err != nil {
		errs = append(errs, err)
	}
	if cfg.Payload == nil {
		cfg.Payload = []byte(defaultPayload)
	}
	if len(cfg.Reply.Value) > 0 {
		cfg.RequireReply = true
	}
	if cfg.MaxReply == 0 {
		cfg.MaxReply = defaultMaxReply
	}
	if cfg.MinReply < 0 || cfg.MaxReply < cfg.MinReply || cfg.MaxReply > 65535 {
		errs = append(errs, fmt.Errorf("reply length %d to %d: not a range within 0-65535", cfg.MinReply, cfg.MaxReply))
	}
	if len(cfg.Reply.Value) != len(cfg.Reply.Mask) {
		errs = append(errs, fmt.Errorf("reply pattern: %d bytes, but a mask of %d", len(cfg.Reply.Value), len(cfg.Reply.Mask)))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("UDP check of %v: %w", cfg.Target, err)
	}
	return &UDP{dialer: d, cfg: cfg, what: "UDP " + d.addr}, nil
}

// String returns "UDP 192.0.2.1:53".
func (c *UDP) String() string { return c.what }

// Check sends and waits. The deadline of ctx is keepalived's connect_timeout,
// 5 s if there is none; with it, silence is the verdict.
func (c *UDP) Check(ctx context.Context) Result {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, defaultSilence)
		defer cancel()
	}
	return c.dialer.converse(ctx, func(conn net.Conn) Result {
		if _, err := conn.Write(c.cfg.Payload); err != nil {
			return failure(ctx, c.what, err)
		}
		buf := make([]byte, c.cfg.MaxReply+1)
		n, err := conn.Read(buf)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(ctx.Err(), context.Canceled):
			if c.cfg.RequireReply {
				return failed(ReasonTimeout, "%s: no reply", c.what)
			}
			return success(c.what + ": silence")
		case err != nil:
			return failure(ctx, c.what, err)
		case !c.cfg.RequireReply:
			return success(c.what + ": replied")
		case n < c.cfg.MinReply || n > c.cfg.MaxReply:
			return failed(ReasonContent, "%s: reply has not %d to %d bytes", c.what, c.cfg.MinReply, c.cfg.MaxReply)
		case !c.cfg.Reply.Match(buf[:n]):
			return failed(ReasonContent, "%s: reply begins with % x", c.what, buf[:min(n, len(c.cfg.Reply.Value))])
		}
		return success(fmt.Sprintf("%s: replied with %d bytes", c.what, n))
	})
}
