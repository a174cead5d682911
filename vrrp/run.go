package vrrp

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Run runs the host until ctx is done. All masters then hand over: they
// advertise priority 0, release what they hold, and report it; Run returns when
// that is done. It returns nil, or what could not be released, or an error that
// names the owners that neither answered within their OwnerTimeout nor ended
// when their context was cancelled: their goroutines are left behind. It can be
// called once, and closes the host's network.
func (h *Host) Run(ctx context.Context) error {
	callCtx, cancelCalls := context.WithCancel(context.WithoutCancel(ctx))
	defer cancelCalls()
	watchCtx, cancelWatchers := context.WithCancel(ctx)
	defer cancelWatchers()
	if err := h.begin(watchCtx, callCtx); err != nil {
		return err
	}
	defer h.queue.Start()()
	unhook := context.AfterFunc(ctx, h.network.Wake)
	defer unhook()
	h.loop(ctx)

	cancelWatchers()
	h.watchers.Wait()
	err := errors.Join(h.reap(cancelCalls), h.network.Close())
	h.mu.Lock()
	h.closeChannels()
	h.mu.Unlock()
	return err
}

func (h *Host) begin(watchCtx, callCtx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.network == nil:
		return errNoNetwork
	case h.phase != waiting:
		return errors.New("vrrp: a host runs only once, and not after Close")
	}
	h.phase, h.watchCtx, h.callCtx = running, watchCtx, callCtx
	return nil
}

// closeChannels ends all channels, and all calls of Close. Called with mu held.
func (h *Host) closeChannels() {
	h.events.Close()
	h.conflicts.Close()
	h.incidents.Close()
	for _, g := range h.groups {
		g.events.Close()
	}
	for _, r := range h.routers {
		r.events.Close()
		r.conflictTopic.Close()
		r.incidents.Close()
		close(r.gone)
	}
}

// startNew lets routers take part that have been added. Called with mu held.
func (h *Host) startNew() {
	h.tellInterfaces()
	for _, r := range h.added {
		r.link.refresh()
		r.setLink(r.link.state)
		h.handle(Input{Kind: InputStart, ID: r.id})
		if r.owner != nil && r.owner.trouble != nil {
			var ctx context.Context
			ctx, r.owner.stopWatch = context.WithCancel(h.watchCtx)
			h.watchers.Add(1)
			go r.owner.watch(ctx)
		}
	}
	if len(h.added) == 0 && !h.stale {
		return
	}
	h.added, h.stale = nil, false
	// Addresses that others send from may have turned out to be virtual.
	for _, r := range h.routers {
		r.setLink(r.link.state)
	}
}

// loop turns until ctx is done and every router has left.
func (h *Host) loop(ctx context.Context) {
	var ready []Link
	var renewals []Owner
	var until, quiet time.Time
	// Links that came up since they were opened must not begin as down.
	h.network.Wake()
	ready = h.network.Wait(time.Time{}, time.Time{}, ready)
	for {
		h.mu.Lock()
		if ctx.Err() == nil {
			h.startNew()
		}
		for _, l := range ready {
			h.drain(l)
		}
		if ctx.Err() != nil && h.phase == running {
			h.phase = stopping
			for _, r := range h.routers {
				h.handle(Input{Kind: InputStop, ID: r.id})
			}
		}
		h.counters.Turns++
		now := time.Now()
		if !until.IsZero() && !now.Before(until) {
			h.counters.Late.observe(now.Sub(until))
		}
		h.noticeStall(until, now)
		until, quiet = h.turn(now)
		h.bury()
		over := h.phase == stopping && h.left()
		if over {
			h.phase = ended
		}
		renewals, h.renewals = h.renewals, renewals[:0]
		h.mu.Unlock()
		sendRenewals(renewals)
		if over {
			return
		}
		ready = h.network.Wait(until, quiet, ready[:0])
	}
}

// noticeStall tells the backups that the host has not run for a while; masters
// see by their own timers. Called with mu held, when all that has arrived
// meanwhile has been heard.
func (h *Host) noticeStall(until, now time.Time) {
	if until.IsZero() || now.Sub(until) < watchEvery {
		return
	}
	for _, r := range h.routers {
		h.handle(Input{Kind: InputStall, ID: r.id, Late: now.Sub(until)})
	}
}

// left reports whether every router has left and said so.
func (h *Host) left() bool {
	for _, r := range h.routers {
		if st := h.set.Status(r.id); st.State != Init || st.Pending {
			return false
		}
	}
	return true
}

// reap waits for the owners' calls, and cancels those that take too long.
func (h *Host) reap(cancel context.CancelFunc) error {
	patience := DefaultOwnerTimeout
	for _, r := range h.routers {
		patience = max(patience, r.cfg.OwnerTimeout)
	}
	if !waitFor(&h.calls, patience) {
		cancel()
		waitFor(&h.calls, patience)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	var errs []error
	for _, r := range h.routers {
		if r.owner == nil {
			continue
		}
		if r.owner.current.set {
			errs = append(errs, fmt.Errorf("vrrp: the owner of router %s ignores its context: its call to %s goes on",
				r.cfg.Name, callName(r.owner.current.kind)))
		}
		errs = append(errs, r.owner.held)
	}
	return errors.Join(errs...)
}

// waitFor reports whether wg is done within the given time.
func waitFor(wg *sync.WaitGroup, patience time.Duration) bool {
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case <-done:
		return true
	case <-t.C:
		return false
	}
}
