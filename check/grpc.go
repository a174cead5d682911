package check

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
)

// maxMessage is how long the answer of a health service may be: a few bytes.
const maxMessage = 4096

// maxFrame is how much of it is taken at once.
const maxFrame = 16 << 10

// GRPCConfig describes a check that asks a gRPC server's health service,
// grpc.health.v1.Health. keepalived has no such check.
type GRPCConfig struct {
	Target

	// Service is the service to ask about; empty: the server as a whole.
	Service string

	// Host is the authority to name; empty: the address and port.
	Host string

	// TLS makes the connection one over TLS; nil: plain HTTP/2. Without a ServerName
	// certificates are verified for Host. See [TLSFiles].
	TLS *tls.Config
}

// GRPC is a Checker that asks a gRPC server about its health. It may be used by
// many goroutines at a time.
type GRPC struct {
	dialer  *dialer
	tls     *tls.Config
	url     url.URL
	host    string
	request []byte
	what    string
}

var _ Checker = (*GRPC)(nil)

// NewGRPC returns a checker of a gRPC server.
func NewGRPC(cfg GRPCConfig) (*GRPC, error) {
	d, err := newDialer("tcp", cfg.Target)
	if err != nil {
		return nil, fmt.Errorf("gRPC check of %v: %w", cfg.Target, err)
	}
	c := &GRPC{
		dialer:  d,
		url:     url.URL{Scheme: "http", Host: d.addr, Path: "/grpc.health.v1.Health/Check"},
		host:    cfg.Host,
		request: healthRequest(cfg.Service),
		what:    "gRPC " + d.addr,
	}
	if cfg.Service != "" {
		c.what += " " + cfg.Service
	}
	if cfg.TLS != nil {
		c.url.Scheme = "https"
		c.tls = cfg.TLS.Clone()
		if name, _, err := net.SplitHostPort(cfg.Host); c.tls.ServerName == "" && err == nil {
			c.tls.ServerName = name
		} else if c.tls.ServerName == "" {
			c.tls.ServerName = cfg.Host
		}
	}
	return c, nil
}

// String returns "gRPC 192.0.2.1:50051 my.Service".
func (c *GRPC) String() string { return c.what }

// Check asks, over a connection of its own.
func (c *GRPC) Check(ctx context.Context) Result {
	return c.dialer.converse(ctx, func(conn net.Conn) Result { return c.ask(ctx, conn) })
}

// ask makes the call over conn. A Transport that dials by itself goes on with
// that, and keeps the connection, when the request has been given up.
func (c *GRPC) ask(ctx context.Context, conn net.Conn) Result {
	protocols := new(http.Protocols)
	protocols.SetHTTP2(c.tls != nil)
	protocols.SetUnencryptedHTTP2(c.tls == nil)
	conns := make(chan net.Conn, 1)
	conns <- conn
	close(conns)
	transport := &http.Transport{
		Protocols:              protocols,
		HTTP2:                  &http.HTTP2Config{MaxReceiveBufferPerStream: maxFrame, MaxReceiveBufferPerConnection: 64 << 10},
		TLSClientConfig:        c.tls.Clone(), // the Transport changes it
		MaxResponseHeaderBytes: maxHeader,
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			if conn, ok := <-conns; ok {
				return conn, nil
			}
			return nil, io.ErrUnexpectedEOF // it wants to try again
		},
	}
	req := &http.Request{
		Method: http.MethodPost, URL: &c.url, Host: c.host,
		Header:        http.Header{"Content-Type": {"application/grpc"}, "Te": {"trailers"}, "User-Agent": {userAgent}},
		Body:          io.NopCloser(bytes.NewReader(c.request)),
		ContentLength: int64(len(c.request)),
	}
	resp, err := transport.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return failure(ctx, c.what, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return failed(ReasonStatus, "%s: HTTP status %d", c.what, resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxMessage+1))
	if err != nil {
		return failure(ctx, c.what, err)
	}
	return c.judge(resp, body)
}

// judge reads the outcome of the call, which is in the trailer, or in the
// header where there is no answer; then the answer.
func (c *GRPC) judge(resp *http.Response, body []byte) Result {
	code, text := resp.Trailer.Get("Grpc-Status"), resp.Trailer.Get("Grpc-Message")
	if code == "" {
		code, text = resp.Header.Get("Grpc-Status"), resp.Header.Get("Grpc-Message")
	}
	switch code {
	case "0":
	case "":
		return failed(ReasonProtocol, "%s: the answer is not gRPC", c.what)
	case "5":
		return failed(ReasonStatus, "%s: the server does not know the service", c.what)
	case "12":
		return failed(ReasonStatus, "%s: the server has no health service", c.what)
	default:
		return failed(ReasonStatus, "%s: gRPC status %s", c.what, printable(code+" "+text))
	}
	state, err := parseHealth(body)
	if err != nil {
		return failed(ReasonProtocol, "%s: %v", c.what, err)
	}
	if state != healthServing {
		return failed(ReasonContent, "%s: %v", c.what, state)
	}
	return success(c.what + ": " + state.String())
}

// health is the answer of grpc.health.v1.
type health uint64

const healthServing health = 1

func (h health) String() string {
	switch h {
	case 0:
		return "UNKNOWN"
	case healthServing:
		return "SERVING"
	case 2:
		return "NOT_SERVING"
	case 3:
		return "SERVICE_UNKNOWN"
	}
	return fmt.Sprintf("status %d", uint64(h))
}

// healthRequest is a HealthCheckRequest, whose field 1 is the service's name,
// in the 5-byte frame of gRPC.
func healthRequest(service string) []byte {
	var message []byte
	if service != "" {
		message = binary.AppendUvarint([]byte{1<<3 | 2}, uint64(len(service)))
		message = append(message, service...)
	}
	frame := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message)))
	return append(frame, message...)
}

var errHealth = errors.New("the answer is not one of a health service")

// parseHealth reads a frame with a HealthCheckResponse, whose field 1 is the
// state. Fields that are not known are passed over.
func parseHealth(frame []byte) (health, error) {
	if len(frame) < 5 || frame[0] != 0 || int(binary.BigEndian.Uint32(frame[1:])) != len(frame)-5 {
		return 0, errHealth
	}
	var state health
	for m := frame[5:]; len(m) > 0; {
		tag, n := binary.Uvarint(m)
		if n <= 0 {
			return 0, errHealth
		}
		m = m[n:]
		length := uint64(0)
		switch tag & 7 {
		case 0, 2:
			v, n := binary.Uvarint(m)
			if n <= 0 {
				return 0, errHealth
			}
			m = m[n:]
			if tag&7 == 2 {
				length = v
			} else if tag == 1<<3 {
				state = health(v)
			}
		case 1:
			length = 8
		case 5:
			length = 4
		default:
			return 0, errHealth
		}
		if length > uint64(len(m)) {
			return 0, errHealth
		}
		m = m[length:]
	}
	return state, nil
}
