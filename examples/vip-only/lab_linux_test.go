package main

import (
	"context"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

func TestLab(t *testing.T) {
	t.Parallel()
	host := netlab.New(t).Host("a", "192.0.2.1/24")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		done <- host.Do(func() error { return run(ctx, "eth0", []string{"192.0.2.100/24", "2001:db8::100/64"}) })
	}()
	held := func() bool { return host.HasAddress("192.0.2.100") && host.HasAddress("2001:db8::100") }
	netlab.Eventually(t, 10*time.Second, "the addresses", held)
	host.IP("addr del 192.0.2.100/24 dev eth0")
	netlab.Eventually(t, 10*time.Second, "the address to be put back", held)
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if host.HasAddress("192.0.2.100") || host.HasAddress("2001:db8::100") {
		t.Error("addresses are left behind")
	}
}

func TestMistakes(t *testing.T) {
	for want, args := range map[string][]string{
		"give addresses with prefix lengths, as 192.0.2.100/24":                    nil,
		`"192.0.2.100": want an address with its prefix length, as 192.0.2.100/24`: {"192.0.2.100"},
	} {
		if err := run(t.Context(), "eth0", args); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", args, err, want)
		}
	}
}
