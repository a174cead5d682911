package check_test

import (
	"net"
	"testing"

	"github.com/vrrpkit/vrrpkit/check"
)

// benchServe answers each connection with text, and reads to its end.
func benchServe(b *testing.B, text string) check.Target {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	go func() {
		buf := make([]byte, 1024)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if text != "" {
				_, _ = c.Read(buf)
				_, _ = c.Write([]byte(text))
			}
			_ = c.(*net.TCPConn).SetLinger(0) // leave no port behind that waits
			c.Close()
		}
	}()
	return target(l.Addr().(*net.TCPAddr).AddrPort())
}

// BenchmarkTCP is one TCP check, with its server's part.
func BenchmarkTCP(b *testing.B) {
	c, err := check.NewTCP(check.TCPConfig{Target: benchServe(b, "")})
	benchmarkCheck(b, c, err)
}

// BenchmarkHTTP is one check of a page's digest, with its server's part.
func BenchmarkHTTP(b *testing.B) {
	t := benchServe(b, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n")
	c, err := check.NewHTTP(check.HTTPConfig{Target: t, URLs: []check.URL{{Digest: helloDigest}}})
	benchmarkCheck(b, c, err)
}

func benchmarkCheck(b *testing.B, c check.Checker, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = c.Check(b.Context())
	}
}
