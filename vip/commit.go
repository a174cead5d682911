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

type commit struct {
	changes []Change
	errs    []error
	done    bool
}

func newCommitter(k Kernel) *committer {
	c := &committer{kernel: k, free: make(chan struct{}, 1)}
	c.free <- struct{}{}
	return c
}

// apply makes changes behind all that were handed in before, and returns their
// errors by position, or nil.
func (c *committer) apply(changes []Change) []error {
	if len(changes) == 0 {
		return nil
	}
	mine := &commit{changes: changes}
	c.mu.Lock()
	c.queue = append(c.queue, mine)
	c.mu.Unlock()

	<-c.free
	defer func() { c.free <- struct{}{} }()
	if mine.done {
		return mine.errs
	}
	c.mu.Lock()
	batch := c.queue
	c.queue = nil
	c.mu.Unlock()

	all := changes
	if len(batch) > 1 {
		all = nil
		for _, p := range batch {
			all = append(all, p.changes...)
		}
	}
	errs := c.kernel.Apply(all)
	for _, p := range batch {
		if n := len(p.changes); errs != nil {
			p.errs, errs = errs[:n], errs[n:]
		}
		p.done = true
	}
	return mine.errs
}
