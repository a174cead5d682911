package vip

import (
	"testing"
	"time"
)

func TestAlarm(t *testing.T) {
	var zero time.Time
	start := time.Now()
	at := func(n int) time.Time { return start.Add(time.Duration(n) * time.Second) }
	var a alarm

	if a.want(at(3)) || a.want(at(2)) || a.want(at(4)) || a.want(zero) {
		t.Error("woken though awake")
	}
	if got := a.sleep(at(5)); !got.Equal(at(2)) {
		t.Errorf("what was asked for while it was awake: sleeps for %v", got.Sub(start))
	}
	for _, tt := range []struct {
		at   time.Time
		wake bool
	}{{at(3), false}, {at(2), false}, {zero, false}, {at(1), true}, {at(1), false}} {
		if got := a.want(tt.at); got != tt.wake {
			t.Errorf("asleep until 2 s, %v: woken is %v", tt.at.Sub(start), got)
		}
	}
	a.rise()
	if got := a.sleep(zero); !got.IsZero() {
		t.Errorf("nothing to do: sleeps for %v", got.Sub(start))
	}
	if !a.want(at(9)) {
		t.Error("asleep for ever: not woken")
	}
}
