package check_test

import (
	"context"
	"fmt"
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
