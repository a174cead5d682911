package check

import (
	"context"
	"time"
)

// begin starts a runner.
func (g *Group) begin(r *Runner, now time.Time) {
	r.ctx, r.end = context.WithCancel(g.ctx)
	if w, ok := r.cfg.Checker.(Watcher); ok {
		g.busy++
		go r.watch(r.ctx, w)
	}
	r.schedule.begin(now, r.cfg.Warmup)
	g.carryOut(r, now, r.schedule.tick(now, nil))
}

// tick does what is due and returns when to be called again; zero: not before
// somebody wakes Run.
func (g *Group) tick() time.Time {
	g.mu.Lock()
	defer g.unlock()
	now := time.Now()
	g.excuse(now)
	var out []output
	for len(g.queue) > 0 && !g.queue.first().After(now) {
		r := g.queue[0].runner
		out = r.schedule.tick(now, out[:0])
		g.carryOut(r, now, out)
	}
	if g.next = g.queue.first(); !g.next.IsZero() {
		if g.running > 0 {
			g.next = earlier(g.next, now.Add(pulse))
		}
		if soon := now.Add(g.gather); g.next.Before(soon) {
			g.next = soon
		}
	}
	return g.next
}

// excuse finds out whether our process did not run: Run was not woken in time.
// The checks that run are not to blame for what they could not do meanwhile.
func (g *Group) excuse(now time.Time) {
	if g.next.IsZero() {
		return
	}
	late := now.Sub(g.next)
	if late <= punctual {
		return
	}
	g.next = now
	for r := range g.runners {
		r.schedule.stalled(now, late)
		g.enqueue(r)
	}
}

// carryOut does what the runner's schedule wants done.
func (g *Group) carryOut(r *Runner, now time.Time, out []output) {
	skipped := false
	for _, o := range out {
		switch o.kind {
		case outputStart:
			r.snapshot.Runs++
			g.running++
			r.asked = &asking{runner: r.ctx, until: now.Add(r.cfg.Timeout)}
			g.make(r)
		case outputSkip:
			r.snapshot.Skipped++
			skipped = true
		case outputJudge:
			last := r.snapshot.Last.Reason
			e := r.judged(now, o)
			r.events.Publish(e)
			if e.Changed() {
				g.changes.Publish(e)
			}
			if e.From != e.To || e.Result.Reason == ReasonLocal && last != ReasonLocal {
				g.told = append(g.told, told{event: e})
			}
		}
	}
	if skipped && r.schedule.skipped == 1 {
		g.told = append(g.told, told{skipped: true, event: Event{Runner: r, At: r.schedule.started}})
	}
	r.snapshot.Started, r.snapshot.Overdue = r.schedule.started, r.schedule.overdue
	g.enqueue(r)
}

// enqueue puts the runner where its deadline belongs.
func (g *Group) enqueue(r *Runner) {
	at := r.schedule.deadline()
	if g.ctx != nil {
		g.queue.set(r, at)
	}
	if !at.IsZero() && (g.next.IsZero() || at.Before(g.next)) {
		select {
		case g.wake <- struct{}{}:
		default:
		}
	}
}

// leave counts a goroutine that ends and has nothing more to tell.
func (g *Group) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.left()
}

// left is leave for who has the mutex.
func (g *Group) left() {
	g.busy--
	if g.ended && g.busy == 0 {
		close(g.gone)
	}
}

// unlock releases the mutex, and then tells what is for the logs: a logger may
// be slow.
func (g *Group) unlock() {
	list := g.told
	g.told = nil
	g.mu.Unlock()
	for _, t := range list {
		t.log()
	}
}

// told is something for a log: a change, or that a check was skipped, because of
// one that runs since event.At.
type told struct {
	skipped bool
	event   Event
}

func (t told) log() {
	e := t.event
	log := e.Runner.cfg.Logger.With("check", e.Runner.cfg.Name)
	switch {
	case t.skipped:
		log.Warn("check skipped, the one before is still running", "since", e.At)
	case e.From == e.To:
		log.Warn("check cannot be made, the state stays", "state", e.To, "detail", e.Result.Detail)
	default:
		log.Info("check changed", "from", e.From, "to", e.To,
			"reason", e.Result.Reason, "detail", e.Result.Detail, "output", e.Result.Output)
	}
}
