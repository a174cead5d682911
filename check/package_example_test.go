package check_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
)

// A server is checked until it is gone.
func Example() {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	web, err := check.NewTCP(check.TCPConfig{Target: check.Target{Addr: netip.MustParseAddrPort(server.Addr().String())}})
	if err != nil {
		fmt.Println(err)
		return
	}
	checks := check.NewGroup()
	if _, err := checks.Add(check.Config{Name: "web", Checker: web, Interval: 10 * time.Millisecond, Timeout: time.Second, Fall: 3}); err != nil {
		fmt.Println(err)
		return
	}
	changes := checks.Changes()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- checks.Run(ctx) }()

	e := <-changes
	fmt.Println(e.Name, e.From, "->", e.To, e.Result.Reason)
	server.Close()
	e = <-changes
	fmt.Println(e.Name, e.From, "->", e.To, e.Result.Reason)

	cancel()
	fmt.Println(<-done)
	// Output:
	// web unknown -> up ok
	// web up -> down refused
	// <nil>
}
