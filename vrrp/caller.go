package vrrp

import (
	"context"
	"fmt"
)

// caller makes an Owner's calls: one at a time, the newest wish wins. Its
// goroutine exists only while there is something to call. All fields but owner,
// router and trouble are guarded by the host's mutex.
type caller struct {
	owner   Owner
	router  *Router
	trouble <-chan error

	current wish               // being called, or about to be
	ctx     context.Context    // of current
	cancel  context.CancelFunc // of ctx
	next    wish               // to be called after it
	held    error              // what the last Release could not give back
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
		c.advance()
		c.router.host.calls.Add(1)
		go c.run()
	case kind != OutputAnnounce:
		c.cancel()
	}
}

// advance makes the next wish the current one.
func (c *caller) advance() {
	c.current, c.next = c.next, wish{}
	if c.current.set {
		c.ctx, c.cancel = context.WithCancel(c.router.host.callCtx)
	}
}

func (c *caller) run() {
	h := c.router.host
	defer h.calls.Done()
	h.mu.Lock()
	defer h.mu.Unlock()
	for c.current.set {
		w, ctx, cancel := c.current, c.ctx, c.cancel
		var err error
		// What was overtaken before it began is skipped. Giving back never is.
		if ctx.Err() == nil || w.kind == OutputRelease {
			h.mu.Unlock()
			err = c.call(ctx, w.kind)
			h.mu.Lock()
		}
		overtaken := c.next.set && c.next.kind != OutputAnnounce
		cancel()
		if w.kind != OutputAnnounce {
			c.held = nil
		}
		if err != nil && !overtaken {
			c.failed(w.kind, err)
		}
		if w.kind != OutputAnnounce {
			h.input(Input{Kind: InputOwner, ID: c.router.id, Gen: w.gen, Err: err})
		}
		c.advance()
	}
}

// failed notes that a call that was still wanted has failed.
func (c *caller) failed(kind OutputKind, err error) {
	c.router.counters.OwnerErrors++
	c.router.log.Error("cannot "+callName(kind)+" what the master holds", "err", err)
	if kind == OutputRelease {
		c.held = fmt.Errorf("vrrp: router %s: release: %w", c.router.cfg.Name, err)
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
		case err, ok := <-c.trouble:
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
