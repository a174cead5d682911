package check

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
)

// HTTPVersion is what is asked for, as keepalived names it (http_protocol).
type HTTPVersion string

// The versions. With 1.0C and 1.1 "Connection: close" is sent too.
const (
	HTTP10      HTTPVersion = "1.0"
	HTTP10Close HTTPVersion = "1.0C"
	HTTP11      HTTPVersion = "1.1"
)

// HTTPConfig describes a check that gets pages (keepalived's HTTP_GET and
// SSL_GET). Target and URLs are needed.
type HTTPConfig struct {
	Target

	// URLs are all asked for in each check, one after another, each over a
	// connection of its own; the first that fails ends the check. keepalived
	// asks for one in each interval. What it calls fast_recovery is the rule here.
	URLs []URL

	// Host is the Host header of URLs that have none of their own
	// (virtualhost), sent as it is; empty: the address and port.
	Host string

	// Version is the version of requests; empty: HTTP10.
	Version HTTPVersion

	// TLS makes this a check over TLS (SSL_GET); nil: plain HTTP. ServerName
	// (sni_name) may be empty. See [TLSFiles], whose zero value is what
	// keepalived does: no certificate is verified.
	TLS *tls.Config

	// SNI sends the host of each URL as the server name where TLS has none
	// (enable_sni).
	SNI bool

	// CloseNotify ends TLS connections in the proper way (tls_compliant).
	// Otherwise they are just closed.
	CloseNotify bool
}

// HTTP is a Checker that gets pages. It never holds a body, however long:
// memory per check is about 10 KiB. It may be used by many goroutines at a time.
type HTTP struct {
	dialer *dialer
	scheme string
	pages  []page
}

var _ Checker = (*HTTP)(nil)

// NewHTTP returns a checker of web pages.
func NewHTTP(cfg HTTPConfig) (*HTTP, error) {
	h := &HTTP{scheme: "http"}
	var err error
	errs := make([]error, 0, 4)
	if h.dialer, err = newDialer("tcp", cfg.Target); err != nil {
		errs = append(errs, err)
	}
	if cfg.Version = HTTPVersion(strings.ToUpper(string(cfg.Version))); cfg.Version == "" {
		cfg.Version = HTTP10
	}
	if !slices.Contains([]HTTPVersion{HTTP10, HTTP10Close, HTTP11}, cfg.Version) {
		errs = append(errs, fmt.Errorf("HTTP version %q: there are 1.0, 1.0C and 1.1", cfg.Version))
	}
	if cfg.TLS != nil {
		h.scheme = "https"
	}
	if len(cfg.URLs) == 0 {
		errs = append(errs, errors.New("no URL to ask for"))
	}
	for _, u := range cfg.URLs {
		p, err := newPage(cfg, u)
		if err != nil {
			errs = append(errs, fmt.Errorf("URL %q: %w", u.Path, err))
			continue
		}
		h.pages = append(h.pages, p)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("%s check of %v: %w", strings.ToUpper(h.scheme), cfg.Target, err)
	}
	return h, nil
}

// Check asks for all pages. The deadline of ctx is for all of them together.
func (h *HTTP) Check(ctx context.Context) Result {
	var r Result
	for i := range h.pages {
		p := &h.pages[i]
		r = h.get(ctx, p, func(in *bufio.Reader) Result { return p.judge(ctx, in) })
		if !r.OK {
			return r
		}
	}
	if n := len(h.pages); n > 1 {
		r.Detail = fmt.Sprintf("%d pages of %s, the last: %s", n, h.dialer.addr, r.Detail)
	}
	return r
}

// String returns "HTTP 192.0.2.1:80 /a /b", or HTTPS.
func (h *HTTP) String() string {
	var b strings.Builder
	b.WriteString(strings.ToUpper(h.scheme) + " " + h.dialer.addr)
	for _, p := range h.pages {
		b.WriteString(" " + p.url.Path)
	}
	return b.String()
}

// answers has readers of answers, which are needed for a moment each: what a
// thousand checks a second leave behind takes longer to collect than to use again.
var answers = sync.Pool{New: func() any { return bufio.NewReader(nil) }}

// get asks for one page and has read judge the answer.
func (h *HTTP) get(ctx context.Context, p *page, read func(*bufio.Reader) Result) Result {
	ask := func(c io.ReadWriter) Result {
		if _, err := c.Write(p.request); err != nil {
			return failure(ctx, p.name+": request", err)
		}
		in := answers.Get().(*bufio.Reader)
		in.Reset(c)
		defer func() {
			in.Reset(nil)
			answers.Put(in)
		}()
		return read(in)
	}
	if p.tls == nil {
		return h.dialer.exchange(ctx, ask)
	}
	return h.dialer.converse(ctx, func(c net.Conn) Result {
		secure := tls.Client(c, p.tls)
		if err := secure.Handshake(); err != nil {
			return result(ctx, "TLS with "+h.dialer.addr, err, ReasonTLS)
		}
		if p.notify {
			defer secure.Close()
		}
		return ask(secure)
	})
}
