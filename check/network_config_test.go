package check_test

import (
	"crypto/tls"
	"net/netip"
	"strings"
	"testing"

	"github.com/vrrpkit/vrrpkit/check"
)

// TestConfigErrors: what is wrong is told at once, with what to do.
func TestConfigErrors(t *testing.T) {
	web := check.Target{Addr: netip.MustParseAddrPort("192.0.2.1:80")}
	at := func(s string) check.Target { return check.Target{Addr: netip.MustParseAddrPort(s)} }
	tcp := func(t check.Target) error { _, err := check.NewTCP(check.TCPConfig{Target: t}); return err }
	http := func(cfg check.HTTPConfig, urls ...check.URL) error {
		cfg.Target, cfg.URLs = web, urls
		_, err := check.NewHTTP(cfg)
		return err
	}
	regex := func(pattern string, options ...string) error {
		_, err := check.CompileRegex(pattern, options...)
		return err
	}
	dns := func(kind, name string) error {
		_, err := check.NewDNS(check.DNSConfig{Target: web, Type: kind, Name: name})
		return err
	}
	udp := func(cfg check.UDPConfig) error { cfg.Target = web; _, err := check.NewUDP(cfg); return err }
	haproxy := func(cfg check.HAProxyConfig) error { _, err := check.NewHAProxy(cfg); return err }
	status := func(s string) error { _, err := check.ParseStatusRanges(s); return err }
	_, smtp := check.NewSMTP(check.SMTPConfig{Hosts: []check.Target{web, {}}, HELO: "a b"})
	_, unix := check.NewUnix(check.UnixConfig{})
	_, grpc := check.NewGRPC(check.GRPCConfig{})
	_, pattern := check.ParsePattern("41 4g")
	for _, tt := range []struct {
		err  error
		want string
	}{
		{tcp(check.Target{}), "TCP check of invalid AddrPort: no address to connect to"},
		{tcp(at("192.0.2.1:0")), "TCP check of 192.0.2.1:0: no port to connect to on 192.0.2.1: give one (connect_port)"},
		{tcp(at("[fe80::1]:80")), "TCP check of [fe80::1]:80: fe80::1 is link-local: say on which interface (bind_if, or fe80::1%eth0)"},
		{tcp(check.Target{Addr: web.Addr, Source: netip.MustParseAddrPort("[2001:db8::1]:0"), Interface: "an-interface-too-long"}),
			"TCP check of 192.0.2.1:80: source 2001:db8::1 and address 192.0.2.1 are of different families\n" +
				`interface "an-interface-too-long": names have at most 15 bytes`},
		{http(check.HTTPConfig{}), "HTTP check of 192.0.2.1:80: no URL to ask for"},
		{http(check.HTTPConfig{Version: "2"}, check.URL{}), `HTTP check of 192.0.2.1:80: HTTP version "2": there are 1.0, 1.0C and 1.1`},
		{http(check.HTTPConfig{}, check.URL{Path: "/a b"}), `HTTP check of 192.0.2.1:80: URL "/a b": path "/a b": white space is not possible there`},
		{http(check.HTTPConfig{}, check.URL{Digest: "abc"}), `HTTP check of 192.0.2.1:80: URL "": digest "abc": 32 hexadecimal digits are needed, as genhash prints them`},
		{http(check.HTTPConfig{}, check.URL{Header: []check.HeaderField{{Name: "A", Value: "b\r\nC: d"}}}), `HTTP check of 192.0.2.1:80: URL "": header "A": "b\r\nC: d": not one line`},
		{http(check.HTTPConfig{}, check.URL{Status: check.StatusRanges{{First: 1, Last: 2}}}), `HTTP check of 192.0.2.1:80: URL "": status 1-2: not a range within 100-599`},
		{http(check.HTTPConfig{}, check.URL{MaxOffset: 1}), `HTTP check of 192.0.2.1:80: URL "": options for a regular expression, but none is given`},
		{http(check.HTTPConfig{TLS: &tls.Config{}}, check.URL{}), `HTTPS check of 192.0.2.1:80: URL "": TLS is to verify a certificate, but for no name: give ServerName, or use TLSFiles`},
		{http(check.HTTPConfig{}, check.URL{JSON: check.JSONField{Want: "x"}}), `HTTP check of 192.0.2.1:80: URL "": JSON value "x" of which field?`},
		{regex("a(?=b)"), "regular expression \"a(?=b)\": Go's regexp cannot compile it (error parsing regexp: invalid or unsupported Perl syntax: `(?=`); " +
			"it has no lookaround, backreferences or possessive quantifiers: write the pattern without them"},
		{regex("a", "extended"), `regular expression option "extended": Go's regexp has nothing like it; write the pattern without it`},
		{status("200 99"), `status "99": codes are 100..599, a range is 200-299`},
		{status("299-200"), `status "299-200": codes are 100..599, a range is 200-299`},
		{smtp, "SMTP check: HELO name \"a b\": white space is not possible there\nSMTP check of invalid AddrPort: no address to connect to"},
		{dns("PTR", "x"), `DNS check of 192.0.2.1:80: type "PTR": there are A, NS, CNAME, SOA, MX, TXT, AAAA, RRSIG and DNSKEY`},
		{dns("A", strings.Repeat("x", 64)), `DNS check of 192.0.2.1:80: name "` + strings.Repeat("x", 64) + `": Name: segment length too long`},
		{dns("A", "a..b"), `DNS check of 192.0.2.1:80: name "a..b": Name: zero length segment`},
		{udp(check.UDPConfig{MinReply: 300}), "UDP check of 192.0.2.1:80: reply length 300 to 255: not a range within 0-65535"},
		{pattern, `'g' in "41 4g": bytes are written as hexadecimal digits, x for any`},
		{unix, "Unix socket check: no path"},
		{grpc, "gRPC check of invalid AddrPort: no address to connect to"},
		{haproxy(check.HAProxyConfig{}), "HAProxy check: no path of a socket"},
		{haproxy(check.HAProxyConfig{Path: "/x", Server: "s"}), "HAProxy check of /x: server s of which proxy?"},
	} {
		if tt.err == nil || tt.err.Error() != tt.want {
			t.Errorf("got:  %v\nwant: %s", tt.err, tt.want)
		}
	}
}

// TestCompileRegex: what matches in PCRE2 matches here.
func TestCompileRegex(t *testing.T) {
	for _, tt := range []struct {
		pattern, options, text string
		want                   bool
	}{
		{"ok$", "", "ok\n", true},
		{"ok$", "", "ok\n\n", false},
		{"ok$", "dollar_endonly", "ok\n", false},
		{"(ok|fine)$", "", "fine\n", true},
		{"^a$", "multiline", "b\na\nc", true},
		{"^a$", "", "b\na\nc", false},
		{"A.B", "caseless dotall", "a\nb", true},
		{"A.B", "", "a\nb", false},
		{`a\z`, "utf", "a\n", false},
	} {
		re, err := check.CompileRegex(tt.pattern, strings.Fields(tt.options)...)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := re.MatchString(tt.text); got != tt.want {
			t.Errorf("%q with %q of %q: %v", tt.pattern, tt.options, tt.text, got)
		}
	}
}

// TestRegexOffsets: between which bytes a match may begin.
func TestRegexOffsets(t *testing.T) {
	addr := serve(t, answers("HTTP/1.0 200 OK\r\n\r\n0123456789"))
	re, err := check.CompileRegex("[5-9]+")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		first, last int64
		want        bool
	}{{0, 0, true}, {0, 5, true}, {0, 4, false}, {5, 5, true}, {9, 0, true}, {10, 0, false}, {100, 0, false}} {
		c, err := check.NewHTTP(check.HTTPConfig{Target: target(addr), URLs: []check.URL{{Regex: re, MinOffset: tt.first, MaxOffset: tt.last}}})
		if err != nil {
			t.Fatal(err)
		}
		if r := c.Check(t.Context()); r.OK != tt.want {
			t.Errorf("%d to %d: %+v", tt.first, tt.last, r)
		}
	}
}
