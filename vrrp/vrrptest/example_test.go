package vrrptest_test

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// A slow segment with a tap on it. In a test this would be inside of
// synctest.Test, where the interval may be as long as in earnest.
func Example() {
	lan := vrrptest.NewSegment()
	lan.SetDelay(2 * time.Millisecond)
	frames := make(chan vrrptest.Frame, 1)
	lan.Tap(func(f vrrptest.Frame) {
		select {
		case frames <- f:
		default: // one is enough
		}
	})
	host := vrrp.NewHost(vrrp.HostConfig{Network: lan.Attach("192.0.2.1")})
	_, err := host.Add(vrrp.Config{
		Interface: "eth0", VRID: 51, Interval: 10 * time.Millisecond,
		Addresses: []netip.Prefix{netip.MustParsePrefix("192.0.2.100/24")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- host.Run(ctx) }()
	f := <-frames
	fmt.Println(f.Source, "->", f.Destination, "TTL", f.TTL, "lost:", f.Lost)
	cancel()
	fmt.Println(<-ended)
	// Output:
	// 192.0.2.1 -> 224.0.0.18 TTL 255 lost: true
	// <nil>
}
