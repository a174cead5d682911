// Package notify runs the notify scripts of instances: one queue per instance,
// so that scripts run in the order of the transitions, and one at a time.
package notify

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/internal/script"
)

const (
	// grace is how long a script that is stopped has between SIGTERM and
	// SIGKILL.
	grace = time.Second

	// longQueue is how many scripts may wait before it is worth a warning.
	longQueue = 8

	// Stop is the state that scripts are told when an instance leaves, and
	// Deleted when a reload removes it, if that is asked for.
	Stop    = "STOP"
	Deleted = "DELETED"
)

// Source is what changes its state.
type Source struct {
	Type string // INSTANCE or GROUP; VS or RS: a virtual or a real server
	Name string // of an RS, with that of its virtual server behind it
}

// server reports whether it has to do with servers instead of routers.
func (s Source) server() bool { return s.Type == "VS" || s.Type == "RS" }

// Transition is what scripts are told.
type Transition struct {
	Source
	State    string // MASTER, BACKUP, FAULT, STOP or DELETED; UP or DOWN of servers
	Priority uint8  // effective; 0 for a GROUP

	// What only the environment of scripts tells.
	From   string // the state before; empty: none
	Reason string
	Seq    uint64 // counts the transitions of the source

	// Removed says that the source is not configured any more: its scripts
	// before the last Update count.
	Removed bool
}

// environment tells a script what its arguments leave out.
func (t *Transition) environment() []string {
	if t.server() {
		return []string{"KEEPALIVED_TYPE=" + t.Type, "KEEPALIVED_NAME=" + t.Name, "KEEPALIVED_STATE=" + t.State, "KEEPALIVED_REASON=" + t.Reason}
	}
	return []string{
		"KEEPALIVED_TYPE=" + t.Type, "KEEPALIVED_NAME=" + t.Name, "KEEPALIVED_STATE=" + t.State,
		"KEEPALIVED_PREVIOUS_STATE=" + t.From, "KEEPALIVED_REASON=" + t.Reason,
		"KEEPALIVED_PRIORITY=" + strconv.Itoa(int(t.Priority)), "KEEPALIVED_SEQUENCE=" + strconv.FormatUint(t.Seq, 10),
	}
}

// Scripts are what runs on transitions; nil entries run nothing.
type Scripts struct {
	// Master, Backup, Fault, Stop and Deleted run with their own arguments only.
	Master, Backup, Fault, Stop, Deleted *check.ScriptConfig

	// Any runs after them on every transition, with type, name, state and
	// priority behind its own arguments (keepalived: notify).
	Any *check.ScriptConfig
}

// Notifier runs scripts. Make one with New.
type Notifier struct {
	log *slog.Logger

	mu      sync.Mutex
	scripts map[Source]Scripts
	before  map[Source]Scripts // the last Update
	queues  map[Source]*queue  // of those that have something to run
	running sync.WaitGroup
}

// queue is the scripts that a source has still to run.
type queue struct {
	jobs    []job
	current *Transition        // that the one which runs is for
	cancel  context.CancelFunc // of the one which runs
}

type job struct {
	script  check.ScriptConfig
	keyword string
	what    *Transition // one for all jobs of a transition
}

// New returns a notifier. A nil log discards.
func New(scripts map[Source]Scripts, log *slog.Logger) *Notifier {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Notifier{log: log, scripts: scripts, queues: map[Source]*queue{}}
}

// Has reports whether the source has any script.
func (n *Notifier) Has(s Source) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.scripts[s] != Scripts{}
}

// Update changes the scripts for what comes from now on. What is queued runs as it
// was.
func (n *Notifier) Update(scripts map[Source]Scripts) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.scripts, n.before = scripts, n.scripts
}

// Notify queues the scripts for a transition. It never blocks. When a source
// stops, transitions for which nothing has run yet are not worth telling any
// more.
func (n *Notifier) Notify(t Transition) { n.add(t, n.jobs(&t)) }

// Run queues one script, of the keyword that names it, without arguments besides
// its own: notify_up and its like.
func (n *Notifier) Run(t Transition, keyword string, s check.ScriptConfig) {
	n.add(t, []job{{s, keyword, &t}})
}

func (n *Notifier) add(t Transition, jobs []job) {
	n.mu.Lock()
	defer n.mu.Unlock()
	q := n.queues[t.Source]
	if q != nil && t.State == Stop {
		outdated := func(j job) bool { return j.what != q.current }
		if slices.ContainsFunc(q.jobs, outdated) {
			n.log.Info("notify scripts for what is past are dropped: it stops", "instance", t.Name)
		}
		q.jobs = slices.DeleteFunc(q.jobs, outdated)
	}
	if len(jobs) == 0 {
		return
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

func (n *Notifier) jobs(t *Transition) (jobs []job) {
	n.mu.Lock()
	s := n.scripts[t.Source]
	if before, ok := n.before[t.Source]; ok && t.Removed {
		s = before
	}
	n.mu.Unlock()
	specific := map[string]*check.ScriptConfig{"MASTER": s.Master, "BACKUP": s.Backup, "FAULT": s.Fault, Stop: s.Stop, Deleted: s.Deleted}[t.State]
	if specific != nil {
		jobs = append(jobs, job{*specific, "notify_" + strings.ToLower(t.State), t})
	}
	if s.Any != nil {
		jobs = append(jobs, job{withArguments(*s.Any, t), "notify", t})
	}
	return jobs
}

// run empties a queue.
func (n *Notifier) run(source Source, q *queue) {
	defer n.running.Done()
	n.mu.Lock()
	defer n.mu.Unlock()
	for len(q.jobs) > 0 {
		j := q.jobs[0]
		q.jobs = q.jobs[1:]
		ctx, cancel := context.WithCancel(context.Background())
		q.current, q.cancel = j.what, cancel
		n.mu.Unlock()
		n.execute(ctx, j)
		cancel()
		n.mu.Lock()
	}
	delete(n.queues, source)
}

// execute runs one script. How it ends has no effect on the protocol.
func (n *Notifier) execute(ctx context.Context, j job) {
	// What a script prints is not kept: whatever it leaves running, such as a
	// server that it starts, would lose its standard output when it ends.
	c := script.Command{Argv: j.script.Argv, Shell: j.script.Shell, Discard: true, Env: j.what.environment()}
	log := n.log.With("instance", j.what.Name, "script", c.String(), "state", j.what.State)
	if j.script.User != "" {
		var err error
		if c.User, err = script.LookupIdentity(j.script.User, j.script.Group, j.script.Supplementary); err != nil {
			log.Warn(j.keyword+" script cannot be run", "err", err)
			return
		}
	}
	r := script.Run(ctx, c, grace)
	if r.OK() {
		log.Debug(j.keyword+" script done", "duration", r.Duration)
	} else {
		log.Warn(j.keyword+" script "+r.String(), "duration", r.Duration)
	}
}

// Close waits until all queues are empty. After patience it stops what runs and
// goes on with what is left, after as much again it drops that too.
func (n *Notifier) Close(patience time.Duration) {
	done := make(chan struct{})
	go func() { n.running.Wait(); close(done) }()
	for _, drop := range []bool{false, true} {
		select {
		case <-done:
			return
		case <-time.After(patience):
			n.interrupt(drop)
		}
	}
	<-done
}

// interrupt stops the scripts that run.
func (n *Notifier) interrupt(drop bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for source, q := range n.queues {
		if drop && len(q.jobs) > 0 {
			n.log.Warn("notify scripts are dropped: there is no time left", "instance", source.Name, "scripts", len(q.jobs))
			q.jobs = nil
		}
		if q.cancel != nil {
			q.cancel()
		}
	}
}

func withArguments(c check.ScriptConfig, t *Transition) check.ScriptConfig {
	args := []string{t.Type, t.Name, t.State, strconv.Itoa(int(t.Priority))}
	if c.Shell == "" {
		c.Argv = slices.Concat(c.Argv, args)
		return c
	}
	for _, a := range args {
		c.Shell += " '" + strings.ReplaceAll(a, "'", `'\''`) + "'"
	}
	return c
}
