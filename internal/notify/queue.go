package notify

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
)

// longQueue is how many scripts may wait before it is worth a warning.
const longQueue = 8

// Notifier runs scripts. Make one with New.
type Notifier struct {
	log    *slog.Logger
	holdup time.Duration // how long a script may hold up those behind it

	mu      sync.Mutex
	rules   Rules
	before  map[Source]Scripts // those before the last Update
	queues  map[Source]*queue  // of those that have something to run
	ctx     context.Context    // of what runs
	stop    context.CancelFunc // ends it
	running sync.WaitGroup     // queues, and scripts that those have left behind
}

// queue is the scripts that a source has still to run.
type queue struct {
	jobs    []*job
	current *job // which runs; nil before the first
}

// job is a script to be run.
type job struct {
	what    *Transition // one for all jobs of a transition
	keyword string
	script  check.ScriptConfig
	after   []*job        // what has to end before, of other queues
	done    chan struct{} // closed when nobody has to wait for it any more
}

func newJob(t *Transition, keyword string, s check.ScriptConfig) *job {
	return &job{what: t, keyword: keyword, script: s, done: make(chan struct{})}
}

// New returns a notifier, which has no scripts before Update. A nil log discards.
func New(log *slog.Logger) *Notifier {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	n := &Notifier{log: log, holdup: holdup, queues: map[Source]*queue{}}
	n.ctx, n.stop = context.WithCancel(context.Background())
	return n
}

// Has reports whether the source has any script.
func (n *Notifier) Has(s Source) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.rules.Scripts[s] != Scripts{}
}

// Update changes the rules for what comes from now on. What is queued runs as it
// was.
func (n *Notifier) Update(r Rules) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.before, n.rules = n.rules.Scripts, r
}

// Notify queues the scripts for a transition. It never blocks. When a source
// stops, transitions for which nothing has run yet are not worth telling any
// more.
func (n *Notifier) Notify(t Transition) {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.rules.Scripts[t.Source]
	if before, ok := n.before[t.Source]; ok && t.Removed {
		s = before
	}
	n.add(&t, s.of(&t))
}

// Run queues one script, of the keyword that names it, without arguments besides
// its own: notify_up and its like. It never blocks.
func (n *Notifier) Run(t Transition, keyword string, s check.ScriptConfig) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.add(&t, []*job{newJob(&t, keyword, s)})
}

// add queues the jobs of a transition. Called with n.mu held.
func (n *Notifier) add(t *Transition, jobs []*job) {
	q := n.queues[t.Source]
	if q != nil && (t.State == Stop || n.rules.Latest) {
		n.drop(q, slog.LevelInfo, "notify scripts for what is past are dropped: there is news", func(j *job) bool { return q.current == nil || j.what != q.current.what })
	}
	if len(jobs) == 0 {
		return
	}
	for _, m := range n.rules.Members[t.Source] {
		if q := n.queues[m]; q != nil {
			jobs[0].after = append(jobs[0].after, q.last())
		}
	}
	if q == nil {
		q = &queue{}
		n.queues[t.Source] = q
		n.running.Add(1)
		go n.run(t.Source, q)
	}
	q.jobs = append(q.jobs, jobs...)
	if len(q.jobs) == longQueue {
		n.log.Warn("notify scripts are slower than the transitions", "instance", t.Name, "waiting", len(q.jobs))
	}
}

// last returns what ends the queue as it is now.
func (q *queue) last() *job {
	if len(q.jobs) > 0 {
		return q.jobs[len(q.jobs)-1]
	}
	return q.current
}

// drop takes jobs that have not begun from a queue. Called with n.mu held.
func (n *Notifier) drop(q *queue, level slog.Level, why string, which func(*job) bool) {
	dropped, name := 0, ""
	q.jobs = slices.DeleteFunc(q.jobs, func(j *job) bool {
		if !which(j) {
			return false
		}
		dropped, name = dropped+1, j.what.Name
		close(j.done)
		return true
	})
	if dropped > 0 {
		n.log.Log(context.Background(), level, why, "instance", name, "scripts", dropped)
	}
}

// run empties a queue.
func (n *Notifier) run(source Source, q *queue) {
	defer n.running.Done()
	n.mu.Lock()
	defer n.mu.Unlock()
	for len(q.jobs) > 0 {
		j := q.jobs[0]
		q.jobs, q.current = q.jobs[1:], j
		n.mu.Unlock()
		for _, a := range j.after {
			<-a.done
		}
		n.runJob(j)
		close(j.done)
		n.mu.Lock()
	}
	delete(n.queues, source)
}
