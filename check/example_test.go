package check_test

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
)

// Any function can be checked.
func ExampleRunner() {
	ready := func(context.Context) check.Result { return check.Result{OK: true, Detail: "ready"} }
	r, err := check.NewRunner(check.Config{
		Name:     "service",
		Checker:  check.Func(ready),
		Interval: 5 * time.Second,
		Fall:     3,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	results := r.Results()
	ended := make(chan error)
	go func() { ended <- r.Run(ctx) }()

	e := <-results
	fmt.Println(e.Name, e.From, "->", e.To, e.Result.Detail)

	cancel()
	fmt.Println(<-ended)
	// Output:
	// service unknown -> up ready
	// <nil>
}

// A group runs many checks and tells what changes.
func ExampleGroup() {
	g := check.NewGroup()
	load := func(w int) check.Checker {
		return check.Func(func(context.Context) check.Result { return check.Result{OK: true, Weight: w, Weighted: true} })
	}
	for name, w := range map[string]int{"a": 10, "b": 20} {
		if _, err := g.Add(check.Config{Name: name, Checker: load(w), Interval: time.Second}); err != nil {
			fmt.Println(err)
			return
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	changes := g.Changes()
	ended := make(chan error)
	go func() { ended <- g.Run(ctx) }()
	for range 2 {
		e := <-changes
		fmt.Println(e.Name, e.To, e.Result.Weight)
	}
	cancel()
	fmt.Println(<-ended)
	// Unordered output:
	// a up 10
	// b up 20
	// <nil>
}

// A number in a file, by which an operator or a script says how much a server
// can take.
func ExampleNewFile() {
	path := filepath.Join(os.TempDir(), "example-weight")
	if err := os.WriteFile(path, []byte("50\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	defer os.Remove(path)
	f, err := check.NewFile(check.FileConfig{Path: path, Weight: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	r := f.Check(context.Background())
	fmt.Println(r.OK, r.Weight)
	// Output: true 100
}

// At least two workers have to run. With a Runner, the end of one is seen at
// once where the kernel tells of it, and within an interval elsewhere.
func ExampleNewProcess() {
	p, err := check.NewProcess(check.ProcessConfig{Name: "no-such-worker", Quorum: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	r := p.Check(context.Background())
	fmt.Println(r.OK, r.Detail)
}

// Is the gateway there? It takes root, CAP_NET_RAW or a group within
// net.ipv4.ping_group_range.
func ExampleNewPing() {
	p, err := check.NewPing(check.PingConfig{Target: check.Target{
		Addr:      netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), 0),
		Interface: "eth0",
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	r := p.Check(ctx)
	fmt.Println(r.OK, r.Reason, r.Detail)
}
