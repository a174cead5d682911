package vip

import "sync"

// committer carries changes to the kernel. What several Sets want at the same
// time goes in one batch: whoever finds the kernel free takes along all that
// wait, so that a thousand routers that become master at once cost a few
// exchanges, and a single one pays for no hand-over between goroutines.
type committer struct {
	kernel Kernel
	free   chan struct{} // holds a token while no batch is under way

	mu    sync.Mutex
	queue []*commit
}

// commit is what one caller wants, and once it is done, how that went.
type commit struct {
	changes []Change
	errs    []error       // by position, or nil
	crowd   bool          // others' changes were in the same batch
	done    chan struct{} // closed by the caller who took it along
}

func newCommitter(k Kernel) *committer {
	c := &committer{kernel: k, free: make(chan struct{}, 1)}
	c.free <- struct{}{}
	return c
}

// apply makes changes behind all that were handed in before, and returns their
// errors by position, or nil.
func (c *committer) apply(changes []Change) []error { return c.join(changes).errs }

// join is apply that also tells whether there was a crowd.
func (c *committer) join(changes []Change) *commit {
	mine := &commit{changes: changes}
	if len(changes) == 0 {
		return mine
	}
	mine.done = make(chan struct{})
	c.mu.Lock()
	c.queue = append(c.queue, mine)
	c.mu.Unlock()

	select {
	case <-mine.done:
		return mine
	case <-c.free:
	}
	c.mu.Lock()
	batch := c.queue
	c.queue = nil
	c.mu.Unlock()
	c.carry(batch)
	// The next batch need not wait until all these have heard.
	c.free <- struct{}{}
	for _, p := range batch {
		close(p.done)
	}
	<-mine.done // by somebody before us, if it was not in the batch
	return mine
}

// carry makes all changes of a batch in one go.
func (c *committer) carry(batch []*commit) {
	var all []Change
	switch len(batch) {
	case 0:
		return
	case 1:
		all = batch[0].changes
	default:
		for _, p := range batch {
			all = append(all, p.changes...)
		}
	}
	errs := c.kernel.Apply(all)
	for _, p := range batch {
		if len(batch) > 1 {
			all = all[copy(p.changes, all):] // with what the kernel has filled in
		}
		p.crowd = len(batch) > 1
		if n := len(p.changes); errs != nil {
			p.errs, errs = errs[:n], errs[n:]
		}
	}
}
