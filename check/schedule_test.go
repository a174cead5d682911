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

// at is a time in milliseconds.
func at(ms int) time.Time { return t0.Add(time.Duration(ms) * time.Millisecond) }

// simulate drives a schedule in virtual time. takes says how long each check
// runs in milliseconds, the last one's for all that follow; negative means that
// it fails. It writes what happens and when, in milliseconds.
func simulate(s *schedule, until time.Duration, takes ...int) []string {
	var log []string
	s.begin(t0, 0)
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

func with(s *schedule, change func(*schedule)) *schedule {
	change(s)
	return s
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
			[]string{"0: start", "1010: failed (down), start", "2020: failed (down), start", "2120: ok (up)", "3000: start"},
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
			"a failure is retried sooner while up, and the grid stays",
			with(newSchedule(1000, 1000, 1, 3), func(s *schedule) { s.retry = 200 * time.Millisecond }), 4100, []int{10, -10, 10, -10, -10, -10, -10},
			[]string{
				"0: start", "10: ok (up)", "1000: start", "1010: failed (up)", "1210: start", "1220: ok (up)",
				"2000: start", "2010: failed (up)", "2210: start", "2220: failed (up)", "2420: start", "2430: failed (down)", "3000: start", "3010: failed (down)",
				"4000: start", "4010: failed (down)",
			},
		},
		{
			"a retry may wait for longer than an interval, also after a timeout",
			with(newSchedule(1000, 1000, 1, 2), func(s *schedule) { s.retry = 1500 * time.Millisecond; s.counter = newCounter(1, 2, Up) }), 3000, []int{-1020, -10},
			[]string{"0: start", "1020: failed (up)", "2520: start", "2530: failed (down)"},
		},
		{
			"a state has to last before it counts",
			with(newSchedule(1000, 1000, 1, 1), func(s *schedule) { s.fallDelay, s.riseDelay = 1500*time.Millisecond, 300*time.Millisecond }), 7000, []int{10, -10, 10, -10, -10, -10, 10},
			[]string{
				"0: start", "10: ok (up)", "1000: start", "1010: failed (up)", "2000: start", "2010: ok (up)",
				"3000: start", "3010: failed (up)", "4000: start", "4010: failed (up)", "4510: start", "4520: failed (down)",
				"6000: start", "6010: ok (down)", "6310: start", "6320: ok (up)", "7000: start",
			},
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

// TestScheduleStall: after a long stall of our process one check starts, not all
// that were missed, and the grid stays: many checks do not come together.
func TestScheduleStall(t *testing.T) {
	for _, tt := range []struct {
		stall, next int
	}{{1700, 3000}, {2300, 3000}, {2700, 4000}, {3000, 4000}} {
		s := newSchedule(1000, 1000, 1, 1)
		s.begin(t0, 0)
		s.tick(at(0), nil)
		s.done(at(1), Result{OK: true}, nil)
		s.stalled(at(tt.stall), time.Duration(tt.stall-1000)*time.Millisecond)
		out := s.tick(at(tt.stall), nil)
		if len(out) != 1 || out[0].kind != outputStart || !s.next.Equal(at(tt.next)) {
			t.Errorf("stalled until %d: outputs %+v, the next check after %v, want %d", tt.stall, out, s.next.Sub(t0), tt.next)
		}
	}
}

// TestScheduleStalledCheck: a check that runs while our process does not says
// nothing if it fails for lack of time, is not overdue, and the grid stays.
func TestScheduleStalledCheck(t *testing.T) {
	for _, tt := range []struct {
		name      string
		lost      int
		result    Result
		took      int
		want      Reason
		wantState State
	}{
		{"a timeout that we cannot judge", 3000, Result{Reason: ReasonTimeout}, 3300, ReasonLocal, Up},
		{"a failure without a reason", 3000, Result{}, 500, ReasonFailed, Down},
		{"a refusal in time", 3000, Result{Reason: ReasonRefused}, 500, ReasonRefused, Down},
		{"success, though late", 3000, Result{OK: true}, 3300, ReasonOK, Up},
		{"a hiccup is no excuse", 200, Result{Reason: ReasonTimeout}, 1010, ReasonTimeout, Down},
	} {
		s := newSchedule(1000, 1000, 1, 1)
		s.begin(t0, 0)
		s.tick(at(0), nil)
		s.done(at(1), Result{OK: true}, nil)
		s.tick(at(1000), nil)
		if tt.took > 1000 { // it ends when our process runs again
			s.stalled(at(1000+tt.took), time.Duration(tt.lost)*time.Millisecond)
			if out := s.tick(at(1000+tt.took), nil); len(out) > 1 || len(out) == 1 && out[0].kind != outputSkip {
				t.Errorf("%s: after the stall: %+v", tt.name, out)
			}
		}
		out := s.done(at(1000+tt.took), tt.result, nil)
		if out[0].result.Reason != tt.want || out[0].to != tt.wantState {
			t.Errorf("%s: %+v", tt.name, out[0])
		}
		if phase := s.next.Sub(t0) % time.Second; phase != 0 {
			t.Errorf("%s: the next check is off the grid by %v", tt.name, phase)
		}
	}

	// One that does not end after all is overdue.
	s := newSchedule(1000, 1000, 1, 1)
	s.begin(t0, 0)
	s.tick(at(0), nil)
	s.stalled(at(3000), 2*time.Second)
	s.tick(at(3000), nil)
	if out := s.tick(s.deadline(), nil); !s.deadline().Equal(at(4000)) || len(out) == 0 || out[len(out)-1].result.Reason != ReasonOverdue {
		t.Errorf("%+v, deadline after %v", out, s.deadline().Sub(t0))
	}
}

// TestScheduleProperties: whatever checks take, starts are at least half an
// interval apart, nothing is silent for longer than one and a half and a timeout,
// and the state follows the results.
func TestScheduleProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		interval, timeout := rapid.IntRange(100, 3000).Draw(t, "interval"), rapid.IntRange(20, 3000).Draw(t, "timeout")
		takes := rapid.SliceOfN(rapid.IntRange(-7000, 7000), 1, 10).Draw(t, "takes")
		s := newSchedule(interval, timeout, 1, 1)
		log := simulate(s, 20*time.Second, slices.Clone(takes)...)
		started, last, silence := -interval, 0, interval+interval/2+timeout+int(overdueAfter.Milliseconds())
		for _, line := range log {
			var at int
			if _, err := fmt.Sscanf(line, "%d:", &at); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(line, "start") {
				if at-started < interval/2 {
					t.Fatalf("%s: started %d ms after the one before", line, at-started)
				}
				started = at
			}
			if strings.Contains(line, "(") {
				if at-last > silence {
					t.Fatalf("%s: nothing was heard for %d ms", line, at-last)
				}
				last = at
				if strings.Contains(line, "ok") != strings.Contains(line, "up") {
					t.Fatalf("%s: the state does not follow the result", line)
				}
			}
		}
		if silent := 20000 - last; silent > silence {
			t.Fatalf("nothing was heard for the last %d ms of\n%s", silent, strings.Join(log, "\n"))
		}
	})
}

// TestScheduleJitter: starts lie within the jitter after the grid, which stays.
func TestScheduleJitter(t *testing.T) {
	parts := []int{3, 9, 0, 5} // tenths of what is asked for
	s := newSchedule(1000, 1000, 1, 1)
	s.jitter = 400 * time.Millisecond
	s.random = func(d time.Duration) time.Duration {
		part := parts[0]
		parts = append(parts[1:], part)
		return d * time.Duration(part) / 10
	}
	s.begin(t0, 2*time.Second)
	var got []int64
	for range 5 {
		now := s.deadline()
		if out := s.tick(now, nil); len(out) != 1 || out[0].kind != outputStart {
			t.Fatalf("at %v: %+v", now.Sub(t0), out)
		}
		got = append(got, now.Sub(t0).Milliseconds())
		s.done(now, Result{OK: true}, nil)
	}
	if want := []int64{600, 1960, 2600, 3800, 4720}; !slices.Equal(got, want) {
		t.Errorf("starts at %v, want %v", got, want)
	}
}

// TestSchedulePause: nothing starts and nothing counts until it goes on.
func TestSchedulePause(t *testing.T) {
	s := newSchedule(1000, 1000, 1, 1)
	s.begin(t0, 0)
	s.tick(at(0), nil)
	s.done(at(1), Result{OK: true}, nil)
	s.tick(at(1000), nil)
	s.pause()
	if out := s.done(at(1005), Result{}, nil); out != nil || s.state != Up {
		t.Errorf("a check of before the pause counts: %+v, %v", out, s.state)
	}
	if out := s.trigger(at(1100), s.tick(at(5000), nil)); out != nil || !s.deadline().IsZero() {
		t.Errorf("while paused: %+v, deadline %v", out, s.deadline())
	}
	s.resume(at(6000), 0)
	if out := s.tick(s.deadline(), nil); !s.deadline().Equal(at(7000)) || len(out) != 1 || out[0].kind != outputStart {
		t.Errorf("goes on with %+v, deadline %v", out, s.deadline())
	}

	// A check that ignores being cancelled is in the way of the next, and is
	// given up if it goes on so.
	s.pause()
	s.resume(at(6100), 0)
	if out := s.tick(at(6100), nil); len(out) != 1 || out[0].kind != outputSkip {
		t.Errorf("beside the old check: %+v", out)
	}
	if out := s.tick(at(7050), nil); len(out) != 1 || out[0].kind != outputJudge || out[0].result.Reason != ReasonOverdue {
		t.Errorf("overdue: %+v", out)
	}
}

// TestScheduleTrigger: a trigger during a check is not lost, as the answer may
// be older than what triggered.
func TestScheduleTrigger(t *testing.T) {
	s := newSchedule(1000, 1000, 1, 1)
	s.begin(t0, 0)
	s.tick(at(0), nil)
	if out := s.trigger(at(5), nil); out != nil {
		t.Errorf("beside a running check: %+v", out)
	}
	if out := s.done(at(10), Result{OK: true}, nil); len(out) != 2 || out[1].kind != outputStart {
		t.Errorf("after it: %+v", out)
	}
	s.done(at(20), Result{OK: true}, nil)
	if out := s.trigger(at(510), nil); len(out) != 1 || out[0].kind != outputStart || !s.deadline().Equal(at(1560)) || !s.next.Equal(at(2000)) {
		t.Errorf("between checks: %+v, deadline %v", out, s.deadline())
	}
}
