package netlab

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// Busy holds off the labs of [NewAlone], of all processes, until the test
// ends. [New] does it for its labs; other tests that load the machine for seconds
// call it themselves.
func Busy(t testing.TB) {
	t.Helper()
	lock(t, unix.LOCK_SH)
}

// NewAlone is [New] for a test that measures latency: it waits until no other
// lab of this machine is in use, and the others wait for it. A test that has
// another lab already must not call it. Under the race detector, which makes
// figures meaningless, it skips the test.
func NewAlone(t testing.TB, needs ...Need) *Lab {
	t.Helper()
	if raceDetector {
		t.Skip("measures latency: not under the race detector")
	}
	requireLab(t, needs)
	lock(t, unix.LOCK_EX)
	return newLab(t)
}

// lock takes the machine's lock. The kernel frees it if the test dies.
func lock(t testing.TB, how int) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(os.TempDir(), "netlab.lock"), os.O_CREATE|os.O_RDONLY, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	for err = unix.EINTR; err == unix.EINTR; {
		err = unix.Flock(int(f.Fd()), how)
	}
	if err != nil {
		t.Fatal(err)
	}
}
