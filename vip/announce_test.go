package vip

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// simulate runs an announcer on a clock of its own and returns what it
// announces as lines "time xN: indexes", indexes of one moment together.
// Events happen at their times; after end nothing more is asked.
func simulate(a *announcer, end time.Duration, events map[time.Duration]func(now time.Time)) string {
	start := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	var times []time.Duration
	for at := range events {
		times = append(times, at)
	}
	slices.Sort(times)
	var b strings.Builder
	now := time.Duration(0)
	for {
		if len(times) > 0 && times[0] == now {
			events[now](start.Add(now))
			times = times[1:]
		}
		if list := a.next(start.Add(now), nil); len(list) > 0 {
			text := fmt.Sprint(list)
			if len(list) > 12 {
				text = fmt.Sprintf("%v...%v", list[:3], list[len(list)-3:])
			}
			fmt.Fprintf(&b, "%v x%d %s\n", now, len(list), text)
			if a.deadline().Equal(start.Add(now)) {
				return b.String() + "busy loop\n"
			}
		}
		next := end + 1
		if d := a.deadline(); !d.IsZero() {
			next = d.Sub(start)
		}
		if len(times) > 0 {
			next = min(next, times[0])
		}
		if next > end {
			return b.String()
		}
		now = next
	}
}

func TestAnnouncer(t *testing.T) {
	const s = time.Second
	for _, tc := range []struct {
		name     string
		schedule Schedule
		n        int
		contest  []time.Duration
		stop     time.Duration
		want     string
	}{
		{
			name: "default: five rounds, and five more after five seconds", schedule: DefaultSchedule(), n: 2,
			want: `
0s x10 [0 1 0 1 0 1 0 1 0 1]
5s x10 [0 1 0 1 0 1 0 1 0 1]
`,
		},
		{
			name: "no second burst", schedule: Schedule{Repeat: 2}, n: 2,
			want: `
0s x4 [0 1 0 1]
`,
		},
		{
			name: "refresh", schedule: Schedule{Repeat: 1, Refresh: 20 * s, RefreshRepeat: 2}, n: 1,
			want: `
0s x1 [0]
20s x2 [0 0]
40s x2 [0 0]
1m0s x2 [0 0]
`,
		},
		{
			name: "a refresh of no rounds has one", schedule: Schedule{Repeat: 1, Refresh: 30 * s}, n: 1,
			want: `
0s x1 [0]
30s x1 [0]
1m0s x1 [0]
`,
		},
		{
			name: "refresh and second burst together", schedule: Schedule{Repeat: 3, Delay: 5 * s, Refresh: 5 * s}, n: 1, stop: 11 * s,
			want: `
0s x3 [0 0 0]
5s x3 [0 0 0]
10s x1 [0]
`,
		},
		{
			name: "contested", schedule: Schedule{Repeat: 1, LowerPrioRepeat: 2, LowerPrioDelay: 3 * s}, n: 2, contest: []time.Duration{10 * s},
			want: `
0s x2 [0 1]
10s x4 [0 1 0 1]
13s x4 [0 1 0 1]
`,
		},
		{
			name: "contested again before the second burst", schedule: DefaultSchedule(), n: 1, contest: []time.Duration{s, 2 * s},
			want: `
0s x5 [0 0 0 0 0]
1s x5 [0 0 0 0 0]
2s x5 [0 0 0 0 0]
5s x5 [0 0 0 0 0]
7s x5 [0 0 0 0 0]
`,
		},
		{
			name:     "a contest takes nothing from the second burst of Acquire, nor delays it",
			schedule: Schedule{Repeat: 3, Delay: 5 * s, LowerPrioRepeat: 1, LowerPrioDelay: 10 * s}, n: 1, contest: []time.Duration{4 * s},
			want: `
0s x3 [0 0 0]
4s x1 [0]
5s x3 [0 0 0]
14s x1 [0]
`,
		},
		{
			name:     "nor does one without a second burst",
			schedule: Schedule{Repeat: 3, Delay: 5 * s, LowerPrioRepeat: 1}, n: 1, contest: []time.Duration{4 * s},
			want: `
0s x3 [0 0 0]
4s x1 [0]
5s x3 [0 0 0]
`,
		},
		{
			name:     "a contest amid a paced round: every address as often as it says",
			schedule: Schedule{Repeat: 1, LowerPrioRepeat: 2}, n: 150, contest: []time.Duration{time.Millisecond / 2},
			want: `
0s x100 [0 1 2]...[97 98 99]
1ms x100 [100 101 102]...[47 48 49]
2ms x100 [50 51 52]...[147 148 149]
3ms x100 [0 1 2]...[97 98 99]
4ms x50 [100 101 102]...[147 148 149]
`,
		},
		{
			name: "contest ignored", schedule: Schedule{Repeat: 1, Delay: 5 * s}, n: 1, contest: []time.Duration{s},
			want: `
0s x1 [0]
5s x1 [0]
`,
		},
		{
			name: "stop ends all", schedule: Schedule{Repeat: 1, Delay: 5 * s, Refresh: s}, n: 1, stop: 2500 * time.Millisecond,
			want: `
0s x1 [0]
1s x1 [0]
2s x1 [0]
`,
		},
		{
			name: "twenty addresses go at once", schedule: Schedule{Repeat: 5}, n: 20,
			want: `
0s x100 [0 1 2]...[17 18 19]
`,
		},
		{
			name: "more are paced, every address once before any twice", schedule: Schedule{Repeat: 2}, n: 150,
			want: `
0s x100 [0 1 2]...[97 98 99]
1ms x100 [100 101 102]...[47 48 49]
2ms x100 [50 51 52]...[147 148 149]
`,
		},
		{name: "no addresses", schedule: DefaultSchedule(), n: 0, contest: []time.Duration{s}, want: "\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := &announcer{schedule: tc.schedule, n: tc.n}
			events := map[time.Duration]func(time.Time){0: a.acquired}
			for _, at := range tc.contest {
				events[at] = a.contested
			}
			if tc.stop > 0 {
				events[tc.stop] = func(time.Time) { a.stop() }
			}
			if got := "\n" + simulate(a, time.Minute, events); got != tc.want {
				t.Errorf("got:%swant:%s", got, tc.want)
			}
		})
	}
}

// After a stall there is one refresh, not all that were missed.
func TestAnnouncerAfterStall(t *testing.T) {
	start := time.Now()
	a := &announcer{schedule: Schedule{Repeat: 1, Refresh: time.Second}, n: 1}
	a.acquired(start)
	a.next(start, nil)
	late := start.Add(90500 * time.Millisecond)
	if got := a.next(late, nil); len(got) != 1 {
		t.Errorf("announced %v", got)
	}
	if d := a.deadline().Sub(late); d != time.Second {
		t.Errorf("next in %v", d)
	}
}

func TestAnnouncerResize(t *testing.T) {
	now := time.Now()
	a := &announcer{schedule: Schedule{Repeat: 2, Refresh: time.Hour}, n: 150}
	a.acquired(now)
	a.next(now, nil)
	a.resize(3, nil)
	if got := a.next(now.Add(stepPause), nil); len(got) != 6 || slices.Max(got) != 2 {
		t.Errorf("after shrinking: %v", got)
	}
	a.acquired(now)
	a.resize(0, nil)
	if got := a.next(now, nil); len(got) != 0 || a.deadline().Sub(now) != time.Hour {
		t.Errorf("after shrinking to nothing: %v, next %v", got, a.deadline().Sub(now))
	}
}

func TestScheduleValidate(t *testing.T) {
	for _, ok := range []Schedule{{}, DefaultSchedule(), {Repeat: 1}} {
		if err := ok.Validate(); err != nil {
			t.Errorf("%+v: %v", ok, err)
		}
	}
	err := Schedule{Repeat: 0, Delay: -1, Refresh: -1, RefreshRepeat: -1, LowerPrioRepeat: -1, LowerPrioDelay: -1}.Validate()
	want := `vip: schedule: Repeat is 0, must be at least 1
vip: schedule: Delay is negative
vip: schedule: Refresh is negative
vip: schedule: RefreshRepeat is negative
vip: schedule: LowerPrioRepeat is negative
vip: schedule: LowerPrioDelay is negative`
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %v", err, want)
	}
}
