package vrrp

import (
	"testing"
	"time"
)

func TestLateness(t *testing.T) {
	var l Lateness
	for _, late := range []time.Duration{0, 50 * time.Microsecond, 51 * time.Microsecond, 250 * time.Millisecond, 3 * time.Second} {
		l.observe(late)
	}
	want := Lateness{Count: 5, Sum: 3250101 * time.Microsecond, Stalled: 3 * time.Second}
	want.Buckets[0], want.Buckets[1], want.Buckets[9] = 2, 1, 1
	if l != want || LateBound(9) != 250*time.Millisecond {
		t.Errorf("%+v\nwant %+v", l, want)
	}
}
