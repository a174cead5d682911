package check_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
)

// ask checks once, and prints without what changes from run to run.
func ask(c check.Checker, err error) {
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second) // keepalived's connect_timeout
	defer cancel()
	r := c.Check(ctx)
	fmt.Println(r.OK, r.Reason)
}

// A port that accepts connections. The source and the mark are keepalived's
// bindto and fwmark.
func ExampleNewTCP() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	target := check.Target{
		Addr:   l.Addr().(*net.TCPAddr).AddrPort(),
		Source: netip.MustParseAddrPort("127.0.0.2:0"),
	}
	ask(check.NewTCP(check.TCPConfig{Target: target}))
	l.Close()
	ask(check.NewTCP(check.TCPConfig{Target: target}))
	// Output:
	// true ok
	// false refused
}

// A web page, by its status, its digest and what it says.
func ExampleNewHTTP() {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "hello")
	}))
	defer s.Close()
	regex, err := check.CompileRegex("^HELLO$", "caseless")
	if err != nil {
		fmt.Println(err)
		return
	}
	ask(check.NewHTTP(check.HTTPConfig{
		Target: check.Target{Addr: netip.MustParseAddrPort(s.Listener.Addr().String())},
		Host:   "www.example",
		URLs: []check.URL{
			{Path: "/health"},
			{Path: "/", Digest: "b1946ac92492d2347c6235b4d2611184", Regex: regex},
			{Path: "/", Status: check.StatusRanges{{First: 500, Last: 599}}},
		},
	}))
	// Output: false status
}

// A field of a JSON document, over TLS, from a server whose certificate nobody verifies.
func ExampleJSONField() {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"status": "green", "nodes": [{"name": "a"}]}`)
	}))
	defer s.Close()
	config, err := check.TLSFiles{}.Config()
	if err != nil {
		fmt.Println(err)
		return
	}
	ask(check.NewHTTP(check.HTTPConfig{
		Target: check.Target{Addr: netip.MustParseAddrPort(s.Listener.Addr().String())},
		TLS:    config,
		URLs: []check.URL{
			{Path: "/_cluster/health", JSON: check.JSONField{Path: "status", Want: "green"}},
			{Path: "/_cluster/health", JSON: check.JSONField{Path: "nodes.0.name", Want: "a"}},
		},
	}))
	// Output: true ok
}

// The digest of a page, as keepalived's genhash prints it.
func ExampleHTTP_Fetch() {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "hello")
	}))
	defer s.Close()
	c, err := check.NewHTTP(check.HTTPConfig{
		Target: check.Target{Addr: netip.MustParseAddrPort(s.Listener.Addr().String())},
		URLs:   []check.URL{{Path: "/"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	page, result := c.Fetch(context.Background(), nil)
	fmt.Println(result.OK, page.Status, page.Length)
	fmt.Printf("MD5SUM = %x\n", page.Digest)
	// Output:
	// true 200 6
	// MD5SUM = b1946ac92492d2347c6235b4d2611184
}

// conversation is a server that answers each line with the next reply.
func conversation(replies ...string) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			in := bufio.NewReader(c)
			for _, r := range replies {
				fmt.Fprint(c, r)
				if _, err := in.ReadString('\n'); err != nil {
					break
				}
			}
			c.Close()
		}
	}()
	return l
}

// A mail server that greets, and answers HELO.
func ExampleNewSMTP() {
	l := conversation("220 mx.example ESMTP\r\n", "250-mx.example\r\n250 hello\r\n", "221 bye\r\n")
	defer l.Close()
	ask(check.NewSMTP(check.SMTPConfig{
		Target: check.Target{Addr: l.Addr().(*net.TCPAddr).AddrPort()},
		HELO:   "lb1.example",
	}))
	// Output: true ok
}

// datagrams is a server that answers each datagram with what answer makes of it.
func datagrams(answer func([]byte) []byte) *net.UDPConn {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		panic(err)
	}
	go func() {
		buf := make([]byte, 512)
		for {
			n, from, err := c.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			_, _ = c.WriteToUDPAddrPort(answer(buf[:n]), from)
		}
	}()
	return c
}

// A name server that knows a name.
func ExampleNewDNS() {
	s := datagrams(func(query []byte) []byte {
		query[2] |= 0x80 // an answer, without an error
		return query
	})
	defer s.Close()
	ask(check.NewDNS(check.DNSConfig{
		Target: check.Target{Addr: s.LocalAddr().(*net.UDPAddr).AddrPort()},
		Type:   "AAAA",
		Name:   "www.example",
	}))
	// Output: true ok
}

// A datagram, and how the reply must begin.
func ExampleNewUDP() {
	s := datagrams(func([]byte) []byte { return []byte("pong 17") })
	defer s.Close()
	pattern, err := check.ParsePattern("70 6f 6e 67 20 3x") // "pong " and a digit
	if err != nil {
		fmt.Println(err)
		return
	}
	ask(check.NewUDP(check.UDPConfig{
		Target:  check.Target{Addr: s.LocalAddr().(*net.UDPAddr).AddrPort()},
		Payload: []byte("ping"),
		Reply:   pattern,
	}))
	// Output: true ok
}

// A service's Unix socket: a file that is left over is not enough.
func ExampleNewUnix() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "app.sock")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		fmt.Println(err)
		return
	}
	ask(check.NewUnix(check.UnixConfig{Path: path}))
	l.SetUnlinkOnClose(false)
	l.Close()
	ask(check.NewUnix(check.UnixConfig{Path: path}))
	// Output:
	// true ok
	// false refused
}

// A gRPC server, here one in a few lines, that serves one of its services.
func ExampleNewGRPC() {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Trailer", "Grpc-Status")
		_, _ = w.Write([]byte{0, 0, 0, 0, 2, 8, 1}) // a frame of two bytes: field 1 is 1, SERVING
		w.Header().Set("Grpc-Status", "0")
	}))
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Start()
	defer s.Close()
	ask(check.NewGRPC(check.GRPCConfig{
		Target:  check.Target{Addr: netip.MustParseAddrPort(s.Listener.Addr().String())},
		Service: "shop.Orders",
	}))
	// Output: true ok
}

// Whether a HAProxy, here one in a few lines, still has servers for a backend.
func ExampleNewHAProxy() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "haproxy.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			question, _ := bufio.NewReader(c).ReadString('\n')
			if strings.HasPrefix(question, "show info") {
				fmt.Fprint(c, "Name: HAProxy\nStopping: 0\n\n# pxname,svname,status,\nweb,FRONTEND,OPEN,\napi,BACKEND,DOWN,\n\n")
			}
			c.Close()
		}
	}()
	ask(check.NewHAProxy(check.HAProxyConfig{Path: path, Proxy: "web"}))
	ask(check.NewHAProxy(check.HAProxyConfig{Path: path, Proxy: "api"}))
	// Output:
	// true ok
	// false content
}
