package check_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
)

// verdict is a server's behaviour and what checks say about it: keepalived
// 2.2.7, measured by TestVerdicts, and ours.
type verdict struct {
	name       string
	start      func(*testing.T) netip.AddrPort
	checker    func(check.Target) (check.Checker, error)
	block      string // keepalived's checker
	keepalived string // "up", "down", or "-": none within seconds
	ours       check.Reason
	why        string // we differ
}

// The digest of "hello\n".
const helloDigest = "b1946ac92492d2347c6235b4d2611184"

func tcpServer(talk func(net.Conn)) func(*testing.T) netip.AddrPort {
	return func(t *testing.T) netip.AddrPort { return serve(t, talk) }
}

func tlsServer(cfg *tls.Config, talk func(net.Conn)) func(*testing.T) netip.AddrPort {
	return func(t *testing.T) netip.AddrPort {
		cfg := cfg.Clone()
		until := time.Now().Add(12 * time.Hour)
		if cfg.NextProtos != nil { // the sign for one that is out of date
			until, cfg.NextProtos = time.Now().Add(-12*time.Hour), nil
		}
		cfg.Certificates = []tls.Certificate{certificate(t, until, "www.example")}
		return serve(t, secure(cfg, talk))
	}
}

func udpServer(answer func([]byte) [][]byte) func(*testing.T) netip.AddrPort {
	return func(t *testing.T) netip.AddrPort { return serveUDP(t, answer) }
}

func tcpVerdicts() []verdict {
	c := func(t check.Target) (check.Checker, error) { return check.NewTCP(check.TCPConfig{Target: t}) }
	const block = "TCP_CHECK {\n"
	return []verdict{
		{"accepts and closes", tcpServer(func(net.Conn) {}), c, block, "up", check.ReasonOK, ""},
		{"accepts and says nothing", tcpServer(saysNothing), c, block, "up", check.ReasonOK, ""},
		{"resets what it accepts", tcpServer(resets), c, block, "up", check.ReasonOK, ""},
		{"huge banner", tcpServer(forever(strings.Repeat("x", 4096), time.Millisecond)), c, block, "up", check.ReasonOK, ""},
		{"nobody listens", closedPort, c, block, "down", check.ReasonRefused, ""},
	}
}

func httpVerdicts() []verdict {
	with := func(cfg check.HTTPConfig, urls ...check.URL) func(check.Target) (check.Checker, error) {
		return func(t check.Target) (check.Checker, error) {
			cfg := cfg
			cfg.Target, cfg.URLs = t, urls
			return check.NewHTTP(cfg)
		}
	}
	get := func(u check.URL) func(check.Target) (check.Checker, error) { return with(check.HTTPConfig{}, u) }
	regex := func(pattern string) check.URL {
		re, err := check.CompileRegex(pattern)
		if err != nil {
			panic(err)
		}
		return check.URL{Regex: re}
	}
	noMatch := regex("error")
	noMatch.NoMatch = true
	plain, digest := get(check.URL{}), get(check.URL{Digest: helloDigest})
	const (
		block       = "HTTP_GET {\n url {\n path /\n }\n"
		digestBlock = "HTTP_GET {\n url {\n path /\n digest " + helloDigest + "\n }\n"
		fine        = "HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nhello\n"
		unsized     = "HTTP/1.0 200 OK\r\n\r\nhello\n"
		inChunks    = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello\n\r\n0\r\n\r\n"
	)
	url := func(line string) string { return "HTTP_GET {\n url {\n path /\n " + line + "\n }\n" }
	return []verdict{
		{"200 with a length", tcpServer(answers(fine)), plain, block, "up", check.ReasonOK, ""},
		{"200 until the end", tcpServer(answers(unsized)), plain, block, "up", check.ReasonOK, ""},
		{"404", tcpServer(answers("HTTP/1.0 404 Not Found\r\n\r\n")), plain, block, "down", check.ReasonStatus, ""},
		{"404 wanted", tcpServer(answers("HTTP/1.0 404 Not Found\r\n\r\n")), get(check.URL{Status: check.StatusRanges{{First: 404, Last: 404}}}), url("status_code 404"), "up", check.ReasonOK, ""},
		{"206 of 200-204", tcpServer(answers("HTTP/1.0 206 Partial\r\n\r\n")), get(check.URL{Status: check.StatusRanges{{First: 200, Last: 204}}}), url("status_code 200-204"), "down", check.ReasonStatus, ""},
		{"redirect", tcpServer(answers("HTTP/1.0 301 Moved\r\nLocation: /x\r\n\r\n")), plain, block, "down", check.ReasonStatus, ""},
		{"204 without a body", tcpServer(answers("HTTP/1.1 204 No Content\r\n\r\n")), plain, block, "up", check.ReasonOK, ""},
		{"204, connection left open", tcpServer(keepsOpen("HTTP/1.1 204 No Content\r\n\r\n")), plain, block, "down", check.ReasonOK,
			"a 204 has no body to wait for (RFC 9112 6.3)"},
		{"digest right", tcpServer(answers(fine)), digest, digestBlock, "up", check.ReasonOK, ""},
		{"digest wrong", tcpServer(answers("HTTP/1.0 200 OK\r\n\r\nhallo\n")), digest, digestBlock, "down", check.ReasonDigest, ""},
		{"digest, more than its length", tcpServer(answers(fine + "more")), digest, digestBlock, "up", check.ReasonOK, ""},
		{"digest, content-length in small letters, and more", tcpServer(answers("HTTP/1.0 200 OK\r\ncontent-length: 6\r\n\r\nhello\nmore")), digest, digestBlock, "down", check.ReasonOK,
			"field names are case-insensitive (RFC 9110 5.1); keepalived digests what is behind the body"},
		{"digest, less than its length", tcpServer(answers("HTTP/1.0 200 OK\r\nContent-Length: 60\r\n\r\nhello\n")), digest, digestBlock, "up", check.ReasonOK, ""},
		{"less than its length", tcpServer(answers("HTTP/1.0 200 OK\r\nContent-Length: 60\r\n\r\nhello\n")), plain, block, "up", check.ReasonOK, ""},
		{"digest of an empty body", tcpServer(answers("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")), get(check.URL{Digest: "d41d8cd98f00b204e9800998ecf8427e"}), url("digest d41d8cd98f00b204e9800998ecf8427e"), "up", check.ReasonOK, ""},
		{"complete, connection left open", tcpServer(keepsOpen(fine)), plain, block, "down", check.ReasonOK,
			"the answer is complete by its length (RFC 9112 6.3); keepalived waits for the connection's end: fault 17"},
		{"chunks", tcpServer(answers(inChunks)), plain, block, "up", check.ReasonOK, ""},
		{"chunks, connection left open", tcpServer(keepsOpen(inChunks)), plain, block, "down", check.ReasonOK,
			"the last chunk ends the answer (RFC 9112 7.1); keepalived waits for the connection's end: fault 17"},
		{"digest of chunks with their framing", tcpServer(answers(inChunks)), get(check.URL{Digest: "8aea47faa8ff765544508726bbcd3b9d"}), url("digest 8aea47faa8ff765544508726bbcd3b9d"), "up", check.ReasonOK, ""},
		{"gzip", tcpServer(answers("HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x00")), plain, block, "up", check.ReasonOK, ""},
		{"header, a byte at a time", tcpServer(after("HTTP/1.0 200 OK\r\nX: ", forever("x", 300*time.Millisecond))), plain, block, "-", check.ReasonTimeout,
			"the timeout is for the whole answer; keepalived's begins anew with each byte, and there is never a verdict"},
		{"body, a byte at a time", tcpServer(after("HTTP/1.0 200 OK\r\n\r\n", forever("x", 300*time.Millisecond))), plain, block, "-", check.ReasonTimeout,
			"as above"},
		{"endless header", tcpServer(after("HTTP/1.0 200 OK\r\n", forever("X: "+strings.Repeat("x", 500)+"\r\n", time.Millisecond))), plain, block, "down", check.ReasonProtocol, ""},
		{"header of 10 KB", tcpServer(answers("HTTP/1.0 200 OK\r\nX: " + strings.Repeat("x", 10000) + "\r\n\r\nhello\n")), digest, digestBlock, "down", check.ReasonOK,
			"long headers (cookies, policies) are usual; keepalived has room for 4095 bytes"},
		{"endless body", tcpServer(after("HTTP/1.0 200 OK\r\n\r\n", forever(strings.Repeat("x", 1000), 5*time.Millisecond))), plain, block, "-", check.ReasonTimeout,
			"an answer that does not end is none; keepalived never has a verdict"},
		{"reset instead of an answer", tcpServer(func(c net.Conn) { request(c); resets(c) }), plain, block, "down", check.ReasonReset, ""},
		{"reset in the body", tcpServer(func(c net.Conn) {
			request(c)
			_, _ = io.WriteString(c, "HTTP/1.0 200 OK\r\nContent-Length: 60\r\n\r\nhello\n")
			resets(c)
		}), plain, block, "down", check.ReasonReset, ""},
		{"half-close instead of an answer", tcpServer(func(c net.Conn) { _ = c.(*net.TCPConn).CloseWrite(); saysNothing(c) }), plain, block, "down", check.ReasonClosed, ""},
		{"half-close after the answer", tcpServer(func(c net.Conn) { request(c); says(unsized)(c) }), plain, block, "up", check.ReasonOK, ""},
		{"says nothing", tcpServer(saysNothing), plain, block, "down", check.ReasonTimeout, ""},
		{"closes without an answer", tcpServer(func(c net.Conn) { request(c) }), plain, block, "down", check.ReasonClosed, ""},
		{"lines ended by LF alone", tcpServer(answers("HTTP/1.0 200 OK\n\nhello\n")), digest, digestBlock, "down", check.ReasonOK,
			"a recipient may take LF for a line's end (RFC 9112 2.2), and all clients do"},
		{"no reason phrase", tcpServer(answers("HTTP/1.1 200\r\n\r\nhello\n")), plain, block, "down", check.ReasonOK,
			"the phrase means nothing (RFC 9112 4), and servers leave it out"},
		{"an answer that says HTTP/2", tcpServer(answers("HTTP/2 200 OK\r\n\r\nhello\n")), plain, block, "up", check.ReasonOK, ""},
		{"not HTTP, but with a 200", tcpServer(answers("ICY 200 OK\r\n\r\nhello\n")), plain, block, "up", check.ReasonProtocol,
			"no web client would take that for an answer"},
		{"four digits", tcpServer(answers("HTTP/1.1 2000 OK\r\n\r\n")), plain, block, "down", check.ReasonProtocol, ""},
		{"100 Continue, then 200", tcpServer(answers("HTTP/1.1 100 Continue\r\n\r\n" + fine)), digest, digestBlock, "down", check.ReasonOK,
			"interim answers come before the final one (RFC 9110 15.2)"},
		{"regex matches", tcpServer(answers(fine)), get(regex("h.l+o")), url(`regex "h.l+o"`), "up", check.ReasonOK, ""},
		{"regex does not match", tcpServer(answers(fine)), get(regex("hallo")), url(`regex "hallo"`), "down", check.ReasonContent, ""},
		{"regex over two segments", tcpServer(parts("HTTP/1.0 200 OK\r\n\r\nhe", "llo\n")), get(regex("hello")), url(`regex "hello"`), "up", check.ReasonOK, ""},
		{"regex with $ before a line feed", tcpServer(answers(fine)), get(regex("hello$")), url(`regex "hello$"`), "down", check.ReasonOK,
			"$ matches at the end; keepalived always expects that more might come, so that it never does"},
		{"regex of an empty body", tcpServer(answers("HTTP/1.0 200 OK\r\n\r\n")), get(regex("^$")), url(`regex "^$"`), "down", check.ReasonContent, ""},
		{"regex must not match", tcpServer(answers(fine)), get(noMatch), url("regex \"error\"\n regex_no_match"), "up", check.ReasonOK, ""},
		{"second URL fails", tcpServer(wants("GET / ")), with(check.HTTPConfig{}, check.URL{}, check.URL{Path: "/b"}), "HTTP_GET {\n url {\n path /\n }\n url {\n path /b\n }\n", "down", check.ReasonStatus, ""},
		{"first URL fails", tcpServer(wants("GET /b ")), with(check.HTTPConfig{}, check.URL{}, check.URL{Path: "/b"}), "HTTP_GET {\n url {\n path /\n }\n url {\n path /b\n }\n", "down", check.ReasonStatus, ""},
		{"virtualhost", tcpServer(wants("\r\nHost: www.example\r\n")), with(check.HTTPConfig{Host: "www.example"}, check.URL{}), "HTTP_GET {\n virtualhost www.example\n url {\n path /\n }\n", "up", check.ReasonOK, ""},
		{"HTTP/1.1", tcpServer(wants(" HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: 127.0.0.1:")), with(check.HTTPConfig{Version: check.HTTP11}, check.URL{}), "HTTP_GET {\n http_protocol 1.1\n url {\n path /\n }\n", "up", check.ReasonOK, ""},
	}
}

func tlsVerdicts() []verdict {
	get := func(sni bool) func(check.Target) (check.Checker, error) {
		return func(t check.Target) (check.Checker, error) {
			cfg, err := check.TLSFiles{}.Config()
			if err != nil {
				return nil, err
			}
			return check.NewHTTP(check.HTTPConfig{Target: t, Host: "www.example", SNI: sni, TLS: cfg, URLs: []check.URL{{Digest: helloDigest}}})
		}
	}
	const (
		block = "SSL_GET {\n virtualhost www.example\n url {\n path /\n digest " + helloDigest + "\n }\n"
		fine  = "HTTP/1.0 200 OK\r\n\r\nhello\n"
	)
	named := &tls.Config{GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		if h.ServerName != "www.example" {
			return nil, fmt.Errorf("unknown name %q", h.ServerName)
		}
		return nil, nil
	}}
	return []verdict{
		{"self-signed", tlsServer(&tls.Config{}, answers(fine)), get(false), block, "up", check.ReasonOK, ""},
		{"out of date", tlsServer(&tls.Config{NextProtos: []string{"old"}}, answers(fine)), get(false), block, "up", check.ReasonOK, ""},
		{"TLS 1.2, farewell", tlsServer(&tls.Config{MaxVersion: tls.VersionTLS12}, func(c net.Conn) { parts(fine, "")(c); _ = c.Close() }), get(false), block, "up", check.ReasonOK, ""},
		{"not TLS", tcpServer(answers(fine)), get(false), block, "down", check.ReasonTimeout, ""},
		{"alert", tlsServer(named, answers(fine)), get(false), block, "down", check.ReasonTLS, ""},
		{"SNI", tlsServer(named, answers(fine)), get(true), "SSL_GET {\n enable_sni\n virtualhost www.example\n url {\n path /\n digest " + helloDigest + "\n }\n", "up", check.ReasonOK, ""},
		{"TLS says nothing", tcpServer(saysNothing), get(false), block, "down", check.ReasonTimeout, ""},
		{"wants a certificate", tlsServer(&tls.Config{ClientAuth: tls.RequireAnyClientCert}, answers(fine)), get(false), block, "down", check.ReasonTLS, ""},
	}
}

func smtpVerdicts() []verdict {
	c := func(t check.Target) (check.Checker, error) { return check.NewSMTP(check.SMTPConfig{Target: t}) }
	const block = "SMTP_CHECK {\n"
	return []verdict{
		{"mail", tcpServer(lines("220 mx\r\n", "250 mx\r\n", "221 bye\r\n")), c, block, "up", check.ReasonOK, ""},
		{"greeting of many lines", tcpServer(lines("220-mx\r\n220-hello\r\n220 ready\r\n", "250 mx\r\n", "221 bye\r\n")), c, block, "down", check.ReasonOK,
			"a reply may have many lines (RFC 5321 4.2.1): fault 6"},
		{"reply of many lines", tcpServer(lines("220 mx\r\n", "250-mx\r\n250 SIZE\r\n", "221 bye\r\n")), c, block, "down", check.ReasonOK,
			"as above"},
		{"greeting without a text", tcpServer(lines("220\r\n", "250 mx\r\n", "221 bye\r\n")), c, block, "down", check.ReasonOK,
			"a client must take a code alone (RFC 5321 4.2)"},
		{"greeting 554", tcpServer(lines("554 go away\r\n", "250 mx\r\n", "221 bye\r\n")), c, block, "down", check.ReasonStatus, ""},
		{"HELO 502", tcpServer(lines("220 mx\r\n", "502 no\r\n", "221 bye\r\n")), c, block, "down", check.ReasonStatus, ""},
		{"QUIT 500", tcpServer(lines("220 mx\r\n", "250 mx\r\n", "500 what\r\n")), c, block, "up", check.ReasonOK, ""},
		{"hangs up at QUIT", tcpServer(lines("220 mx\r\n", "250 mx\r\n", "")), c, block, "down", check.ReasonOK,
			"it has greeted and answered; a farewell is a courtesy"},
		{"mail says nothing", tcpServer(saysNothing), c, block, "down", check.ReasonTimeout, ""},
		{"mail hangs up", tcpServer(func(net.Conn) {}), c, block, "down", check.ReasonClosed, ""},
		{"banner without an end", tcpServer(forever("220 "+strings.Repeat("x", 1000), time.Millisecond)), c, block, "-", check.ReasonProtocol,
			"what never ends is no greeting; keepalived's timeout begins anew with each read"},
		{"a web server", tcpServer(says("HTTP/1.0 400 Bad Request\r\n\r\n")), c, block, "down", check.ReasonProtocol, ""},
	}
}

func dnsVerdicts() []verdict {
	c := func(t check.Target) (check.Checker, error) {
		return check.NewDNS(check.DNSConfig{Target: t, Type: "a", Name: "www.example"})
	}
	const block = "DNS_CHECK {\n type A\n name www.example\n"
	// reply answers with a code; wrong is added to the id.
	reply := func(code, wrong byte) func([]byte) []byte {
		return func(q []byte) []byte {
			a := append([]byte(nil), q...)
			a[1] += wrong
			a[2] |= 0x80
			a[3] = code
			return a
		}
	}
	all := func(answers ...func([]byte) []byte) func(*testing.T) netip.AddrPort {
		return udpServer(func(q []byte) [][]byte {
			var out [][]byte
			for _, a := range answers {
				out = append(out, a(q))
			}
			return out
		})
	}
	return []verdict{
		{"name server", all(reply(0, 0)), c, block, "up", check.ReasonOK, ""},
		{"NXDOMAIN", all(reply(3, 0)), c, block, "down", check.ReasonStatus, ""},
		{"REFUSED", all(reply(5, 0)), c, block, "down", check.ReasonStatus, ""},
		{"wrong id", all(reply(0, 1)), c, block, "down", check.ReasonTimeout, ""},
		{"wrong id, then the right one", all(reply(3, 1), reply(0, 0)), c, block, "up", check.ReasonOK, ""},
		{"a question instead of an answer", all(func(q []byte) []byte { return q }), c, block, "down", check.ReasonTimeout, ""},
		{"three bytes", all(func(q []byte) []byte { return q[:3] }), c, block, "down", check.ReasonTimeout, ""},
		{"name server says nothing", all(), c, block, "down", check.ReasonTimeout, ""},
		{"no name server", closedPort, c, block, "down", check.ReasonRefused, ""},
	}
}

func udpVerdicts() []verdict {
	with := func(cfg check.UDPConfig) func(check.Target) (check.Checker, error) {
		return func(t check.Target) (check.Checker, error) {
			cfg := cfg
			cfg.Target = t
			return check.NewUDP(cfg)
		}
	}
	pattern, err := check.ParsePattern("41 4x 43")
	if err != nil {
		panic(err)
	}
	says := func(reply string) func(*testing.T) netip.AddrPort {
		return udpServer(func([]byte) [][]byte { return [][]byte{[]byte(reply)} })
	}
	silent := udpServer(func([]byte) [][]byte { return nil })
	plain, required := with(check.UDPConfig{}), with(check.UDPConfig{RequireReply: true})
	like := with(check.UDPConfig{Reply: pattern})
	const block, likeBlock = "UDP_CHECK {\n", "UDP_CHECK {\n require_reply 414x43\n"
	return []verdict{
		{"silence", silent, plain, block, "up", check.ReasonOK, ""},
		{"nobody there", closedPort, plain, block, "down", check.ReasonRefused, ""},
		{"a reply", says("hello"), plain, block, "up", check.ReasonOK, ""},
		{"silence, reply required", silent, required, "UDP_CHECK {\n require_reply\n", "down", check.ReasonTimeout, ""},
		{"a reply, required", says("hello"), required, "UDP_CHECK {\n require_reply\n", "up", check.ReasonOK, ""},
		{"a reply as required", says("AGCD"), like, likeBlock, "up", check.ReasonOK, ""},
		{"another reply", says("hello"), like, likeBlock, "down", check.ReasonContent, ""},
		{"a reply shorter than required", says("A"), like, likeBlock, "up", check.ReasonContent,
			"what is not there cannot be as required; keepalived compares as many bytes as have come"},
		{"six bytes, at least 50 required", says("sixsix"), with(check.UDPConfig{RequireReply: true, MinReply: 50}), "UDP_CHECK {\n require_reply\n min_reply_length 50\n", "up", check.ReasonContent,
			"keepalived's manual promises it, but it looks at lengths only where there is a pattern: fault 18"},
		{"300 bytes as required, at most 255", says("AAC" + strings.Repeat("x", 297)), like, likeBlock, "down", check.ReasonContent, ""},
	}
}

func verdicts() []verdict {
	var all []verdict
	for _, vs := range [][]verdict{tcpVerdicts(), httpVerdicts(), tlsVerdicts(), smtpVerdicts(), dnsVerdicts(), udpVerdicts()} {
		all = append(all, vs...)
	}
	return all
}
