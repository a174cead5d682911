package check

import (
	"crypto/md5"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strings"
)

// keepalived's name, which servers know from their logs.
const userAgent = "KeepAliveClient"

// URL is a page to ask for, and what its answer must be: each test that is
// configured must pass. The zero URL asks for "/" and accepts status 200-299.
type URL struct {
	// Path is the request's target, sent as it is (path); empty: "/".
	// Redirects are not followed.
	Path string

	// Host overrides that of HTTPConfig (virtualhost in url).
	Host string

	// Method is sent instead of GET, Header besides the usual lines, Body
	// with a Content-Length. keepalived has none of them.
	Method string
	Header []HeaderField
	Body   string

	// CloseNotify does for this page what HTTPConfig's does for all
	// (tls_compliant in url).
	CloseNotify bool

	// Status is what codes are accepted (status_code); nil: 200-299.
	Status StatusRanges

	// Digest is the MD5 of the body, in 32 hexadecimal digits, as keepalived
	// and its genhash have it: of the bytes as they come, so that a body sent in chunks
	// is digested with its framing (digest).
	Digest string

	// Regex is matched against the bytes of the body as they come; see
	// [CompileRegex]. With NoMatch it must not match (regex_no_match). An empty
	// body matches nothing.
	Regex   *regexp.Regexp
	NoMatch bool

	// MinOffset is where in the body Regex begins to look, and MaxOffset the
	// last byte where a match may begin; 0: anywhere (regex_min_offset,
	// regex_max_offset).
	MinOffset, MaxOffset int64

	// JSON is a field that the body, decoded if it came in chunks, must have.
	// Of the body at most 1 MiB is looked at.
	JSON JSONField
}

// HeaderField is one line of a request's header.
type HeaderField struct{ Name, Value string }

// page is a URL ready to be asked for.
type page struct {
	url     URL
	name    string // for details
	request []byte
	digest  []byte
	tls     *tls.Config
	notify  bool
}

func newPage(cfg HTTPConfig, u URL) (page, error) {
	p := page{url: u, notify: u.CloseNotify || cfg.CloseNotify}
	var errs []error
	if u.Path == "" {
		p.url.Path = "/"
	}
	if u.Method == "" {
		p.url.Method = "GET"
	}
	host := u.Host
	if host == "" {
		host = cfg.Host
	}
	name := host // to be named to the server's TLS
	if host == "" {
		addr := cfg.normal().Addr // as keepalived: with the port, always
		host = netip.AddrPortFrom(addr.Addr().WithZone(""), addr.Port()).String()
	} else if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	for _, f := range []HeaderField{{"path", p.url.Path}, {"method", p.url.Method}, {"host", host}} {
		if strings.ContainsAny(f.Value, " \r\n\t") {
			errs = append(errs, fmt.Errorf("%s %q: white space is not possible there", f.Name, f.Value))
		}
	}
	for _, f := range u.Header {
		if f.Name == "" || strings.ContainsAny(f.Name, ": \r\n\t") || strings.ContainsAny(f.Value, "\r\n") {
			errs = append(errs, fmt.Errorf("header %q: %q: not one line", f.Name, f.Value))
		}
	}
	if u.Digest != "" {
		sum, err := hex.DecodeString(u.Digest)
		if err != nil || len(sum) != md5.Size {
			errs = append(errs, fmt.Errorf("digest %q: %d hexadecimal digits are needed, as genhash prints them", u.Digest, 2*md5.Size))
		}
		p.digest = sum
	}
	for _, r := range u.Status {
		if r.First > r.Last || r.First < 100 || r.Last > 599 {
			errs = append(errs, fmt.Errorf("status %v: not a range within 100-599", r))
		}
	}
	if u.MinOffset < 0 || u.MaxOffset < 0 || u.MaxOffset > 0 && u.MaxOffset < u.MinOffset {
		errs = append(errs, fmt.Errorf("no match can begin between bytes %d and %d", u.MinOffset, u.MaxOffset))
	}
	if u.Regex == nil && (u.NoMatch || u.MinOffset != 0 || u.MaxOffset != 0) {
		errs = append(errs, errors.New("options for a regular expression, but none is given"))
	}
	if u.JSON.Path == "" && u.JSON.Want != "" {
		errs = append(errs, fmt.Errorf("JSON value %q of which field?", u.JSON.Want))
	}
	if u.JSON.Path != "" && u.Regex != nil {
		errs = append(errs, errors.New("a regular expression and a JSON field: give them in two URLs"))
	}
	if cfg.TLS != nil {
		p.tls = cfg.TLS.Clone()
		if p.tls.ServerName == "" && cfg.SNI {
			p.tls.ServerName = name
		}
		if p.tls.ServerName == "" && !p.tls.InsecureSkipVerify {
			errs = append(errs, errors.New("TLS is to verify a certificate, but for no name: give ServerName, or use TLSFiles"))
		}
	}
	p.name = fmt.Sprintf("%s http://%s%s", p.url.Method, host, p.url.Path)
	if cfg.TLS != nil {
		p.name = fmt.Sprintf("%s https://%s%s", p.url.Method, host, p.url.Path)
	}
	p.request = p.url.request(cfg.Version, host)
	return p, errors.Join(errs...)
}

// request is what keepalived sends, to the byte, unless there is more to say.
func (u URL) request(v HTTPVersion, host string) []byte {
	var b strings.Builder
	number, _ := strings.CutSuffix(string(v), "C")
	fmt.Fprintf(&b, "%s %s HTTP/%s\r\nUser-Agent: %s\r\n", u.Method, u.Path, number, userAgent)
	if v != HTTP10 {
		b.WriteString("Connection: close\r\n")
	}
	fmt.Fprintf(&b, "Host: %s\r\n", host)
	for _, f := range u.Header {
		fmt.Fprintf(&b, "%s: %s\r\n", f.Name, f.Value)
	}
	if u.Body != "" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(u.Body))
	}
	b.WriteString("\r\n" + u.Body)
	return []byte(b.String())
}
