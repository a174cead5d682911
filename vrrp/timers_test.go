package vrrp

import (
	"math/big"
	"testing"
	"time"
)

// TM-01, TM-02: the formulas of section 9 for all priorities, against exact
// fractions.
func TestTimersAgainstTheRFC(t *testing.T) {
	for _, cs := range []int64{1, 2, 10, 20, 100, 4095} {
		interval := time.Duration(cs) * 10 * time.Millisecond
		for priority := int64(1); priority <= 255; priority++ {
			skew := big.NewRat((256-priority)*int64(interval), 256)
			check(t, V3, uint8(priority), interval, skew)
			if cs%100 == 0 {
				check(t, V2, uint8(priority), interval, big.NewRat((256-priority)*int64(time.Second), 256))
			}
		}
	}
}

func check(t *testing.T, v Version, priority uint8, interval time.Duration, skew *big.Rat) {
	t.Helper()
	down := new(big.Rat).Add(skew, big.NewRat(3*int64(interval), 1))
	for _, c := range []struct {
		name string
		got  time.Duration
		want *big.Rat
	}{
		{"skew", skewTime(v, priority, interval), skew},
		{"down", downInterval(v, priority, interval, 3), down},
	} {
		diff := new(big.Rat).Sub(big.NewRat(int64(c.got), 1), c.want)
		if diff.Abs(diff).Cmp(big.NewRat(1, 1)) >= 0 {
			t.Errorf("v%d priority %d interval %v: %s %v, want %s ns", v, priority, interval, c.name, c.got, c.want.FloatString(3))
		}
	}
}

// TM-03: priorities that differ by one differ in time, at the shortest interval.
func TestNeighbouringPrioritiesDiffer(t *testing.T) {
	a := downInterval(V3, 100, 10*time.Millisecond, 3)
	b := downInterval(V3, 101, 10*time.Millisecond, 3)
	if a-b != 39062*time.Nanosecond && a-b != 39063*time.Nanosecond {
		t.Errorf("the timers differ by %v, want 39.06 us", a-b)
	}
}

func TestWeights(t *testing.T) {
	for _, tt := range []struct {
		tracker       Tracker
		up, down      int
		faultU, fault bool // while up, while down
	}{
		{Tracker{Weight: 5}, 5, 0, false, false},
		{Tracker{Weight: -5}, 0, -5, false, false},
		{Tracker{Weight: 5, Reverse: true}, -5, 0, false, false},
		{Tracker{Weight: -5, Reverse: true}, 0, 5, false, false},
		{Tracker{}, 0, 0, false, true},
		{Tracker{Reverse: true}, 0, 0, true, false},
	} {
		tr := tt.tracker
		if tr.contribution(TrackUp) != tt.up || tr.contribution(TrackDown) != tt.down || tr.contribution(TrackUnknown) != 0 {
			t.Errorf("%+v adds %d up, %d down, %d unknown", tr, tr.contribution(TrackUp), tr.contribution(TrackDown), tr.contribution(TrackUnknown))
		}
		if tr.fault(TrackUp) != tt.faultU || tr.fault(TrackDown) != tt.fault || tr.fault(TrackUnknown) {
			t.Errorf("%+v: fault up %v, down %v, unknown %v", tr, tr.fault(TrackUp), tr.fault(TrackDown), tr.fault(TrackUnknown))
		}
	}
}
