package ipvs_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/ipvs"
)

// testLeavesNothing has Reconcilers live and end on the real kernel, many times,
// in a namespace of their own: what they made is gone, what others made is there,
// and neither a goroutine nor a descriptor is left.
func testLeavesNothing(t *testing.T) {
	h := netlab.New(t).Host("a", "192.0.2.1/24")
	h.Run("ipvsadm", "-A", "-u", "192.0.2.9:53", "-s", "rr")
	file := filepath.Join(t.TempDir(), "state")
	table := func() string { return h.Run("ipvsadm", "-Sn") }
	atWork := func() {
		t.Helper()
		if got, want := table(), both(mineText, foreignText)[1:]; got != want {
			t.Errorf("have:\n%swant:\n%s", got, want)
		}
	}
	live := func(keep bool, look func()) {
		t.Helper()
		r, err := ipvs.NewReconciler(ipvs.Config{Namespace: h.NS(), StateFile: file, Interval: time.Millisecond, Keep: keep})
		if err != nil {
			t.Fatal(err)
		}
		events := r.Events()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- r.Run(ctx) }()
		if err := r.Apply(ctx, mine); err != nil {
			t.Error(err)
		}
		look()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		for range events { // closed by Run
		}
		if err := r.Apply(context.Background(), mine); !errors.Is(err, ipvs.ErrStopped) {
			t.Errorf("Apply after the end: %v", err)
		}
	}
	live(false, atWork)
	same := netlab.Holding(t)
	for range 50 {
		live(false, func() {})
		if got := table(); got != foreignText[1:] {
			t.Fatalf("left:\n%s", got)
		}
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("the state file: %v", err)
		}
	}
	same()

	// One that keeps leaves all to its successor, which cleans up.
	live(true, atWork)
	atWork()
	live(false, atWork)
	if got := table(); got != foreignText[1:] {
		t.Errorf("left by the successor:\n%s", got)
	}
	same()
}
