package vip_test

import (
	"context"
	"fmt"
	"log/slog"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/internal/netlinkx"
	"github.com/vrrpkit/vrrpkit/vip"
)

// manage runs a manager on the host until the test ends, or stop is called.
func manage(t testing.TB, h *netlab.Host) (m *vip.Manager, stop func()) {
	t.Helper()
	m, err := vip.NewManager(vip.Config{Namespace: h.NS(), Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
	t.Cleanup(stop)
	return m, stop
}

func set(t testing.TB, m *vip.Manager, cfg vip.SetConfig) *vip.Set {
	t.Helper()
	s, err := m.Add(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ipAddr returns what ip(8) says of the addresses of an interface, without the
// link-local one that every interface has, and without what only newer
// versions say.
func ipAddr(t testing.TB, h *netlab.Host, dev string) string {
	t.Helper()
	out, err := exec.Command("ip", "-n", h.Netns(), "-o", "addr", "show", "dev", dev).Output()
	if err != nil {
		t.Fatalf("ip: %v: %s", err, out)
	}
	var b strings.Builder
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "fe80::ff:") {
			continue
		}
		words := strings.Fields(strings.ReplaceAll(line, `\`, ""))[2:]
		if at := slices.Index(words, "proto"); at >= 0 {
			words = slices.Delete(words, at, at+2)
		}
		b.WriteString(strings.Join(words, " "))
		b.WriteByte('\n')
	}
	return b.String()
}

// protocols returns the mark of each address.
func protocols(t *testing.T, h *netlab.Host, dev string) string {
	t.Helper()
	c, err := netlinkx.Dial(h.NS())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	list, err := c.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	var marks []string
	for _, i := range list {
		for _, a := range i.Addresses {
			if i.Name == dev && !strings.HasPrefix(a.Prefix.String(), "fe80::ff:") {
				marks = append(marks, fmt.Sprintf("%v=%d", a.Prefix, a.Protocol))
			}
		}
	}
	return strings.Join(marks, " ")
}

// hears waits for n announcements and returns them as the addresses in order,
// after it has compared each frame with the one expected.
func hears(t *testing.T, wire *netlab.Capture, since time.Time, n int) []string {
	t.Helper()
	var list []string
	netlab.Eventually(t, 2*time.Second, fmt.Sprintf("%d announcements", n), func() bool {
		list = nil
		for _, f := range wire.Frames() {
			if f.At.Before(since) {
				continue
			}
			if a, ok := f.ARP(); ok && a.Gratuitous() {
				list = append(list, a.Sender.String())
			} else if target, ok := f.NeighborAdvert(); ok {
				list = append(list, target.String())
			}
		}
		return len(list) >= n
	})
	return list
}
