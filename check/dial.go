package check

import (
	"context"
	"net"
	"syscall"
)

// dialer connects to one literal address: no names are resolved, and no second
// family is tried.
type dialer struct {
	target  Target
	network string
	addr    string
	net     net.Dialer
}

// newDialer returns a dialer by "tcp" or "udp".
func newDialer(network string, t Target) (*dialer, error) {
	if err := t.validate(); err != nil {
		return nil, err
	}
	t = t.normal()
	d := &dialer{
		target:  t,
		network: network,
		addr:    t.Addr.String(),
		net:     net.Dialer{KeepAlive: -1, Control: t.control()}, // a check does not live long enough to be kept alive
	}
	switch {
	case !t.bound():
	case network == "udp":
		d.net.LocalAddr = net.UDPAddrFromAddrPort(t.Source)
	default:
		d.net.LocalAddr = net.TCPAddrFromAddrPort(t.Source)
	}
	return d, nil
}

// dial connects. It returns soon after ctx ends.
func (d *dialer) dial(ctx context.Context) (net.Conn, error) {
	return d.net.DialContext(ctx, d.network, d.addr)
}

// converse connects, and has talk judge what is at the other end. What talk
// reads and writes fails soon after ctx ends; see [failure]. The connection is
// closed in the ordinary way, by FIN.
func (d *dialer) converse(ctx context.Context, talk func(net.Conn) Result) Result {
	c, err := d.dial(ctx)
	if err != nil {
		return connectFailure(ctx, "connect to "+d.addr, err)
	}
	return converse(ctx, c, talk)
}

func converse(ctx context.Context, c net.Conn, talk func(net.Conn) Result) Result {
	defer c.Close()
	defer interrupt(ctx, c)()
	return talk(c)
}

// controlFunc prepares a socket that is neither bound nor connected yet.
type controlFunc = func(network, address string, c syscall.RawConn) error
