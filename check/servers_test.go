package check_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// serve has talk answer each connection to a port of its own until the test
// ends. The connection is closed when talk returns.
func serve(t *testing.T, talk func(net.Conn)) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	conns := map[net.Conn]bool{}
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns[c] = true
			mu.Unlock()
			wg.Go(func() {
				talk(c)
				c.Close()
				mu.Lock()
				delete(conns, c)
				mu.Unlock()
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for c := range conns {
			c.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return l.Addr().(*net.TCPAddr).AddrPort()
}

// serveUDP has answer called for each datagram; what it returns is sent back.
func serveUDP(t *testing.T, answer func([]byte) [][]byte) netip.AddrPort {
	t.Helper()
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 2048)
		for {
			n, from, err := c.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			for _, reply := range answer(buf[:n]) {
				_, _ = c.WriteToUDPAddrPort(reply, from)
			}
		}
	}()
	t.Cleanup(func() {
		c.Close()
		<-done
	})
	return c.LocalAddr().(*net.UDPAddr).AddrPort()
}

// closedPort is a port that nobody answers at, over TCP or UDP, until the test
// ends: sockets that talk to somebody else keep it, so that no other socket of
// these tests is given it.
func closedPort(t *testing.T) netip.AddrPort {
	t.Helper()
	elsewhere := serve(t, saysNothing)
	tcp, err := net.Dial("tcp", elsewhere.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tcp.Close() })
	port := tcp.LocalAddr().(*net.TCPAddr).AddrPort()
	udp, err := net.DialUDP("udp", net.UDPAddrFromAddrPort(port), net.UDPAddrFromAddrPort(elsewhere))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { udp.Close() })
	return port
}

// triedPorts counts what freePort has looked at.
var triedPorts atomic.Uint32

// freePort is a port of 127.0.0.1 for a server that a test starts. It is below
// those that the kernel gives to whoever asks for any.
func freePort(t *testing.T) netip.AddrPort {
	t.Helper()
	for range 1000 {
		n := (uint32(os.Getpid())*50 + triedPorts.Add(1)) % 20000
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 10000+n))
		if err == nil {
			defer l.Close()
			return l.Addr().(*net.TCPAddr).AddrPort()
		}
	}
	t.Fatal("no port is free")
	return netip.AddrPort{}
}

// The ways of misbehaving. Each is what a connection does.

func saysNothing(c net.Conn) { _, _ = io.Copy(io.Discard, c) }

// resets cuts the connection, late enough for the other side to have connected.
func resets(c net.Conn) {
	time.Sleep(300 * time.Millisecond)
	_ = c.(*net.TCPConn).SetLinger(0)
}

func says(text string) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = io.WriteString(c, text)
		_ = c.(interface{ CloseWrite() error }).CloseWrite()
		_, _ = io.Copy(io.Discard, c)
	}
}

// forever writes text again and again, with a pause before each.
func forever(text string, pause time.Duration) func(net.Conn) {
	return func(c net.Conn) {
		for {
			time.Sleep(pause)
			if _, err := io.WriteString(c, text); err != nil {
				return
			}
		}
	}
}

// request reads a request up to its empty line.
func request(c net.Conn) string {
	var b strings.Builder
	in := bufio.NewReader(c)
	for {
		line, err := in.ReadString('\n')
		b.WriteString(line)
		if err != nil || line == "\r\n" {
			return b.String()
		}
	}
}

// answers is a web server that answers a request with text, and closes.
func answers(text string) func(net.Conn) {
	return func(c net.Conn) {
		request(c)
		_, _ = io.WriteString(c, text)
	}
}

// keepsOpen is a web server that answers and waits for more requests.
func keepsOpen(text string) func(net.Conn) {
	return func(c net.Conn) {
		request(c)
		_, _ = io.WriteString(c, text)
		saysNothing(c)
	}
}

// after is a web server that says text, and goes on as then does.
func after(text string, then func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		request(c)
		_, _ = io.WriteString(c, text)
		then(c)
	}
}

// wants is a web server that is content with requests that contain text.
func wants(text string) func(net.Conn) {
	return func(c net.Conn) {
		if strings.Contains(request(c), text) {
			_, _ = io.WriteString(c, "HTTP/1.0 200 OK\r\n\r\nhello\n")
		} else {
			_, _ = io.WriteString(c, "HTTP/1.0 400 Bad Request\r\n\r\n")
		}
	}
}

// parts writes texts with a pause between them.
func parts(texts ...string) func(net.Conn) {
	return func(c net.Conn) {
		request(c)
		for i, s := range texts {
			if i > 0 {
				time.Sleep(50 * time.Millisecond)
			}
			_, _ = io.WriteString(c, s)
		}
	}
}

// lines is a server that says first, and answers each line it gets with one of replies.
func lines(first string, replies ...string) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = io.WriteString(c, first)
		in := bufio.NewReader(c)
		for _, r := range replies {
			if _, err := in.ReadString('\n'); err != nil {
				return
			}
			_, _ = io.WriteString(c, r)
		}
	}
}

// secure is talk over TLS.
func secure(cfg *tls.Config, talk func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		s := tls.Server(c, cfg)
		if s.Handshake() == nil {
			talk(s)
		}
	}
}

// certificate makes a certificate that is valid until then, signed by itself.
func certificate(t *testing.T, until time.Time, names ...string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, DNSNames: names,
		NotBefore: until.Add(-24 * time.Hour), NotAfter: until, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
