package checktest_test

import (
	"context"
	"fmt"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/check/checktest"
)

// A service that fails once, which does not count, and then for good.
func Example() {
	service := checktest.New(checktest.OK(), checktest.Fail("busy"), checktest.OK(), checktest.Fail("gone"))
	r, err := check.NewRunner(check.Config{Checker: service, Interval: time.Millisecond, Timeout: time.Minute, Fall: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	results := r.Results()
	ended := make(chan error)
	go func() { ended <- r.Run(ctx) }()
	for e := range results {
		if e.Changed() {
			fmt.Println(e.From, "->", e.To)
		}
		if e.To == check.Down {
			fmt.Println(e.Result.Detail)
			break
		}
	}
	cancel()
	fmt.Println(<-ended)
	// Output:
	// unknown -> up
	// up -> down
	// gone
	// <nil>
}
