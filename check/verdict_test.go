package check_test

import (
	"sync"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
)

// TestBehaviours: whatever a server does, the verdict is the right one, and is
// there in time.
func TestBehaviours(t *testing.T) {
	var wg sync.WaitGroup
	for _, v := range verdicts() {
		c, err := v.checker(target(v.start(t)))
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			r := checkWithin(t, c, time.Second)
			if r.Reason != v.ours || r.OK != (v.ours == check.ReasonOK) || r.Detail == "" {
				t.Errorf("%s: %+v, want reason %q", v.name, r, v.ours)
			}
		})
	}
	wg.Wait()
}
