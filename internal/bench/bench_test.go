//go:build linux

package main

import (
	"strings"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	for want, list := range map[float64][]float64{3: {5, 3, 1}, 2.5: {4, 1, 2, 3}} {
		if got := median(list); got != want {
			t.Errorf("median of %v: %v, want %v", list, got, want)
		}
	}
	all := []values{{"a": 3}, {"a": 1}, {"a": 2}}
	if got := row(all, "a"); got != "2.00 [1.00..3.00]" {
		t.Error(got)
	}
}

// What cannot be measured is told before anything is built.
func TestMistakes(t *testing.T) {
	for want, err := range map[string]error{
		"once at least": run(0, ""), "fits none of: s1 crash, version 2, 1s;": run(1, "s99"), "-run: ": run(1, "("),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// The floors are those of RFC 3768 and RFC 9568.
func TestSkew(t *testing.T) {
	for p, want := range map[protocol]time.Duration{
		{2, time.Second}:            609375 * time.Microsecond,
		{3, 100 * time.Millisecond}: 60937500 * time.Nanosecond,
	} {
		if got := p.skew(); got != want {
			t.Errorf("%v: %v, want %v", p, got, want)
		}
	}
}

// A repeat that fails is undone, and says why.
func TestStage(t *testing.T) {
	var undone []int
	err := onStage(func(t *stage) {
		t.Cleanup(func() { undone = append(undone, 1) })
		t.Cleanup(func() { undone = append(undone, 2) })
		t.Fatalf("no %s", "address")
	})
	if err == nil || err.Error() != "no address" || len(undone) != 2 || undone[0] != 2 {
		t.Errorf("%v, undone %v", err, undone)
	}
}
