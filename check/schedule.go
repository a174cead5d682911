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
// and all that append outputs say what is to be done.
//
// Checks start on a grid of whole intervals, so that lateness does not add up,
// and that many checks stay spread whatever delays all of them. After one that
// starts off the grid (late, triggered, a retry) the next is due where the grid
// is nearest to an interval later.
//
// A check that is still running when the next one is due makes that one be
// skipped. If it has to end soon, the next one waits for it; if it is overdue,
// it has failed once more.
type schedule struct {
	interval, timeout    time.Duration
	retry                time.Duration // from a failure of what is still Up to the next check; 0: as ever
	riseDelay, fallDelay time.Duration
	jitter               time.Duration
	random               func(time.Duration) time.Duration // from 0 to below its argument, which is positive
	counter              counter

	state   State
	grid    time.Time     // one of the grid's points: when the next check is due, but for jitter and retries
	next    time.Time     // when it is due
	jittery time.Duration // what of that is jitter
	confirm time.Time     // when the other state that the counter has reached has lasted long enough; zero: it has not
	started time.Time     // when the running check was started; zero: none runs
	limit   time.Time     // when it is overdue
	lost    time.Duration // for how long of it our process did not run
	overdue bool          // the running check has been given up: its result does not count
	discard bool          // nor does this one's, which was started before a pause
	waiting bool          // a check is due as soon as the running one ends
	paused  bool
	skipped int // checks skipped because of the running one
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

// begin makes the first check due within warmup from now.
func (s *schedule) begin(now time.Time, warmup time.Duration) {
	s.state = s.counter.state
	s.due(now.Add(s.uniform(warmup)))
}

// due begins a grid.
func (s *schedule) due(at time.Time) { s.grid, s.next, s.jittery = at, at, 0 }

// follow makes the check due that follows one of now.
func (s *schedule) follow(now time.Time) {
	s.grid = s.grid.Add(now.Add(s.interval).Sub(s.grid).Round(s.interval))
	s.jittery = s.uniform(s.jitter)
	s.next = s.grid.Add(s.jittery)
}

func (s *schedule) uniform(below time.Duration) time.Duration {
	if below <= 0 {
		return 0
	}
	return s.random(below)
}

// deadline is when tick is due; zero: never.
func (s *schedule) deadline() time.Time {
	switch {
	case s.paused:
		return time.Time{}
	case s.running() && !s.overdue:
		return earlier(s.next, s.limit)
	case !s.running() && !s.confirm.IsZero():
		return earlier(s.next, s.confirm)
	}
	return s.next
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func (s *schedule) running() bool { return !s.started.IsZero() }

// stalled tells that our process did not run for d before now. The running check
// could not go on, and may return that much later.
func (s *schedule) stalled(now time.Time, d time.Duration) {
	if !s.running() || s.overdue {
		return
	}
	s.lost += d
	s.limit = s.limit.Add(d)
	if soon := now.Add(overdueAfter); s.limit.Before(soon) {
		s.limit = soon
	}
}

// tick starts what is due and gives up what is overdue.
func (s *schedule) tick(now time.Time, out []output) []output {
	if s.paused {
		return out
	}
	if s.running() && !s.overdue && !now.Before(s.limit) {
		s.overdue = true
		if s.waiting {
			s.waiting = false
			out = s.skip(out)
		}
		out = s.judge(now, s.overdueResult(now), out)
	}
	if now.Before(s.next) {
		if !s.running() && !s.confirm.IsZero() && !now.Before(s.confirm) {
			out = s.restart(now, out)
		}
		return out
	}
	s.follow(now.Add(-s.jittery))
	switch {
	case !s.running():
		out = s.start(now, out)
	case s.overdue:
		out = s.judge(now, s.overdueResult(now), s.skip(out))
	case s.limit.Before(now.Add(s.interval / 2)):
		s.waiting = true
	default:
		out = s.skip(out)
	}
	return out
}

// done takes the result of the running check.
func (s *schedule) done(now time.Time, r Result, out []output) []output {
	counts := !s.overdue && !s.discard
	if counts {
		r.Latency = now.Sub(s.started)
		if !r.OK && r.Latency >= s.timeout && s.lost >= s.timeout/4 {
			r = s.excused(r)
		}
		out = s.judge(now, r, out)
	}
	waiting := s.waiting
	s.started, s.overdue, s.discard, s.waiting = time.Time{}, false, false, false
	switch {
	case s.paused:
	case counts && !r.OK && s.state == Up && s.retry > 0 && r.Reason != ReasonLocal:
		s.next, s.jittery = now.Add(s.retry), 0
	case waiting:
		out = s.restart(now, out)
	}
	return out
}

// trigger checks at once, or when the running check has ended.
func (s *schedule) trigger(now time.Time, out []output) []output {
	switch {
	case s.paused:
	case s.running():
		s.waiting = true
	default:
		out = s.restart(now, out)
	}
	return out
}

// pause lets nothing start and nothing count until resume.
func (s *schedule) pause() {
	s.paused, s.discard, s.waiting, s.confirm = true, s.running(), false, time.Time{}
}

// resume makes a check due within warmup from now.
func (s *schedule) resume(now time.Time, warmup time.Duration) {
	s.paused = false
	s.due(now.Add(s.uniform(warmup)))
}

func (s *schedule) restart(now time.Time, out []output) []output {
	s.follow(now)
	return s.start(now, out)
}

func (s *schedule) start(now time.Time, out []output) []output {
	s.started, s.limit, s.lost, s.skipped = now, now.Add(s.timeout+overdueAfter), 0, 0
	return append(out, output{kind: outputStart})
}

func (s *schedule) skip(out []output) []output {
	s.skipped++
	return append(out, output{kind: outputSkip})
}

func (s *schedule) judge(now time.Time, r Result, out []output) []output {
	if r.Reason == "" {
		r.Reason = ReasonFailed
		if r.OK {
			r.Reason = ReasonOK
		}
	}
	if r.Reason == ReasonLocal || r.Reason == ReasonCanceled { // no verdict
		if !s.confirm.IsZero() && !now.Before(s.confirm) {
			s.confirm = s.next // not confirmed: the next check may
		}
		return append(out, output{kind: outputJudge, result: r, from: s.state, to: s.state})
	}
	from := s.state
	s.reach(now, s.counter.add(r.OK))
	return append(out, output{kind: outputJudge, result: r, from: from, to: s.state})
}

// reach changes the state to what the counter says once that has lasted its
// delay.
func (s *schedule) reach(now time.Time, to State) {
	delay := s.fallDelay
	if to == Up {
		delay = s.riseDelay
	}
	if to != s.state && s.state != Unknown && delay > 0 {
		if s.confirm.IsZero() {
			s.confirm = now.Add(delay)
		}
		if now.Before(s.confirm) {
			return
		}
	}
	s.state, s.confirm = to, time.Time{}
}

// excused is a failure that is our own: the answer may have been there in time.
func (s *schedule) excused(r Result) Result {
	r.Reason = ReasonLocal
	r.Detail = fmt.Sprintf("this process itself did not run for %v: %s", s.lost, r.Detail)
	return r
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
