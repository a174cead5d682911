// Package notify runs the notify scripts of instances: one queue per instance,
// so that scripts run in the order of the transitions, and one at a time.
package notify

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/script"
)

// grace is how long a script that is stopped has between SIGTERM and SIGKILL.
const grace = time.Second

// Scripts are what an instance runs on transitions; nil entries run nothing.
type Scripts struct {
	// Master, Backup, Fault and Stop run with their own arguments only.
	Master, Backup, Fault, Stop *script.Command

	// Any runs after them on every transition, with type, name, state and
	// priority behind its own arguments (keepalived: notify).
	Any *script.Command
}

// Transition is what scripts are told.
type Transition struct {
	Type     string // INSTANCE
	Name     string
	State    string // MASTER, BACKUP, FAULT or STOP
	Priority uint8
}

// Notifier runs scripts. Make one with New.
type Notifier struct {
	log *slog.Logger
	ctx context.Context // of the scripts
	end context.CancelFunc

	mu      sync.Mutex
	scripts map[string]Scripts // by instance
	queues  map[string][]job   // of instances that have something to run
	running sync.WaitGroup
}

type job struct {
	command script.Command
	keyword string
	what    Transition
}

// New returns a notifier for the given instances. Nil discards the log.
func New(scripts map[string]Scripts, log *slog.Logger) *Notifier {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	n := &Notifier{log: log, scripts: scripts, queues: map[string][]job{}}
	n.ctx, n.end = context.WithCancel(context.Background())
	return n
}

// Has reports whether the instance has any script.
func (n *Notifier) Has(name string) bool { return n.scripts[name] != Scripts{} }

// Notify queues the scripts for a transition. It never blocks.
func (n *Notifier) Notify(t Transition) {
	s := n.scripts[t.Name]
	var jobs []job
	specific := map[string]*script.Command{"MASTER": s.Master, "BACKUP": s.Backup, "FAULT": s.Fault, "STOP": s.Stop}[t.State]
	if specific != nil {
		jobs = append(jobs, job{*specific, "notify_" + t.State, t})
	}
	if s.Any != nil {
		jobs = append(jobs, job{withArguments(*s.Any, t), "notify", t})
	}
	if len(jobs) == 0 {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	queue, busy := n.queues[t.Name]
	n.queues[t.Name] = append(queue, jobs...)
	if !busy {
		n.running.Add(1)
		go n.run(t.Name)
	}
}

// run empties an instance's queue.
func (n *Notifier) run(name string) {
	defer n.running.Done()
	for {
		n.mu.Lock()
		queue := n.queues[name]
		if len(queue) == 0 {
			delete(n.queues, name)
			n.mu.Unlock()
			return
		}
		j := queue[0]
		n.queues[name] = queue[1:]
		n.mu.Unlock()

		r := script.Run(n.ctx, j.command, grace)
		log := n.log.With("instance", j.what.Name, "script", j.command.String(), "state", j.what.State, "duration", r.Duration)
		if r.OK() {
			log.Debug(j.keyword + " script done")
			continue
		}
		// Its exit status has no effect on the protocol.
		log.Warn(j.keyword+" script "+r.String(), "output", r.Output)
	}
}

// Close waits until all queues are empty. When ctx ends before that, what runs
// is stopped and what is queued is dropped.
func (n *Notifier) Close(ctx context.Context) {
	defer n.end()
	done := make(chan struct{})
	go func() { n.running.Wait(); close(done) }()
	select {
	case <-done:
		return
	case <-ctx.Done():
	}
	n.mu.Lock()
	for name, queue := range n.queues {
		if len(queue) > 0 {
			n.log.Warn("notify scripts are dropped: there is no time left", "instance", name, "scripts", len(queue))
		}
		n.queues[name] = nil
	}
	n.mu.Unlock()
	n.end()
	<-done
}

func withArguments(c script.Command, t Transition) script.Command {
	args := []string{t.Type, t.Name, t.State, strconv.Itoa(int(t.Priority))}
	if c.Shell != "" {
		for _, a := range args {
			c.Shell += " '" + a + "'"
		}
		return c
	}
	c.Argv = append(append([]string(nil), c.Argv...), args...)
	return c
}
