package vrrp

import "context"

// caller makes an Owner's calls: one at a time, the newest wish wins. Its
// goroutine exists only while there is something to call. All fields are
// guarded by the host's mutex.
type caller struct {
	owner  Owner
	router *Router

	current wish // being called
	next    wish // to be called after it
	cancel  context.CancelFunc
}

// wish is a call to make; the zero value is none.
type wish struct {
	set  bool
	kind OutputKind // OutputAcquire, OutputRelease, OutputAnnounce
	gen  uint32
}

// want asks for a call. It never blocks.
func (c *caller) want(kind OutputKind, gen uint32) {
	if kind == OutputAnnounce && c.next.set {
		return // an acquisition to come announces by itself
	}
	c.next = wish{true, kind, gen}
	switch {
	case !c.current.set:
		c.current, c.next, c.cancel = c.next, wish{}, func() {} // until run has begun there is no call to cancel
		c.router.host.calls.Add(1)
		go c.run()
	case kind != OutputAnnounce:
		c.cancel()
	}
}

func (c *caller) run() {
	h := c.router.host
	defer h.calls.Done()
	h.mu.Lock()
	defer h.mu.Unlock()
	for c.current.set {
		w := c.current
		ctx, cancel := context.WithCancel(h.callCtx)
		c.cancel = cancel
		h.mu.Unlock()
		err := c.call(ctx, w.kind)
		overtaken := ctx.Err() != nil
		cancel()
		h.mu.Lock()
		if err != nil && !overtaken {
			c.router.counters.OwnerErrors++
			c.router.log.Error("the owner failed", "call", callName(w.kind), "err", err)
		}
		if w.kind != OutputAnnounce {
			h.input(Input{Kind: InputOwner, ID: c.router.id, Gen: w.gen, Err: err})
		}
		c.current, c.next = c.next, wish{}
	}
}

func (c *caller) call(ctx context.Context, kind OutputKind) error {
	switch kind {
	case OutputAcquire:
		return c.owner.Acquire(ctx)
	case OutputRelease:
		return c.owner.Release(ctx)
	default:
		return c.owner.Announce(ctx)
	}
}

func callName(kind OutputKind) string {
	return map[OutputKind]string{OutputAcquire: "acquire", OutputRelease: "release", OutputAnnounce: "announce"}[kind]
}

// watch logs and counts what the owner notices by itself, until ctx is done.
func (c *caller) watch(ctx context.Context) {
	h := c.router.host
	defer h.watchers.Done()
	for {
		select {
		case <-ctx.Done():
			return
		case err, ok := <-c.owner.Trouble():
			if !ok {
				return
			}
			h.mu.Lock()
			c.router.counters.OwnerErrors++
			h.mu.Unlock()
			c.router.log.Warn("trouble with what the master holds", "err", err)
		}
	}
}
