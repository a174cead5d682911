package notify

import (
	"context"
	"log/slog"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/script"
)

const (
	// grace is how long a script that is stopped has between SIGTERM and
	// SIGKILL.
	grace = time.Second

	// holdup is how long a script may hold up those behind it. One that hangs
	// must not silence its instance for good; keepalived would not wait at all.
	holdup = 30 * time.Second
)

// runJob runs a script, and returns when it has ended, or has held up others for
// long enough: it then goes on beside them.
func (n *Notifier) runJob(j *job) {
	n.mu.Lock()
	ctx, timeout := n.ctx, n.rules.Timeout
	n.mu.Unlock()
	ended := make(chan struct{})
	n.running.Go(func() {
		defer close(ended)
		n.execute(ctx, timeout, j)
	})
	patience := time.NewTimer(n.holdup)
	defer patience.Stop()
	select {
	case <-ended:
	case <-patience.C:
		n.log.Warn(j.keyword+" script still runs: those behind it do not wait any longer", "instance", j.what.Name, "state", j.what.State, "after", n.holdup)
	}
}

// execute runs a script to its end. How it ends has no effect on the protocol.
func (n *Notifier) execute(ctx context.Context, timeout time.Duration, j *job) {
	// What a script prints is not kept: whatever it leaves running, such as a
	// server that it starts, would lose its standard output when it ends.
	c := script.Command{Argv: j.script.Argv, Shell: j.script.Shell, Secure: j.script.Secure, Discard: true, Env: j.what.environment()}
	log := n.log.With("instance", j.what.Name, "script", c.String(), "state", j.what.State)
	if j.script.User != "" {
		var err error
		if c.User, err = script.LookupIdentity(j.script.User, j.script.Group, j.script.Supplementary); err != nil {
			log.Warn(j.keyword+" script cannot be run", "err", err)
			return
		}
	}
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	r := script.Run(ctx, c, grace)
	if r.OK() {
		log.Debug(j.keyword+" script done", "duration", r.Duration)
	} else {
		log.Warn(j.keyword+" script "+r.String(), "duration", r.Duration)
	}
}

// Close waits until all scripts have ended. After patience it stops those that run
// and goes on with what is left, after as much again it drops that too.
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

// interrupt stops the scripts that run, and drops those that wait, if it has to.
func (n *Notifier) interrupt(drop bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if drop {
		for _, q := range n.queues {
			n.drop(q, slog.LevelWarn, "notify scripts are dropped: there is no time left", func(*job) bool { return true })
		}
	}
	n.stop()
	n.ctx, n.stop = context.WithCancel(context.Background())
}
