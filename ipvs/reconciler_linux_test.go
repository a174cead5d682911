package ipvs_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/ipvs"
)

// testReconciler has ipvsadm leave something behind, meddle, and clear the
// table, beside a Reconciler on the real kernel.
func testReconciler(t *testing.T, k ipvs.Kernel) {
	t.Cleanup(func() { ipvsadm(t, "-C") })
	ipvsadm(t, "-A", "-t", "192.0.2.1:80", "-s", "rr") // with the wrong scheduler
	ipvsadm(t, "-a", "-t", "192.0.2.1:80", "-r", "198.51.100.1:80", "-m", "-w", "9")
	ipvsadm(t, "-a", "-t", "192.0.2.1:80", "-r", "198.51.100.66:80", "-m")
	ipvsadm(t, "-A", "-u", "192.0.2.9:53", "-s", "rr") // a stranger's
	r, err := ipvs.NewReconciler(ipvs.Config{Kernel: noClose{k}, Interval: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	events := r.Events()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	await := func(want ipvs.Kind, changes string) {
		t.Helper()
		select {
		case e := <-events:
			if got := text(e.Changes); e.Kind != want || got != changes {
				t.Errorf("%v %v, changes:\n%sinstead of %v:\n%s", e.Kind, e.Err, got, want, changes)
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("nothing was %v", want)
		}
	}
	if err := r.Apply(ctx, mine); err != nil {
		t.Fatal(err)
	}
	await(ipvs.Applied, `-E -t 192.0.2.1:80 -s wrr
-a -t 192.0.2.1:80 -r 198.51.100.2:80 -m -w 1
-e -t 192.0.2.1:80 -r 198.51.100.1:80 -m -w 1
-d -t 192.0.2.1:80 -r 198.51.100.66:80
`)
	if got := ipvsadm(t, "-Sn"); strings.Count(got, "\n") != 4 {
		t.Errorf("have:\n%s", got)
	}
	ipvsadm(t, "-e", "-t", "192.0.2.1:80", "-r", "198.51.100.1:80", "-m", "-w", "5")
	await(ipvs.Corrected, "-e -t 192.0.2.1:80 -r 198.51.100.1:80 -m -w 1\n")
	ipvsadm(t, "-C")
	await(ipvs.Corrected, mineText[1:])
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
	if got := ipvsadm(t, "-Sn"); got != "" {
		t.Errorf("left:\n%s", got)
	}
}
