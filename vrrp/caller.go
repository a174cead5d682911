package vrrp

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
)

// caller makes an Owner's calls: one at a time, the newest wish wins. Its
// goroutine exists only while there is something to call. All fields but owner,
// router and trouble are guarded by the host's mutex.
type caller struct {
	owner   Owner
	router  *Router
	trouble <-chan error

	stopWatch context.CancelFunc // nil before it begins

	current wish  // being called
	next    wish  // to be called after it
	held    error // what the last Release could not give back
}

// wish is a call to make; the zero value is none.
type wish struct {
	set    bool
	kind   OutputKind // OutputAcquire, OutputRelease, OutputAnnounce
	gen    uint32
	ctx    context.Context
	cancel context.CancelFunc
}

// want asks for a call. It never blocks.
func (c *caller) want(kind OutputKind, gen uint32) {
	if kind == OutputAnnounce && c.next.set {
		return // an acquisition to come announces by itself
	}
	c.next = wish{set: true, kind: kind, gen: gen}
	switch {
	case !c.current.set:
		c.advance()
		c.router.host.calls.Add(1)
		go c.run(c.current)
	case kind != OutputAnnounce:
		c.current.cancel()
	}
}

// advance makes the next wish the current one.
func (c *caller) advance() {
	c.current, c.next = c.next, wish{}
	if w := &c.current; w.set {
		w.ctx, w.cancel = context.WithCancel(c.router.host.callCtx)
	}
}

// run calls until nothing is wanted any more. It begins without the host's
// mutex: a new master's addresses need not wait for the end of the turn.
func (c *caller) run(w wish) {
	defer c.router.host.calls.Done()
	for w.set {
		var err error
		// What was overtaken before it began is skipped. Giving back never is.
		if w.ctx.Err() == nil || w.kind == OutputRelease {
			err = c.call(w)
		}
		w = c.answered(w, err)
	}
}

// answered tells the router how a call went, and returns the next.
func (c *caller) answered(w wish, err error) (next wish) {
	h := c.router.host
	h.mu.Lock()
	defer h.mu.Unlock()
	overtaken := c.next.set && c.next.kind != OutputAnnounce
	w.cancel()
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
	return c.current
}

// failed notes that a call that was still wanted has failed.
func (c *caller) failed(kind OutputKind, err error) {
	c.router.counters.OwnerErrors++
	c.router.log.Error("cannot "+callName(kind)+" what the master holds", "err", err)
	if kind == OutputRelease {
		c.held = fmt.Errorf("vrrp: router %s: release: %w", c.router.cfg.Name, err)
	}
}

// call makes the owner's call. One that panics has failed: the other routers of
// the host go on.
func (c *caller) call(w wish) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("vrrp: the owner panicked: %v\n%s", p, debug.Stack())
		}
	}()
	switch w.kind {
	case OutputAcquire:
		return c.owner.Acquire(w.ctx)
	case OutputRelease:
		return c.owner.Release(w.ctx)
	default:
		return c.owner.Announce(w.ctx)
	}
}

func callName(kind OutputKind) string {
	return map[OutputKind]string{OutputAcquire: "acquire", OutputRelease: "release", OutputAnnounce: "announce"}[kind]
}

// watch hears what the owner notices by itself, until ctx is done.
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
			c.troubled(err)
		}
	}
}

// troubled logs and counts what the owner has noticed, and acts on it.
func (c *caller) troubled(err error) {
	h := c.router.host
	h.mu.Lock()
	defer h.mu.Unlock()
	c.router.counters.OwnerErrors++
	c.router.log.Warn("trouble with what the master holds", "err", err)
	var rival interface{ Contested() bool }
	var tired interface{ Yield() bool }
	switch {
	case errors.As(err, &tired) && tired.Yield():
		h.input(Input{Kind: InputYield, ID: c.router.id})
	case errors.As(err, &rival) && rival.Contested():
		h.input(Input{Kind: InputContest, ID: c.router.id})
	}
}
