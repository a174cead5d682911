package check

import (
	"fmt"
	"time"
)

// overdueAfter is how long after its timeout a check may take to return before
// it is called overdue: time to kill a program and collect what it printed.
const overdueAfter = 50 * time.Millisecond

// schedule decides when to check, and what results mean. It has no clock and
// starts nothing: tick is called at the deadline, done when a check returns,
// and both append what is to be done.
//
// Checks start on a grid of whole intervals, so that lateness does not add up.
// A check that is still running when the next one is due makes that one be
// skipped. If its timeout has passed, the next one waits for it and begins a
// new grid; if it is overdue, it has failed once more.
type schedule struct {
	interval, timeout time.Duration
	counter           counter

	next    time.Time // when the next check is due
	started time.Time // when the running check was started; zero: none runs
	overdue bool      // the running check has been given up: its result does not count
	waiting bool      // a check is due as soon as the running one ends
	skipped int       // checks skipped because of the running one
}

// output is something to be done.
type output struct {
	kind   outputKind
	result Result // of a judgement
	from   State
	to     State
}

type outputKind uint8

const (
	outputStart outputKind = iota // start a check, with a timeout from now
	outputJudge                   // tell the result and the state it led to
	outputSkip                    // a check was due, but the last one has not ended
)

// deadline is when tick is due.
func (s *schedule) deadline() time.Time {
	if s.running() && !s.overdue {
		if limit := s.limit(); limit.Before(s.next) {
			return limit
		}
	}
	return s.next
}

func (s *schedule) running() bool    { return !s.started.IsZero() }
func (s *schedule) limit() time.Time { return s.started.Add(s.timeout + overdueAfter) }

// tick starts what is due and gives up what is overdue.
func (s *schedule) tick(now time.Time, out []output) []output {
	if s.running() && !s.overdue && !now.Before(s.limit()) {
		s.overdue = true
		if s.waiting {
			s.waiting = false
			out = s.skip(out)
		}
		out = s.judge(s.overdueResult(now), out)
	}
	if now.Before(s.next) {
		return out
	}
	s.next = s.next.Add((now.Sub(s.next)/s.interval + 1) * s.interval)
	switch {
	case !s.running():
		out = s.start(now, out)
	case s.overdue:
		out = s.judge(s.overdueResult(now), s.skip(out))
	case now.Sub(s.started) < s.timeout:
		out = s.skip(out)
	default:
		s.waiting = true
	}
	return out
}

// done takes the result of the running check.
func (s *schedule) done(now time.Time, r Result, out []output) []output {
	if !s.overdue {
		r.Latency = now.Sub(s.started)
		out = s.judge(r, out)
	}
	s.started, s.overdue = time.Time{}, false
	if s.waiting {
		s.waiting = false
		s.next = now.Add(s.interval)
		out = s.start(now, out)
	}
	return out
}

func (s *schedule) start(now time.Time, out []output) []output {
	s.started, s.skipped = now, 0
	return append(out, output{kind: outputStart})
}

func (s *schedule) skip(out []output) []output {
	s.skipped++
	return append(out, output{kind: outputSkip})
}

func (s *schedule) judge(r Result, out []output) []output {
	if r.Reason == "" {
		r.Reason = ReasonFailed
		if r.OK {
			r.Reason = ReasonOK
		}
	}
	from := s.counter.state
	return append(out, output{kind: outputJudge, result: r, from: from, to: s.counter.add(r.OK)})
}

func (s *schedule) overdueResult(now time.Time) Result {
	running := now.Sub(s.started)
	return Result{
		Reason:   ReasonOverdue,
		Detail:   fmt.Sprintf("has not ended %v after its timeout of %v", running-s.timeout, s.timeout),
		ExitCode: -1,
		Latency:  running,
	}
}
