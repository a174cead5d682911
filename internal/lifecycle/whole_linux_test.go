package lifecycle_test

import (
	"context"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/check/checktest"
	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// The same on the kernel, in two network namespaces of one process at once.
func TestNothingIsLeftInTheKernel(t *testing.T) {
	lab := netlab.New(t)
	hosts := []*netlab.Host{lab.Host("a", "192.0.2.1/24"), lab.Host("b", "192.0.2.2/24")}
	hosts[1].SetPort("eth0", false) // each is alone, and becomes master
	hosts[1].AddLink("eth1", "other", "198.51.100.1/24")
	hosts[1].IP("link set eth0 down", "link set eth0 name old", "link set eth1 down", "link set eth1 name eth0", "link set eth0 up")
	kernel := func() (text string) {
		for _, h := range hosts {
			text += h.Run("ip", "-br", "addr", "show", "eth0") + h.Run("ip", "rule") + h.Run("ip", "route", "show", "table", "all", "type", "blackhole")
		}
		return text
	}
	live := func() {
		var stop []func()
		for _, h := range hosts {
			network, err := vrrp.NewNetwork(vrrp.NetworkConfig{Namespace: h.NS()})
			if err != nil {
				t.Fatal(err)
			}
			k, err := vip.NewKernel(h.NS())
			if err != nil {
				t.Fatal(err)
			}
			w, err := newWhole(network, k, nil, checktest.New())
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- w.run(ctx) }()
			stop = append(stop, func() {
				cancel()
				if err := <-done; err != nil {
					t.Error(err)
				}
			})
		}
		for _, h := range hosts {
			netlab.Eventually(t, 20*time.Second, h.Name+" to hold the address", func() bool { return h.HasAddress("192.0.2.100") })
		}
		for _, s := range stop {
			s()
		}
	}
	live() // what Go itself keeps, it has now
	same, was := netlab.Holding(t), kernel()
	for range netlab.Count(3, 50) {
		live()
	}
	if now := kernel(); now != was {
		t.Errorf("the kernel has\n%swhere it had\n%s", now, was)
	}
	same()
}
