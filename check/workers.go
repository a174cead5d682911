package check

import "sync"

// maxIdle is how many goroutines wait for checks to make.
const maxIdle = 256

// workers are the goroutines of a Group that make its checks, guarded by its
// mutex. One that has made a check makes the next that is due; and while there
// are more, one other worker is always on its way to take them. So checks that
// are over at once need few goroutines, and one that hangs delays none.
type workers struct {
	due     []*Runner // whose checks are to be made, from taken on
	taken   int
	wake    *sync.Cond
	coming  int // how many are on their way
	idle    int // how many wait; who wakes one counts it as coming
	stopped bool
}

// make has a check made.
func (g *Group) make(r *Runner) {
	g.workers.due = append(g.workers.due, r)
	g.call()
}

// call gets a worker on its way, if one is needed.
func (g *Group) call() {
	w := &g.workers
	switch {
	case w.taken == len(w.due) || w.coming > 0:
		return
	case w.idle > 0:
		w.idle--
		w.wake.Signal()
	default:
		g.busy++
		go g.work()
	}
	w.coming++
}

// take returns a runner whose check is due, or nil.
func (w *workers) take() *Runner {
	if w.taken == len(w.due) {
		return nil
	}
	r := w.due[w.taken]
	w.due[w.taken] = nil
	if w.taken++; w.taken == len(w.due) {
		w.due, w.taken = w.due[:0], 0
	}
	return r
}

// work makes checks until there are no more, and enough others wait for some.
func (g *Group) work() {
	w := &g.workers
	g.mu.Lock()
	for w.coming--; ; {
		if r := w.take(); r != nil {
			g.call()
			asked := r.asked
			g.unlock()
			result := r.ask(asked)
			g.mu.Lock()
			r.checked(result)
			continue
		}
		if len(g.told) > 0 { // before the next check, which may be long in coming
			g.unlock()
			g.mu.Lock()
			continue
		}
		if w.stopped || w.idle == maxIdle {
			break
		}
		w.idle++
		w.wake.Wait()
		w.coming--
	}
	g.left()
	g.unlock()
}

// dismiss ends the workers that wait, and others when they have nothing to do.
func (w *workers) dismiss() {
	w.stopped = true
	w.coming += w.idle
	w.idle = 0
	w.wake.Broadcast()
}
