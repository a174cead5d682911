package vrrp

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/broadcast"
)

// GroupConfig describes a [Group].
type GroupConfig struct {
	// Name appears in logs and events.
	Name string

	// Trackers count for all members; see [Group.Track].
	Trackers []Tracker
}

// Group is a sync group: routers that change their state together. They become
// master once all of them would, all yield when one does, and all are in Fault
// when one is. A tracker of any member counts for all members, and once where
// several have one of that name; the group's own comes before theirs.
// keepalived: vrrp_sync_group, which drops weights unless it has
// sync_group_tracking_weight.
//
// Routers join with Config.Sync. All methods may be called from any goroutine at
// any time.
type Group struct {
	host   *Host
	name   atomic.Pointer[string]
	id     GroupID
	events *broadcast.Topic[Event]

	// Guarded by host.mu.
	trackers []Tracker
	seq      uint64
	closed   bool
}

// AddGroup adds a group without members.
func (h *Host) AddGroup(cfg GroupConfig) (*Group, error) {
	if h.network == nil {
		return nil, errNoNetwork
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.phase > running {
		return nil, ErrStopped
	}
	g := &Group{host: h, trackers: slices.Clone(cfg.Trackers), events: newTopic()}
	id, err := h.set.AddGroup(GroupParams{Trackers: g.trackers})
	if err != nil {
		return nil, fmt.Errorf("vrrp: group %s: %w", cfg.Name, err)
	}
	g.id = id
	if err := h.canFollow(g.trackers); err != nil {
		return nil, errors.Join(fmt.Errorf("vrrp: group %s: %w", cfg.Name, err), h.set.RemoveGroup(id))
	}
	h.follow(g.trackers)
	g.name.Store(&cfg.Name)
	h.groups[id] = g
	return g, nil
}

// Name returns the group's name.
func (g *Group) Name() string { return *g.name.Load() }

// State returns the state that all members had when they last changed together.
func (g *Group) State() State {
	g.host.mu.Lock()
	defer g.host.mu.Unlock()
	return g.host.set.Group(g.id).State
}

// Seq returns the number of the group's last event, 0 before the first.
func (g *Group) Seq() uint64 {
	g.host.mu.Lock()
	defer g.host.mu.Unlock()
	return g.seq
}

// Events returns a new channel of the group's changes, as [Router.Events] does
// for a router. Each comes behind those of all members.
func (g *Group) Events() <-chan Event { return g.events.Subscribe() }

// Update replaces name and trackers; those that stay keep their states by name.
// It fails where [GroupParams.Validate] does, and has changed nothing then.
func (g *Group) Update(cfg GroupConfig) error {
	if err := (GroupParams{Trackers: cfg.Trackers}).Validate(); err != nil {
		return fmt.Errorf("vrrp: group %s: %w", cfg.Name, err)
	}
	g.host.mu.Lock()
	defer g.host.mu.Unlock()
	if err := g.host.canFollow(cfg.Trackers); err != nil {
		return fmt.Errorf("vrrp: group %s: %w", cfg.Name, err)
	}
	g.name.Store(&cfg.Name)
	g.commit(slices.Clone(cfg.Trackers))
	return nil
}

// commit hands the trackers to the set. Called with host.mu held.
func (g *Group) commit(trackers []Tracker) {
	h := g.host
	if g.closed || h.phase == ended {
		return
	}
	old := g.trackers
	g.trackers = trackers
	h.follow(g.trackers)
	h.unfollow(old)
	h.outputs, _ = h.set.UpdateGroup(time.Now(), g.id, GroupParams{Trackers: g.trackers}, h.outputs)
	h.network.Wake()
}

// Close removes the group from its host. A group that has members is not
// removed, which is an error.
func (g *Group) Close() error {
	h := g.host
	h.mu.Lock()
	defer h.mu.Unlock()
	if g.closed {
		return nil
	}
	if err := h.set.RemoveGroup(g.id); err != nil {
		return fmt.Errorf("vrrp: group %s: %w", g.Name(), err)
	}
	g.closed = true
	delete(h.groups, g.id)
	h.unfollow(g.trackers)
	g.events.Close()
	return nil
}

// publish tells whoever listens. Called with host.mu held.
func (g *Group) publish(o *Output) {
	g.seq++
	e := Event{Group: g, Seq: g.seq, From: o.From, To: o.To, Reason: o.Reason, Peer: o.Peer, At: o.At}
	g.host.log.Info("Syncing instances to "+e.To.String()+" state", "group", g.Name(), "from", e.From, "cause", e.Reason)
	g.events.Publish(e)
	g.host.events.Publish(e)
}
