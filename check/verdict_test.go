package check_test

import (
	"context"
	"runtime"
	"testing"
	"time"
)

// TestBehaviours: whatever a server does, the verdict is the right one, it is
// there within the timeout and 100 ms, and no memory is held meanwhile.
func TestBehaviours(t *testing.T) {
	const timeout = time.Second
	for _, v := range verdicts() {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			c, err := v.checker(target(v.start(t)))
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			start := time.Now()
			r := c.Check(ctx)
			took := time.Since(start)
			if r.Reason != v.ours || r.OK != (v.ours == "ok") || r.Detail == "" {
				t.Errorf("%+v, want reason %q", r, v.ours)
			}
			if took > timeout+100*time.Millisecond {
				t.Errorf("took %v", took)
			}
			t.Logf("%v: %s", took.Round(time.Millisecond), r.Detail)
		})
	}
	t.Cleanup(func() {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		t.Logf("heap %d KiB", m.HeapInuse/1024)
	})
}
