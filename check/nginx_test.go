package check_test

import (
	"crypto/md5"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// daemon starts a server of Debian's and waits until it listens. It is killed
// when the test ends, and its output is shown if the test failed.
func daemon(t *testing.T, network, addr, name string, args ...string) {
	t.Helper()
	netlab.Require(t, netlab.Need(name))
	var out strings.Builder
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it ends its children
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s: %s", cmd, &out)
		}
	})
	netlab.Eventually(t, 10*time.Second, name+" to listen on "+addr, func() bool {
		c, err := net.Dial(network, addr)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}

// openssl makes a certificate authority, and certificates of it for a server
// and a client, in dir: ca.pem, server.pem and client.pem with their .key.
func openssl(t *testing.T, dir string) {
	t.Helper()
	netlab.Require(t, "openssl")
	run := func(args ...string) {
		t.Helper()
		cmd := exec.Command("openssl", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", cmd, err, out)
		}
	}
	key := []string{"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"}
	run(append([]string{"req", "-x509", "-days", "2", "-subj", "/CN=test CA", "-out", "ca.pem", "-keyout", "ca.key"}, key...)...)
	for _, name := range []string{"server", "client"} {
		run(append([]string{"req", "-x509", "-days", "2", "-CA", "ca.pem", "-CAkey", "ca.key", "-subj", "/CN=" + name,
			"-addext", "subjectAltName=DNS:" + name + ".example", "-addext", "basicConstraints=critical,CA:FALSE",
			"-out", name + ".pem", "-keyout", name + ".key"}, key...)...)
	}
	run("ec", "-in", "client.key", "-aes256", "-passout", "pass:secret", "-out", "locked.key")
	for _, c := range []string{"aes128", "aes256", "des3"} {
		run("pkey", "-in", "client.key", "-"+c, "-passout", "pass:secret", "-out", c+".key")
	}
}

// TestNginx: HTTP_GET and SSL_GET of a real web server, with certificates made
// by openssl.
func TestNginx(t *testing.T) {
	netlab.Require(t, "nginx")
	dir := t.TempDir()
	openssl(t, dir)
	in := func(name string) string { return filepath.Join(dir, name) }
	page := strings.Repeat("a page that is longer than one buffer\n", 2000)
	for name, text := range map[string]string{"index.html": page, "small.txt": "hello\n", "state.json": `{"db": {"hosts": ["a", "b"], "up": true}, "n": 1.50}`} {
		if err := os.WriteFile(in(name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	plain, tls, mutual := freePort(t), freePort(t), freePort(t)
	server := func(listen string, more string) string {
		return fmt.Sprintf("server { listen %s; root %s; server_name www.example; gzip on; ssi on; ssi_types text/html;\n"+
			"location /moved { return 301 /; } location /teapot { return 418; } location /post { if ($request_method = POST) { return 201; } return 405; }\n%s}\n", listen, dir, more)
	}
	cert := fmt.Sprintf("ssl_certificate %s; ssl_certificate_key %s;", in("server.pem"), in("server.key"))
	conf := fmt.Sprintf("daemon off; worker_processes 1; user root; pid %s; error_log stderr;\nevents {}\nhttp { access_log off;\n"+
		"client_body_temp_path %[2]s/1; proxy_temp_path %[2]s/2; fastcgi_temp_path %[2]s/3; uwsgi_temp_path %[2]s/4; scgi_temp_path %[2]s/5;\n%[3]s}\n",
		in("pid"), dir, server(plain.String(), "")+server(tls.String()+" ssl", cert)+
			server(mutual.String()+" ssl", cert+fmt.Sprintf("ssl_client_certificate %s; ssl_verify_client on;", in("ca.pem"))))
	if err := os.WriteFile(in("nginx.conf"), []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	daemon(t, "tcp", plain.String(), "nginx", "-c", in("nginx.conf"))

	sum := fmt.Sprintf("%x", md5.Sum([]byte(page)))
	hello := check.URL{Path: "/small.txt", Digest: helloDigest}
	files := func(f check.TLSFiles, name string) check.HTTPConfig {
		cfg, err := f.Config()
		if err != nil {
			t.Fatal(err)
		}
		cfg.ServerName = name
		return check.HTTPConfig{TLS: cfg}
	}
	regex, err := check.CompileRegex("LONGER than (one|two)", "caseless")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		addr netip.AddrPort
		cfg  check.HTTPConfig
		url  check.URL
		want check.Reason
	}{
		{"small page", plain, check.HTTPConfig{}, hello, check.ReasonOK},
		{"small page, kept alive", plain, check.HTTPConfig{Version: check.HTTP11}, hello, check.ReasonOK},
		{"digest of a page in chunks, by HTTP/1.0", plain, check.HTTPConfig{}, check.URL{Digest: sum}, check.ReasonOK},
		{"chunks", plain, check.HTTPConfig{Version: check.HTTP11}, check.URL{Regex: regex}, check.ReasonOK},
		{"digest of chunks", plain, check.HTTPConfig{Version: check.HTTP11}, check.URL{Digest: sum}, check.ReasonDigest},
		{"redirect", plain, check.HTTPConfig{}, check.URL{Path: "/moved"}, check.ReasonStatus},
		{"redirect wanted", plain, check.HTTPConfig{}, check.URL{Path: "/moved", Status: check.StatusRanges{{First: 300, Last: 399}}}, check.ReasonOK},
		{"status", plain, check.HTTPConfig{}, check.URL{Path: "/teapot"}, check.ReasonStatus},
		{"gzip", plain, check.HTTPConfig{}, check.URL{Header: []check.HeaderField{{Name: "Accept-Encoding", Value: "gzip"}}}, check.ReasonOK},
		{"HEAD", plain, check.HTTPConfig{Version: check.HTTP11}, check.URL{Method: "HEAD"}, check.ReasonOK},
		{"POST", plain, check.HTTPConfig{}, check.URL{Path: "/post", Method: "POST", Body: "x=1"}, check.ReasonOK},
		{"GET where POST is wanted", plain, check.HTTPConfig{}, check.URL{Path: "/post"}, check.ReasonStatus},
		{"JSON true", plain, check.HTTPConfig{}, check.URL{Path: "/state.json", JSON: check.JSONField{Path: "db.up", Want: "true"}}, check.ReasonOK},
		{"JSON array", plain, check.HTTPConfig{}, check.URL{Path: "/state.json", JSON: check.JSONField{Path: "db.hosts.1", Want: "b"}}, check.ReasonOK},
		{"JSON number as written", plain, check.HTTPConfig{}, check.URL{Path: "/state.json", JSON: check.JSONField{Path: "n", Want: "1.50"}}, check.ReasonOK},
		{"JSON other", plain, check.HTTPConfig{}, check.URL{Path: "/state.json", JSON: check.JSONField{Path: "db.hosts.0", Want: "b"}}, check.ReasonContent},
		{"JSON missing", plain, check.HTTPConfig{}, check.URL{Path: "/state.json", JSON: check.JSONField{Path: "db.hosts.2", Want: "b"}}, check.ReasonContent},
		{"JSON of HTML", plain, check.HTTPConfig{}, check.URL{JSON: check.JSONField{Path: "a", Want: "b"}}, check.ReasonContent},
		{"HTTPS", tls, files(check.TLSFiles{}, ""), hello, check.ReasonOK},
		{"HTTPS, verified", tls, files(check.TLSFiles{CA: in("ca.pem")}, "server.example"), hello, check.ReasonOK},
		{"HTTPS, chain verified, no name", tls, files(check.TLSFiles{CA: in("ca.pem")}, ""), hello, check.ReasonOK},
		{"HTTPS, another name", tls, files(check.TLSFiles{CA: in("ca.pem")}, "www.example"), hello, check.ReasonTLS},
		{"HTTPS, another authority", tls, files(check.TLSFiles{CA: in("client.pem")}, ""), hello, check.ReasonTLS},
		{"HTTPS without a client certificate", mutual, files(check.TLSFiles{}, ""), hello, check.ReasonStatus},
		{"HTTPS with a client certificate", mutual, files(check.TLSFiles{Certificate: in("client.pem"), Key: in("client.key")}, ""), hello, check.ReasonOK},
		{"HTTPS with an encrypted key", mutual, files(check.TLSFiles{Certificate: in("client.pem"), Key: in("locked.key"), Password: "secret"}, ""), hello, check.ReasonOK},
		{"HTTPS with a key by AES-128", mutual, files(check.TLSFiles{Certificate: in("client.pem"), Key: in("aes128.key"), Password: "secret"}, ""), hello, check.ReasonOK},
		{"HTTPS with a key by AES-256", mutual, files(check.TLSFiles{Certificate: in("client.pem"), Key: in("aes256.key"), Password: "secret"}, ""), hello, check.ReasonOK},
		{"HTTPS with a key by 3DES", mutual, files(check.TLSFiles{Certificate: in("client.pem"), Key: in("des3.key"), Password: "secret"}, ""), hello, check.ReasonOK},
		{"HTTP to an HTTPS port", tls, check.HTTPConfig{}, hello, check.ReasonStatus},
		{"HTTPS to an HTTP port", plain, files(check.TLSFiles{}, ""), hello, check.ReasonTLS},
	} {
		tt.cfg.Addr, tt.cfg.URLs = tt.addr, []check.URL{tt.url}
		c, err := check.NewHTTP(tt.cfg)
		if err != nil {
			t.Fatal(err)
		}
		if r := c.Check(t.Context()); r.Reason != tt.want || r.OK != (tt.want == check.ReasonOK) {
			t.Errorf("%s: %+v, want reason %q", tt.name, r, tt.want)
		}
	}
	for _, f := range []check.TLSFiles{
		{CA: in("none.pem")}, {CA: in("server.key")}, {Key: in("client.key")}, {Certificate: in("client.pem")},
		{Certificate: in("client.pem"), Key: in("server.key")}, {Certificate: in("client.pem"), Key: in("locked.key"), Password: "other"},
		{Certificate: in("client.pem"), Key: in("aes256.key"), Password: "other"}, {Certificate: in("client.pem"), Key: in("aes256.key")},
	} {
		if _, err := f.Config(); err == nil {
			t.Errorf("%+v: no error", f)
		}
	}
}
