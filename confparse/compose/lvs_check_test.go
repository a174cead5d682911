package compose

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
)

func parseServers(t *testing.T, text string) *confparse.Config {
	t.Helper()
	cfg, diags := confparse.Parse("test.conf", []byte(text), confparse.Options{})
	if diags.HasErrors() {
		t.Fatal(diags.Render())
	}
	return cfg
}

// Fault 15 of keepalived: the virtualhost of a real_server is in the request, but
// not in the TLS handshake.
func TestFaultServerName(t *testing.T) {
	var name string
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { name += " " + r.Host }))
	server.TLS = &tls.Config{GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		name = h.ServerName
		return nil, nil
	}}
	server.StartTLS()
	defer server.Close()
	host, port, _ := strings.Cut(server.Listener.Addr().String(), ":")
	cfg := parseServers(t, fmt.Sprintf(`
virtual_server 192.0.2.100 443 {
    lb_kind NAT
    virtualhost vs.example
    real_server %s %s {
        virtualhost rs.example
        SSL_GET {
            enable_sni
            url {
                path /
            }
        }
    }
}
`, host, port))
	ch, err := serverChecker(cfg, cfg.VirtualServers[0].RealServers[0].Checks[0])
	if err != nil {
		t.Fatal(err)
	}
	if r := ch.Check(t.Context()); !r.OK || name != "rs.example rs.example" {
		t.Errorf("the names are %q: %+v", name, r)
	}
}

// Fault 19 of keepalived: with `weight 0 reverse`, where 0 means down, a file with
// 0 in it, or none, counts as up at the start and at a reload.
func TestFaultFileAtStart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ready")
	l := newLVS(&Options{IPVS: &ipvstest.Kernel{}}, slog.New(slog.DiscardHandler))
	reload := func(weight string) {
		t.Helper()
		plan, err := l.plan(parseServers(t, fmt.Sprintf("track_file ready {\n file %s\n}\nvirtual_server 192.0.2.100 80 {\n real_server 198.51.100.1 80 {\n FILE_CHECK {\n track_file ready\n weight %s\n}\n}\n}\n", file, weight)))
		if err != nil {
			t.Fatal(err)
		}
		l.commit(plan)
	}
	becomes := func(when string, up bool) {
		t.Helper()
		alive := func() bool {
			l.mu.Lock()
			defer l.mu.Unlock()
			return l.pools[0].pool.Alive(l.pools[0].servers[0].address)
		}
		for deadline := time.Now().Add(10 * time.Second); alive() != up; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s: the server is alive: %v", when, !up)
			}
		}
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	reload("0 reverse")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- l.run(ctx) }()
	becomes("at the start, without a file", false)
	write("1")
	becomes("with 1", true)
	write("0")
	becomes("with 0", false)
	reload("0")
	becomes("with 0, after a reload to weight 0", true)
	reload("0 reverse")
	becomes("with 0, after a reload to weight 0 reverse", false)
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
