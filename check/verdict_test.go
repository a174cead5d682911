package check_test

import (
	"testing"
	"time"
)

// TestBehaviours: whatever a server does, the verdict is the right one, and is
// there in time.
func TestBehaviours(t *testing.T) {
	for _, v := range verdicts() {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			c, err := v.checker(target(v.start(t)))
			if err != nil {
				t.Fatal(err)
			}
			r := checkWithin(t, c, time.Second)
			if r.Reason != v.ours || r.OK != (v.ours == "ok") || r.Detail == "" {
				t.Errorf("%+v, want reason %q", r, v.ours)
			}
		})
	}
}
