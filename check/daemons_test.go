package check_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// TestHAProxy: what a HAProxy says about itself, and web checks through it.
func TestHAProxy(t *testing.T) {
	netlab.Require(t, "haproxy")
	dir := t.TempDir()
	socket, file := filepath.Join(dir, "haproxy.sock"), filepath.Join(dir, "haproxy.cfg")
	web, tcp := freePort(t), freePort(t)
	conf := fmt.Sprintf(`global
	stats socket %s mode 600 level user
defaults
	mode http
	timeout connect 1s
	timeout client 5s
	timeout server 5s
frontend web
	bind %s
	http-request return status 200 content-type text/plain lf-string "hello\n"
backend dead
	server one 127.0.0.1:9 check inter 100ms fall 1
	server two 127.0.0.1:9 disabled
backend unchecked
	server one 127.0.0.1:9
listen both
	mode tcp
	bind %s
	server one %s
`, socket, web, tcp, web)
	if err := os.WriteFile(file, []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	daemon(t, "unix", socket, "haproxy", "-db", "-f", file)

	ask := func(cfg check.HAProxyConfig) check.Result {
		t.Helper()
		cfg.Path = socket
		c, err := check.NewHAProxy(cfg)
		if err != nil {
			t.Fatal(err)
		}
		return c.Check(t.Context())
	}
	netlab.Eventually(t, 10*time.Second, "haproxy to notice a dead server", func() bool {
		return !ask(check.HAProxyConfig{Proxy: "dead"}).OK
	})
	for _, tt := range []struct {
		proxy, server string
		want          check.Reason
		detail        string
	}{
		{"", "", check.ReasonOK, "HAProxy " + socket},
		{"web", "", check.ReasonOK, "HAProxy " + socket + ": web/FRONTEND is OPEN"},
		{"web", "FRONTEND", check.ReasonOK, "HAProxy " + socket + ": web/FRONTEND is OPEN"},
		{"web", "BACKEND", check.ReasonContent, "HAProxy " + socket + ": there is no web/BACKEND"},
		{"dead", "", check.ReasonContent, "HAProxy " + socket + ": dead/BACKEND is DOWN"},
		{"dead", "one", check.ReasonContent, "HAProxy " + socket + ": dead/one is DOWN"},
		{"dead", "two", check.ReasonContent, "HAProxy " + socket + ": dead/two is MAINT"},
		{"unchecked", "one", check.ReasonOK, "HAProxy " + socket + ": unchecked/one is no check"},
		{"both", "", check.ReasonOK, "HAProxy " + socket + ": both/BACKEND is UP"},
		{"none", "", check.ReasonContent, "HAProxy " + socket + ": there is no none"},
	} {
		if r := ask(check.HAProxyConfig{Proxy: tt.proxy, Server: tt.server}); r.Reason != tt.want || r.Detail != tt.detail {
			t.Errorf("%s/%s: %+v", tt.proxy, tt.server, r)
		}
	}

	unix, err := check.NewUnix(check.UnixConfig{Path: socket})
	if err != nil {
		t.Fatal(err)
	}
	if r := unix.Check(t.Context()); !r.OK {
		t.Errorf("Unix socket: %+v", r)
	}
	h, err := check.NewHTTP(check.HTTPConfig{Target: target(tcp), URLs: []check.URL{{Digest: helloDigest}}})
	if err != nil {
		t.Fatal(err)
	}
	if r := h.Check(t.Context()); !r.OK {
		t.Errorf("through both: %+v", r)
	}
}

// TestMailServer: SMTP_CHECK of OpenSMTPD.
func TestMailServer(t *testing.T) {
	netlab.Require(t, "smtpd", netlab.Root)
	dir := t.TempDir()
	file := filepath.Join(dir, "smtpd.conf")
	addr := freePort(t)
	conf := fmt.Sprintf("listen on 127.0.0.1 port %d hostname mx.example\naction \"a\" relay\nmatch from local for local action \"a\"\n", addr.Port())
	if err := os.WriteFile(file, []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	daemon(t, "tcp", addr.String(), "smtpd", "-d", "-f", file)
	c, err := check.NewSMTP(check.SMTPConfig{Hosts: []check.Target{target(addr), target(addr)}, HELO: "check.example"})
	if err != nil {
		t.Fatal(err)
	}
	if r := c.Check(t.Context()); !r.OK || r.Detail != "SMTP "+addr.String() {
		t.Errorf("%+v", r)
	}
	c, err = check.NewSMTP(check.SMTPConfig{Hosts: []check.Target{target(addr), target(closedPort(t))}})
	if err != nil {
		t.Fatal(err)
	}
	if r := c.Check(t.Context()); r.OK || r.Reason != check.ReasonRefused {
		t.Errorf("one of two: %+v", r)
	}
}

// TestNameServer: DNS_CHECK and UDP_CHECK of dnsmasq.
func TestNameServer(t *testing.T) {
	netlab.Require(t, "dnsmasq")
	addr := freePort(t)
	daemon(t, "tcp", addr.String(), "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--pid-file=", "--user=root",
		"--listen-address=127.0.0.1", "--bind-interfaces", "--port="+fmt.Sprint(addr.Port()), "--local=/example/",
		"--address=/www.example/192.0.2.1", "--txt-record=www.example,hello", "--mx-host=www.example,mx.example")
	for _, tt := range []struct {
		kind, name string
		want       check.Reason
		detail     string
	}{
		{"A", "www.example", check.ReasonOK, ": A www.example."},
		{"txt", "www.example.", check.ReasonOK, ": TXT www.example."},
		{"MX", "www.example", check.ReasonOK, ": MX www.example."},
		{"AAAA", "www.example", check.ReasonOK, ": AAAA www.example."},
		{"A", "none.example", check.ReasonStatus, ": A none.example.: rcode 3 (RCodeNameError)"},
		{"", "", check.ReasonStatus, ": SOA .: refused (rcode 5); of an authoritative server, ask for a name that it has"},
	} {
		c, err := check.NewDNS(check.DNSConfig{Target: target(addr), Type: tt.kind, Name: tt.name})
		if err != nil {
			t.Fatal(err)
		}
		if r := c.Check(t.Context()); r.Reason != tt.want || r.Detail != "DNS "+addr.String()+tt.detail {
			t.Errorf("%s %s: %+v", tt.kind, tt.name, r)
		}
	}
}
