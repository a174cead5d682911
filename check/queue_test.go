package check

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestQueue changes deadlines at random; the first is always the least.
func TestQueue(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	start := time.Now()
	var q queue
	runners := map[*Runner]time.Time{}
	for range 40 {
		runners[&Runner{index: -1}] = time.Time{}
	}
	for range 200 {
		for r := range runners {
			at := time.Time{}
			if random.IntN(4) > 0 {
				at = start.Add(time.Duration(random.IntN(50)))
			}
			runners[r] = at
			q.set(r, at)
			var least time.Time
			for _, at := range runners {
				if !at.IsZero() && (least.IsZero() || at.Before(least)) {
					least = at
				}
			}
			if got := q.first(); !got.Equal(least) {
				t.Fatalf("first %v, want %v", got, least)
			}
		}
	}
	for r, at := range runners {
		if (r.index < 0) != at.IsZero() || r.index >= 0 && q[r.index].runner != r {
			t.Errorf("a runner with deadline %v is at %d", at, r.index)
		}
	}
}
