package netlab

import (
	"os"
	"os/exec"
	"testing"
	"time"
)

// Need is something a test cannot do without: [Root], or a program to be found
// in PATH, by name or as an absolute path.
type Need string

// What labs commonly need. Any other program's name is a Need too.
const (
	Root       Need = "root" // the right to make network namespaces
	Keepalived Need = "keepalived"
	FRR        Need = "/usr/lib/frr/vrrpd"
	Tshark     Need = "tshark"
	NFT        Need = "nft"
)

// Require skips the test where one of needs is missing, and says which. With
// VRRPKIT_LAB=require in the environment the test fails instead, so that a
// machine meant to run the labs cannot pass by skipping them.
func Require(t testing.TB, needs ...Need) {
	t.Helper()
	for _, n := range needs {
		if err := n.check(); err != nil {
			Missing(t, "needs %s: %v", n, err)
		}
	}
}

// Missing ends the test because a prerequisite is missing, in the way that
// [Require] does.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("VRRPKIT_LAB") == "require" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

func (n Need) check() error {
	if n == Root {
		return canMakeNamespaces()
	}
	_, err := exec.LookPath(string(n))
	return err
}

// Soak reports whether long runs are wanted: VRRPKIT_SOAK=1.
func Soak() bool { return os.Getenv("VRRPKIT_SOAK") == "1" }

// Count returns small, or soak in a long run.
func Count(small, soak int) int {
	if Soak() {
		return soak
	}
	return small
}

// Eventually waits until cond holds, asking every few milliseconds, and fails
// the test if it does not within timeout. what completes "waited 5s for ...".
func Eventually(t testing.TB, timeout time.Duration, what string, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(timeout); !cond(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited %v for %s", timeout, what)
		}
	}
}
