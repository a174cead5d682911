package check

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var t0 = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// simulate drives a schedule in virtual time. takes says how long each check
// runs in milliseconds, the last one's for all that follow; negative means that
// it fails. It writes what happens and when, in milliseconds.
func simulate(s *schedule, until time.Duration, takes ...int) []string {
	var log []string
	s.next = t0
	var ends time.Time
	ok := true
	for {
		now := s.deadline()
		if s.running() && !ends.After(now) {
			now = ends
		}
		if now.Sub(t0) > until {
			return log
		}
		var out []output
		if s.running() && now.Equal(ends) {
			out = s.done(now, Result{OK: ok}, nil)
		} else {
			out = s.tick(now, nil)
		}
		var what []string
		for _, o := range out {
			switch o.kind {
			case outputStart:
				what = append(what, "start")
				ok = takes[0] >= 0
				ends = now.Add(time.Duration(max(takes[0], -takes[0])) * time.Millisecond)
				if len(takes) > 1 {
					takes = takes[1:]
				}
			case outputSkip:
				what = append(what, "skip")
			case outputJudge:
				what = append(what, fmt.Sprintf("%s (%v)", o.result.Reason, o.to))
			}
		}
		if what != nil {
			log = append(log, fmt.Sprintf("%d: %s", now.Sub(t0).Milliseconds(), strings.Join(what, ", ")))
		}
	}
}

func newSchedule(interval, timeout, rise, fall int) *schedule {
	return &schedule{
		interval: time.Duration(interval) * time.Millisecond,
		timeout:  time.Duration(timeout) * time.Millisecond,
		counter:  newCounter(rise, fall, Unknown),
	}
}

func TestSchedule(t *testing.T) {
	for _, tt := range []struct {
		name     string
		schedule *schedule
		until    int
		takes    []int
		want     []string
	}{
		{
			"at once, then on the grid whatever a check takes",
			newSchedule(1000, 1000, 1, 1), 2100, []int{300, 999, 5},
			[]string{"0: start", "300: ok (up)", "1000: start", "1999: ok (up)", "2000: start", "2005: ok (up)"},
		},
		{
			"within its timeout, a check keeps the next from starting",
			newSchedule(1000, 5000, 1, 1), 4000, []int{2500, 100},
			[]string{"0: start", "1000: skip", "2000: skip", "2500: ok (up)", "3000: start", "3100: ok (up)", "4000: start"},
		},
		{
			"timeout is interval: the next check starts when the last has been ended",
			newSchedule(1000, 1000, 1, 3), 3050, []int{-1010, -1010, 100},
			[]string{"0: start", "1010: failed (down), start", "2020: failed (down), start", "2120: ok (up)", "3020: start"},
		},
		{
			"overdue",
			newSchedule(1000, 500, 1, 1), 1100, []int{700, 10},
			[]string{"0: start", "550: overdue (down)", "1000: start", "1010: ok (up)"},
		},
		{
			"a check that never ends fails once per interval",
			newSchedule(1000, 1000, 1, 3), 4000, []int{10, 1000000},
			[]string{"0: start", "10: ok (up)", "1000: start", "2050: skip, overdue (up)", "3000: skip, overdue (up)", "4000: skip, overdue (down)"},
		},
		{
			"what an overdue check says at last does not count",
			newSchedule(1000, 1000, 1, 1), 5000, []int{3500, 10},
			[]string{"0: start", "1050: skip, overdue (down)", "2000: skip, overdue (down)", "3000: skip, overdue (down)", "4000: start", "4010: ok (up)", "5000: start"},
		},
		{
			"seed 002: three failures, then two successes",
			newSchedule(2000, 2000, 2, 3), 14000, []int{1, -1, -1, -1, 1, 1},
			[]string{
				"0: start", "1: ok (up)", "2000: start", "2001: failed (up)", "4000: start", "4001: failed (up)",
				"6000: start", "6001: failed (down)", "8000: start", "8001: ok (down)", "10000: start", "10001: ok (up)",
				"12000: start", "12001: ok (up)", "14000: start",
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := simulate(tt.schedule, time.Duration(tt.until)*time.Millisecond, tt.takes...)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestScheduleStall: after a long stall one check starts, not all that were
// missed, and the grid stays.
func TestScheduleStall(t *testing.T) {
	s := newSchedule(1000, 1000, 1, 1)
	s.next = t0
	s.tick(t0, nil)
	s.done(t0.Add(time.Millisecond), Result{OK: true}, nil)
	out := s.tick(t0.Add(3700*time.Millisecond), nil)
	if len(out) != 1 || out[0].kind != outputStart || !s.deadline().Equal(t0.Add(4*time.Second)) {
		t.Errorf("outputs %+v, next deadline after %v", out, s.deadline().Sub(t0))
	}
}

// TestScheduleProperties: whatever checks take, starts are at least an interval
// apart, nothing is silent for longer than an interval and a timeout, and the
// state follows the results.
func TestScheduleProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		interval, timeout := rapid.IntRange(100, 3000).Draw(t, "interval"), rapid.IntRange(20, 3000).Draw(t, "timeout")
		takes := rapid.SliceOfN(rapid.IntRange(-7000, 7000), 1, 10).Draw(t, "takes")
		s := newSchedule(interval, timeout, 1, 1)
		log := simulate(s, 20*time.Second, slices.Clone(takes)...)
		started, last := -interval, 0
		for _, line := range log {
			var at int
			if _, err := fmt.Sscanf(line, "%d:", &at); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(line, "start") {
				if at-started < interval {
					t.Fatalf("%s: started %d ms after the one before", line, at-started)
				}
				started = at
			}
			if strings.Contains(line, "(") {
				if at-last > interval+timeout+int(overdueAfter.Milliseconds()) {
					t.Fatalf("%s: nothing was heard for %d ms", line, at-last)
				}
				last = at
				if strings.Contains(line, "ok") != strings.Contains(line, "up") {
					t.Fatalf("%s: the state does not follow the result", line)
				}
			}
		}
		if silent := 20000 - last; silent > interval+timeout+int(overdueAfter.Milliseconds()) {
			t.Fatalf("nothing was heard for the last %d ms of\n%s", silent, strings.Join(log, "\n"))
		}
	})
}
