package check

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestCounter: results are written + and -, states U(nknown), u(p), d(own).
func TestCounter(t *testing.T) {
	for _, tt := range []struct {
		name       string
		rise, fall int
		initial    State
		results    string
		want       string
	}{
		{"one success is enough at first", 3, 2, Unknown, "+", "u"},
		{"one failure is enough at first", 2, 3, Unknown, "-", "d"},
		{"then rise counts", 3, 2, Unknown, "-++-+++", "ddddddu"},
		{"then fall counts", 2, 3, Unknown, "+--+---", "uuuuuud"},
		{"defaults", 1, 1, Unknown, "+-+-", "udud"},
		{"init_fail", 2, 1, Down, "+-++", "dddu"},
		{"first failure of an initial success", 1, 3, Up, "--+---", "uuuuud"},
		{"seed 002", 2, 3, Unknown, "++---++", "uuuuddu"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCounter(tt.rise, tt.fall, tt.initial)
			var got strings.Builder
			for _, r := range tt.results {
				got.WriteByte("Uud"[c.add(r == '+')])
			}
			if got.String() != tt.want {
				t.Errorf("%s leads to %s, want %s", tt.results, got.String(), tt.want)
			}
		})
	}
}

// TestCounterStreaks compares with the rule as operators know it: rise
// successes in a row, or fall failures in a row, change the state.
func TestCounterStreaks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rise, fall := rapid.IntRange(1, 6).Draw(t, "rise"), rapid.IntRange(1, 6).Draw(t, "fall")
		want := rapid.SampledFrom([]State{Unknown, Up, Down}).Draw(t, "initial")
		c := newCounter(rise, fall, want)
		var streak int
		last := false
		for i, ok := range rapid.SliceOfN(rapid.Bool(), 1, 40).Draw(t, "results") {
			if i == 0 || ok != last {
				streak = 0
			}
			last = ok
			streak++
			switch {
			case ok && (streak >= rise || want == Unknown):
				want = Up
			case !ok && (streak >= fall || want == Unknown):
				want = Down
			}
			if got := c.add(ok); got != want {
				t.Fatalf("result %d: got %v, want %v", i+1, got, want)
			}
		}
	})
}
