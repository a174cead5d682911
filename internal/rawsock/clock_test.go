package rawsock

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestReceived(t *testing.T) {
	now := time.Now()
	empty := now.Add(-100 * time.Millisecond)
	tests := []struct {
		name    string
		age     time.Duration // by the wall clock
		wantAge time.Duration
	}{
		{"just now", 0, 0},
		{"a while ago", 3 * time.Millisecond, 3 * time.Millisecond},
		{"stamped in the future", -time.Hour, 0},
		{"before the socket was empty", time.Hour, 100 * time.Millisecond},
	}
	for _, tt := range tests {
		stamp := now.Add(-tt.age).Round(0)
		if age := now.Sub(received(empty, now, stamp)); age != tt.wantAge {
			t.Errorf("%s: age = %v, want %v", tt.name, age, tt.wantAge)
		}
	}
}

// TestAgeAcrossSteps sets the wall clock while a packet waits, or before it
// comes (TM-10).
func TestAgeAcrossSteps(t *testing.T) {
	const ms = time.Millisecond
	tests := []struct {
		name                string
		seems, step, window time.Duration
		want                time.Duration
	}{
		{"no step", 3 * ms, 0, 100 * ms, 3 * ms},
		{"forward while it waits", time.Hour + 3*ms, time.Hour, 100 * ms, 3 * ms},
		{"forward before it comes", 3 * ms, time.Hour, 100 * ms, 3 * ms},
		{"back while it waits", -time.Hour + 3*ms, -time.Hour, 100 * ms, 3 * ms},
		{"back before it comes", 3 * ms, -time.Hour, 100 * ms, 3 * ms},
		{"forward by less than the window", 53 * ms, 50 * ms, 100 * ms, 3 * ms},
		{"just now, and a little forward", 0, 50 * ms, 100 * ms, 0},
		{"twice", 2 * time.Hour, time.Hour, 100 * ms, 100 * ms},
		{"a long stall", 5 * time.Second, 0, time.Minute, time.Second},
	}
	for _, tt := range tests {
		if got := age(tt.seems, tt.step, tt.window); got != tt.want {
			t.Errorf("%s: age = %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestAgeNeverTooOld: whatever the wall clock does, a packet never looks older
// than it is; and a step greater than the window changes nothing at all.
func TestAgeNeverTooOld(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100000 {
		window := time.Duration(r.Int64N(int64(maxAge)))
		arrived := time.Duration(r.Int64N(int64(window) + 1)) // into the window
		stepped := time.Duration(r.Int64N(int64(window) + 1))
		step := time.Duration(r.Int64N(int64(4*time.Second))) - 2*time.Second
		want := window - arrived
		seems := want
		if arrived < stepped {
			seems += step
		}
		got := age(seems, step, window)
		if got < 0 || got > want {
			t.Fatalf("age = %v for a packet of %v: step %v, window %v, seems %v", got, want, step, window, seems)
		}
		if step.Abs() > window && got != want {
			t.Fatalf("age = %v, want %v: step %v, window %v, seems %v", got, want, step, window, seems)
		}
	}
}
