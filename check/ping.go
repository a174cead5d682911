package check

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
)

const (
	pingSize = 128 // of the data
	pingKey  = 8   // of which the first bytes are random

	echoReply4, echoRequest4 = 0, 8
	echoRequest6, echoReply6 = 128, 129
)

// PingConfig describes an echo request to a host (keepalived's PING_CHECK).
type PingConfig struct {
	// Target is the host. Its port, and the port of Source, are ignored.
	Target
}

// Ping is a Checker that succeeds when a host answers an echo request of ICMP
// or ICMPv6. It takes root, CAP_NET_RAW, or a group within
// net.ipv4.ping_group_range; and Linux. It may be used by many goroutines at a
// time.
type Ping struct {
	target Target
}

var _ Checker = (*Ping)(nil)

// NewPing returns a checker of a host.
func NewPing(cfg PingConfig) (*Ping, error) {
	if err := cfg.validateHost(); err != nil {
		return nil, fmt.Errorf("ping of %v: %w", cfg.Addr.Addr(), err)
	}
	t := cfg.normal()
	t.Addr = netip.AddrPortFrom(t.Addr.Addr(), 0)
	t.Source = netip.AddrPortFrom(t.Source.Addr(), 0)
	return &Ping{t}, nil
}

// String returns "ping 192.0.2.1".
func (p *Ping) String() string { return "ping " + p.target.Addr.Addr().String() }

// Check sends one request and waits for its reply.
func (p *Ping) Check(ctx context.Context) Result {
	c, err := p.open()
	switch {
	case errors.Is(err, fs.ErrPermission):
		return failed(ReasonLocal, "%v: %v", p, err)
	case err != nil:
		return connectFailure(ctx, p.String(), err)
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, c.interrupt)
	defer stop()

	request := p.request()
	if _, err := c.Write(request); err != nil {
		return connectFailure(ctx, p.String(), err)
	}
	buf := make([]byte, 1500)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return failure(ctx, p.String(), err)
		}
		if p.answers(buf[:n], request) {
			return success(p.String() + " is answered")
		}
	}
}

// request returns an echo request. The identifier is what the kernel may put
// there; random data tell our reply from others.
func (p *Ping) request() []byte {
	b := make([]byte, 8+pingSize)
	b[0] = echoRequest6 // whose checksum the kernel computes
	_, _ = rand.Read(b[8 : 8+pingKey])
	copy(b[4:6], b[8:])
	b[7] = 1 // sequence number
	for i := 8 + pingKey; i < len(b); i++ {
		b[i] = byte('a' + i%26)
	}
	if p.target.Addr.Addr().Is4() {
		b[0] = echoRequest4
		binary.BigEndian.PutUint16(b[2:], internetChecksum(b))
	}
	return b
}

// answers reports whether a packet, with its IP header if that is IPv4's, is the
// reply to the request.
func (p *Ping) answers(packet, request []byte) bool {
	reply := byte(echoReply6)
	if p.target.Addr.Addr().Is4() {
		reply = echoReply4
		if len(packet) > 0 && packet[0]>>4 == 4 { // a raw socket's; an echo reply begins with 0
			packet = packet[min(len(packet), int(packet[0]&15)*4):]
		}
	}
	return len(packet) == len(request) && packet[0] == reply && bytes.Equal(packet[6:], request[6:])
}

// internetChecksum is RFC 1071's, of an even number of bytes.
func internetChecksum(b []byte) uint16 {
	var sum uint32
	for i := 0; i+1 < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
