package page

import (
	"fmt"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/report"
)

// The timeline is a drawing of this size, in its own units.
const (
	width      = 1000.0
	laneHeight = 22.0
	barHeight  = 16.0
	shortest   = time.Minute      // that it shows
	usual      = 10 * time.Minute // that it shows where nothing has happened
	longest    = 24 * time.Hour
)

// lane is an instance's or a group's states over time.
type lane struct {
	Name string
	Y    float64
	Bars []bar
	Dots []dot
}

// dot is an incident.
type dot struct {
	X, Y, R float64
	Title   string
}

// bar is one state, from one transition to the next.
type bar struct {
	X, W  float64
	State string
	Title string
}

// mark is a line with a time below the lanes.
type mark struct {
	X    float64
	Text string
}

// timeline draws what instances have gone through, as far back as the history
// goes.
func timeline(s *report.Status, history []report.Event) (lanes []lane, marks []mark) {
	now := s.At
	begin := now.Add(-min(max(now.Sub(s.Started), shortest), usual))
	for _, e := range history {
		if e.At.Before(begin) {
			begin = e.At
		}
	}
	if limit := now.Add(-longest); begin.Before(limit) {
		begin = limit
	}
	span := float64(now.Sub(begin))
	x := func(t time.Time) float64 { return min(max(float64(t.Sub(begin))/span, 0), 1) * width }

	for n := range s.Instances {
		i := &s.Instances[n]
		l := lane{Name: i.Name, Y: float64(n) * laneHeight}
		// Before the first event that is remembered it had the state From.
		from, state, cause := begin, "", ""
		for _, e := range history {
			if e.Type != report.TypeInstance || e.Name != i.Name {
				continue
			}
			if state == "" {
				state = e.From
				from = later(begin, s.Started)
			}
			l.add(x, from, e.At, state, cause)
			from, state, cause = e.At, e.To, e.Cause
		}
		if state == "" {
			state, cause, from = i.State, i.Cause, later(begin, i.Since)
		}
		l.add(x, from, now, state, cause)
		for k := range history {
			if e := &history[k]; e.Type == report.TypeIncident && e.Name == i.Name && !e.At.Before(begin) {
				l.Dots = append(l.Dots, dot{x(e.At), l.Y + barHeight/2, barHeight / 4, e.String()})
			}
		}
		lanes = append(lanes, l)
	}
	return lanes, ticks(begin, now, x)
}

func (l *lane) add(x func(time.Time) float64, from, to time.Time, state, cause string) {
	a, b := x(from), x(to)
	if !to.After(from) || b <= 0 {
		return
	}
	title := fmt.Sprintf("%s %s, from %s for %v", l.Name, state, from.Format("15:04:05.000"), to.Sub(from).Round(time.Millisecond))
	if cause != "" {
		title += ": " + cause
	}
	l.Bars = append(l.Bars, bar{a, max(b-a, 1.5), state, title}) // a flash has to be seen
}

// ticks returns round times within the drawing.
func ticks(begin, end time.Time, x func(time.Time) float64) (list []mark) {
	for _, step := range []time.Duration{10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour} {
		if end.Sub(begin)/step > 10 {
			continue
		}
		for t := begin.Truncate(step).Add(step); t.Before(end); t = t.Add(step) {
			layout := "15:04"
			if step < time.Minute {
				layout = time.TimeOnly
			}
			list = append(list, mark{x(t), t.Format(layout)})
		}
		break
	}
	return list
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
