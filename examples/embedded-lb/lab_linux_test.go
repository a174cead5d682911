package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// The real thing, in three acts: the better machine serves, the other one does
// when that is lost, and hands over when it is told to go. A fresh client, that
// is: each request is over a connection of its own.
func TestLab(t *testing.T) {
	t.Parallel()
	lab := netlab.New(t)
	program, err := netlab.Build(t.TempDir(), "embedded-lb")
	if err != nil {
		t.Fatal(err)
	}
	web := lab.Host("web", "192.0.2.50/24")
	a, b := lab.Host("a", "192.0.2.1/24"), lab.Host("b", "192.0.2.2/24")
	client := lab.Host("client", "192.0.2.9/24")
	serve(t, web)

	start := func(h *netlab.Host, priority int) *netlab.Proc {
		return h.Start(program, "-address", "192.0.2.100/24", "-priority", fmt.Sprint(priority), "-interval", "100ms", "192.0.2.50:8080")
	}
	page, err := check.NewHTTP(check.HTTPConfig{
		Target: check.Target{Addr: netip.MustParseAddrPort("192.0.2.100:80"), Namespace: client.NS()},
		URLs:   []check.URL{{Path: "/"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	answers := func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		return page.Check(ctx).OK
	}
	onA := start(a, 200)
	netlab.Eventually(t, 20*time.Second, "a to serve", func() bool { return a.HasAddress("192.0.2.100") && answers() })
	onB := start(b, 150)
	time.Sleep(time.Second)
	a.Crash()
	a.SetPort("eth0", false)
	netlab.Eventually(t, 20*time.Second, "b to serve", func() bool { return b.HasAddress("192.0.2.100") && answers() })
	if onA.Running() {
		t.Error("a still runs")
	}

	// The kernel of a still has the address, and its successor finds it.
	a.SetPort("eth0", true)
	start(a, 100)
	netlab.Eventually(t, 20*time.Second, "a to have cleaned up", func() bool { return !a.HasAddress("192.0.2.100") })
	if code := onB.Stop(); code != 0 {
		t.Errorf("exit status %d", code)
	}
	if b.HasAddress("192.0.2.100") {
		t.Error("b still has the address")
	}
	netlab.Eventually(t, 20*time.Second, "a to serve again", answers)
}

// serve runs a web server on a host.
func serve(t *testing.T, host *netlab.Host) {
	t.Helper()
	var l net.Listener
	err := host.Do(func() (err error) {
		l, err = net.Listen("tcp", "192.0.2.50:8080")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "hello") })}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { server.Close() })
}
