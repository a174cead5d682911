package vrrp

import (
	"math"
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

// The table of keepalived's weights, for states and for numbers.
func TestWeights(t *testing.T) {
	const fault = 1 << 16
	for _, tt := range []struct {
		tracker Tracker
		status  TrackStatus
		value   int
		want    int
	}{
		{Tracker{Weight: 5}, TrackUp, 0, 5},
		{Tracker{Weight: 1}, TrackUp, 0, 1},
		{Tracker{Weight: -1}, TrackDown, 0, -1},
		{Tracker{Weight: 5}, TrackDown, 0, 0},
		{Tracker{Weight: -5}, TrackUp, 0, 0},
		{Tracker{Weight: -5}, TrackDown, 0, -5},
		{Tracker{Weight: 5, Reverse: true}, TrackUp, 0, -5},
		{Tracker{Weight: 5, Reverse: true}, TrackDown, 0, 0},
		{Tracker{Weight: -5, Reverse: true}, TrackUp, 0, 0},
		{Tracker{Weight: -5, Reverse: true}, TrackDown, 0, 5},
		{Tracker{}, TrackUp, 0, 0},
		{Tracker{}, TrackDown, 0, fault},
		{Tracker{Reverse: true}, TrackUp, 0, fault},
		{Tracker{Reverse: true}, TrackDown, 0, 0},
		{Tracker{}, TrackUnknown, 0, 0},
		{Tracker{Weight: 5}, TrackUnknown, 0, 0},
		{Tracker{Weight: 5}, TrackValue, 3, 15},
		{Tracker{Weight: 5}, TrackValue, -3, -15},
		{Tracker{Weight: -5}, TrackValue, 3, -15},
		{Tracker{Weight: 5, Reverse: true}, TrackValue, 3, -15},
		{Tracker{Weight: 1}, TrackValue, 252, 252},
		{Tracker{Weight: 1}, TrackValue, 253, 253},
		{Tracker{Weight: 1}, TrackValue, 254, 253},
		{Tracker{Weight: 1}, TrackValue, math.MaxInt, 253},
		{Tracker{Weight: 1}, TrackValue, -253, -253},
		{Tracker{Weight: 1}, TrackValue, -254, fault},
		{Tracker{Weight: 2}, TrackValue, math.MinInt, fault},
		{Tracker{Weight: 253, Reverse: true}, TrackValue, math.MinInt, 253},
		{Tracker{Weight: 253, Reverse: true}, TrackValue, 1, -253},
		{Tracker{}, TrackValue, 0, 0},
		{Tracker{}, TrackValue, 7, fault},
		{Tracker{Reverse: true}, TrackValue, 0, fault},
		{Tracker{Reverse: true}, TrackValue, -7, 0},
	} {
		st := withStates([]Tracker{tt.tracker}, nil)[0]
		st.report(tt.status, tt.value)
		if got := st.Contribution; st.Fault != (tt.want == fault) || !st.Fault && got != tt.want || st.Fault && got != 0 {
			t.Errorf("%+v, %v %d: adds %d, fault %v; want %d", tt.tracker, tt.status, tt.value, got, st.Fault, tt.want)
		}
	}
}

// A tracker may report one number behind another; up and down have none.
func TestTrackedNumbers(t *testing.T) {
	r := newRig(t, func(p *Params) { p.Trackers = []Tracker{{Name: "load", Weight: -2}} }).up()
	for _, tt := range []struct {
		status   TrackStatus
		value    int
		priority uint8
		shown    int
	}{
		{TrackValue, 3, 94, 3}, {TrackValue, 5, 90, 5}, {TrackValue, 5, 90, 5}, {TrackUp, 5, 100, 0}, {TrackDown, 7, 98, 0}, {TrackValue, 0, 100, 0},
	} {
		r.do(Input{Kind: InputTrack, Tracker: "load", Track: tt.status, Value: tt.value})
		if got := r.m.Status().Priority; got != tt.priority || r.m.m.tracks[0].Value != tt.shown {
			t.Errorf("%v %d: priority %d, number %d; want %d, %d", tt.status, tt.value, got, r.m.m.tracks[0].Value, tt.priority, tt.shown)
		}
	}
}

// GEN-02, GEN-03, TM-02: what counts where nothing is configured.
func TestDefaults(t *testing.T) {
	if DefaultPriority != 100 || DefaultInterval != time.Second || DefaultDownAdverts != 3 || OwnerPriority != 255 || DefaultOwnerTimeout != time.Second {
		t.Error(DefaultPriority, DefaultInterval, DefaultDownAdverts, OwnerPriority, DefaultOwnerTimeout)
	}
}
