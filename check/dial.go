package check

import (
	"context"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// dialer connects to one literal address: no names are resolved, and no second
// family is tried.
type dialer struct {
	target Target
	addr   string
	net    net.Dialer
}

func newDialer(t Target) (*dialer, error) {
	if err := t.validate(); err != nil {
		return nil, err
	}
	t = t.normal()
	return &dialer{
		target: t,
		addr:   t.Addr.String(),
		net:    net.Dialer{KeepAlive: -1, Control: t.control()}, // a check does not live long enough to be kept alive
	}, nil
}

// dial connects by "tcp" or "udp". It returns soon after ctx ends.
func (d *dialer) dial(ctx context.Context, network string) (net.Conn, error) {
	nd := d.net
	if s := d.target.Source; s.Addr().IsValid() || s.Port() != 0 {
		nd.LocalAddr = localAddr(network, s)
	}
	return nd.DialContext(ctx, network, d.addr)
}

func localAddr(network string, s netip.AddrPort) net.Addr {
	if network == "udp" {
		return net.UDPAddrFromAddrPort(s)
	}
	return net.TCPAddrFromAddrPort(s)
}

// converse connects, and has talk judge what is at the other end. What talk
// reads and writes fails soon after ctx ends; see [failure]. The connection is
// closed in the ordinary way, by FIN.
func (d *dialer) converse(ctx context.Context, network string, talk func(net.Conn) Result) Result {
	c, err := d.dial(ctx, network)
	if err != nil {
		return connectFailure(ctx, "connect to "+d.addr, err)
	}
	return converse(ctx, c, talk)
}

func converse(ctx context.Context, c net.Conn, talk func(net.Conn) Result) Result {
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	return talk(c)
}

// controlFunc prepares a socket that is neither bound nor connected yet.
type controlFunc = func(network, address string, c syscall.RawConn) error
