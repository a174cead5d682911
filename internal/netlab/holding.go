package netlab

import (
	"os"
	"runtime"
	"testing"
	"time"
)

// held is what a process has.
type held struct{ goroutines, descriptors int }

func holding() held {
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		fds = nil // not Linux
	}
	return held{runtime.NumGoroutine(), len(fds)}
}

// Holding notes which goroutines and descriptors this process has. The function it
// returns fails the test if there are more by then; it waits for goroutines that
// are ending. What Go itself makes once and keeps, as its poller, has to be there
// before: live once, then ask.
func Holding(t testing.TB) (same func()) {
	before := holding()
	return func() {
		t.Helper()
		var now held
		for range 200 {
			if now = holding(); now.goroutines <= before.goroutines && now.descriptors <= before.descriptors {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		stacks := make([]byte, 1<<16)
		t.Errorf("%+v are left, %+v were there before:\n%s", now, before, stacks[:runtime.Stack(stacks, true)])
	}
}
