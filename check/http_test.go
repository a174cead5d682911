package check_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// TestRequest: what is sent is what keepalived sends, to the byte.
func TestRequest(t *testing.T) {
	netlab.Require(t, netlab.Keepalived)
	requests := make(chan string, 1)
	addr := serve(t, func(c net.Conn) {
		requests <- request(c)
		_, _ = io.WriteString(c, "HTTP/1.0 200 OK\r\n\r\n")
	})
	port := fmt.Sprint(addr.Port())
	for _, tt := range []struct {
		cfg  check.HTTPConfig
		url  check.URL
		args []string
	}{
		{check.HTTPConfig{}, check.URL{}, []string{"-u", "/"}},
		{check.HTTPConfig{}, check.URL{Path: "/a?b=c&d=%20;e"}, []string{"-u", "/a?b=c&d=%20;e"}},
		{check.HTTPConfig{Host: "www.example"}, check.URL{}, []string{"-u", "/", "-V", "www.example"}},
		{check.HTTPConfig{Host: "www.example", Version: check.HTTP10Close}, check.URL{Path: "*"}, []string{"-u", "*", "-V", "www.example", "-P", "1.0c"}},
		{check.HTTPConfig{Version: "1.0c"}, check.URL{Path: "/"}, []string{"-u", "/", "-P", "1.0c"}},
		{check.HTTPConfig{Host: "www.example", Version: check.HTTP11}, check.URL{Host: "other.example:81"}, []string{"-u", "/", "-V", "other.example:81", "-P", "1.1"}},
	} {
		tt.cfg.Target, tt.cfg.URLs = target(addr), []check.URL{tt.url}
		c, err := check.NewHTTP(tt.cfg)
		if err != nil {
			t.Fatal(err)
		}
		if r := c.Check(t.Context()); !r.OK {
			t.Fatalf("%+v", r)
		}
		got := <-requests
		if out, err := exec.Command("keepalived", append([]string{"--genhash", "-s", addr.Addr().String(), "-p", port}, tt.args...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if diff := cmp.Diff(<-requests, got); diff != "" {
			t.Errorf("%q: -keepalived +ours:\n%s", tt.args, diff)
		}
	}
}

// TestRequestBeyond: what keepalived cannot send.
func TestRequestBeyond(t *testing.T) {
	requests := make(chan string, 1)
	talk := func(c net.Conn) {
		requests <- request(c)
		_, _ = io.WriteString(c, "HTTP/1.0 200 OK\r\n\r\n")
	}
	addr := serve(t, talk)
	mapped := netip.AddrPortFrom(netip.AddrFrom16(addr.Addr().As16()), addr.Port())
	for _, tt := range []struct {
		t    check.Target
		url  check.URL
		want string
	}{
		{target(addr), check.URL{Method: "POST", Path: "/x", Header: []check.HeaderField{{Name: "Content-Type", Value: "text/plain"}}, Body: "abc"},
			"POST /x HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: ADDR\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\n"},
		{target(mapped), check.URL{}, "GET / HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: ADDR\r\n\r\n"},
	} {
		c, err := check.NewHTTP(check.HTTPConfig{Target: tt.t, URLs: []check.URL{tt.url}})
		if err != nil {
			t.Fatal(err)
		}
		if r := c.Check(t.Context()); !r.OK {
			t.Fatalf("%+v", r)
		}
		if diff := cmp.Diff(strings.ReplaceAll(tt.want, "ADDR", addr.String()), <-requests); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}

// TestCloseNotify: TLS is ended with a farewell where that is wanted, and
// otherwise, as by keepalived, with the connection.
func TestCloseNotify(t *testing.T) {
	farewells := make(chan int, 1)
	cfg := &tls.Config{Certificates: []tls.Certificate{certificate(t, time.Now().Add(time.Hour))}}
	addr := serve(t, secure(cfg, func(c net.Conn) {
		request(c)
		_, _ = io.WriteString(c, "HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nhello\n")
		n, _ := c.(*tls.Conn).NetConn().Read(make([]byte, 100))
		farewells <- n
	}))
	files, err := check.TLSFiles{}.Config()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		all, one, want bool
	}{{false, false, false}, {true, false, true}, {false, true, true}} {
		c, err := check.NewHTTP(check.HTTPConfig{Target: target(addr), TLS: files, CloseNotify: tt.all, URLs: []check.URL{{CloseNotify: tt.one}}})
		if err != nil {
			t.Fatal(err)
		}
		if r := c.Check(t.Context()); !r.OK {
			t.Errorf("%+v", r)
		}
		if n := <-farewells; (n > 0) != tt.want {
			t.Errorf("%+v: a farewell of %d bytes", tt, n)
		}
	}
}

// TestServerName: which name is sent.
func TestServerName(t *testing.T) {
	names := make(chan string, 1)
	cfg := &tls.Config{Certificates: []tls.Certificate{certificate(t, time.Now().Add(time.Hour))}, GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		names <- h.ServerName
		return nil, nil
	}}
	addr := serve(t, secure(cfg, answers("HTTP/1.0 200 OK\r\n\r\n")))
	for _, tt := range []struct {
		name, host, url string
		sni             bool
		want            string
	}{
		{"", "www.example", "", false, ""},
		{"", "www.example", "", true, "www.example"},
		{"", "www.example:8443", "", true, "www.example"},
		{"", "www.example", "other.example", true, "other.example"},
		{"sni.example", "www.example", "other.example", false, "sni.example"},
		{"", "", "", true, ""},
	} {
		files, err := check.TLSFiles{}.Config()
		if err != nil {
			t.Fatal(err)
		}
		files.ServerName = tt.name
		c, err := check.NewHTTP(check.HTTPConfig{Target: target(addr), TLS: files, Host: tt.host, SNI: tt.sni, URLs: []check.URL{{Host: tt.url}}})
		if err != nil {
			t.Fatal(err)
		}
		if r := c.Check(t.Context()); !r.OK {
			t.Errorf("%+v", r)
		}
		if got := <-names; got != tt.want {
			t.Errorf("%+v: sends %q", tt, got)
		}
	}
}

// TestJSONInChunks: a document is decoded, wherever chunks cut it.
func TestJSONInChunks(t *testing.T) {
	addr := serve(t, answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"a\"\r\n6\r\n: \"gre\r\n4\r\nen\"}\r\n0\r\n\r\n"))
	c, err := check.NewHTTP(check.HTTPConfig{Target: target(addr), Version: check.HTTP11, URLs: []check.URL{{JSON: check.JSONField{Path: "a", Want: "green"}}}})
	if err != nil {
		t.Fatal(err)
	}
	if r := c.Check(t.Context()); !r.OK {
		t.Errorf("%+v", r)
	}
}
