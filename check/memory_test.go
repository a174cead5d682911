package check_test

import (
	"context"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// TestBoundedMemory: servers that send as fast as they can, without an end.
func TestBoundedMemory(t *testing.T) {
	netlab.Busy(t)
	flood := func(first, repeated string) func(net.Conn) {
		all := []byte(strings.Repeat(repeated, 100000/len(repeated)))
		return func(c net.Conn) {
			_, err := c.Write([]byte(first))
			for err == nil {
				_, err = c.Write(all)
			}
		}
	}
	regex, err := check.CompileRegex("no .* such text")
	if err != nil {
		t.Fatal(err)
	}
	url := func(u check.URL) func(check.Target) (check.Checker, error) {
		return func(t check.Target) (check.Checker, error) {
			return check.NewHTTP(check.HTTPConfig{Target: t, URLs: []check.URL{u}})
		}
	}
	for _, tt := range []struct {
		name    string
		talk    func(net.Conn)
		checker func(check.Target) (check.Checker, error)
		want    check.Reason
	}{
		{"body", flood("HTTP/1.0 200 OK\r\n\r\n", "x"), url(check.URL{Digest: helloDigest}), check.ReasonTimeout},
		{"chunks", flood("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "5\r\nhello\r\n"), url(check.URL{}), check.ReasonTimeout},
		{"chunk sizes", flood("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "0"), url(check.URL{}), check.ReasonTimeout},
		{"trailer", flood("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "a: b\r\n"), url(check.URL{}), check.ReasonTimeout},
		{"text for a regex", flood("HTTP/1.0 200 OK\r\n\r\n", "such no"), url(check.URL{Regex: regex}), check.ReasonTimeout},
		{"JSON", flood("HTTP/1.0 200 OK\r\n\r\n", "[ "), url(check.URL{JSON: check.JSONField{Path: "a", Want: "b"}}), check.ReasonTimeout},
		{"JSON string", flood("HTTP/1.0 200 OK\r\n\r\n\"", "x"), url(check.URL{JSON: check.JSONField{Path: "a", Want: "b"}}), check.ReasonTimeout},
		{"header", flood("HTTP/1.0 200 OK\r\n", "a: b\r\n"), url(check.URL{}), check.ReasonProtocol},
		{"header line", flood("HTTP/1.0 200 OK\r\nx: ", "x"), url(check.URL{}), check.ReasonProtocol},
		{"status line", flood("HTTP/1.0 200 ", "x"), url(check.URL{}), check.ReasonProtocol},
		{"interim answers", flood("", "HTTP/1.1 100 Continue\r\n\r\n"), url(check.URL{}), check.ReasonProtocol},
		{"greeting", flood("", "220-hello\r\n"), func(t check.Target) (check.Checker, error) { return check.NewSMTP(check.SMTPConfig{Target: t}) }, check.ReasonProtocol},
		{"greeting line", flood("220 ", "x"), func(t check.Target) (check.Checker, error) { return check.NewSMTP(check.SMTPConfig{Target: t}) }, check.ReasonProtocol},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := tt.checker(target(serve(t, tt.talk)))
			if err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			// Once, however long it takes: a second attempt would count twice.
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			r := c.Check(ctx)
			cancel()
			runtime.ReadMemStats(&after)
			if r.Reason != tt.want {
				t.Errorf("%+v, want reason %q", r, tt.want)
			}
			// All that was ever allocated, not only what is still held.
			limit := uint64(256 << 10)
			if strings.HasPrefix(tt.name, "JSON") {
				limit = 6 << 20 // a decoder doubles its buffer, up to 1 MiB of text
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > limit {
				t.Errorf("%d KiB were allocated", n>>10)
			}
		})
	}
}
