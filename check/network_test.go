package check_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
)

func target(a netip.AddrPort) check.Target { return check.Target{Addr: a} }

// checkWithin checks once, with a timeout that must be kept.
func checkWithin(t *testing.T, c check.Checker, timeout time.Duration) check.Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	start := time.Now()
	r := c.Check(ctx)
	if took := time.Since(start); took > timeout+100*time.Millisecond {
		t.Errorf("%v: took %v", c, took)
	}
	return r
}
