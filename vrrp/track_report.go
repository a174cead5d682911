package vrrp

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Track is where to report what a tracker of a router, or of a sync group,
// finds. Its methods may be called from any goroutine at any time, never block,
// and cost nothing where nothing changes. After the end of its router, group or
// host they do nothing.
type Track struct {
	host   *Host
	router *Router // or
	group  *Group
	name   string
}

// Track returns where to report about the tracker of that name, which
// Config.Trackers or [Router.SetTracker] has made known. Another name is an error.
func (r *Router) Track(name string) (*Track, error) {
	h := r.host
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := knownTracker(h.set.Trackers(r.id), name); err != nil {
		return nil, fmt.Errorf("vrrp: router %s: %w", r.cfg.Name, err)
	}
	return &Track{host: h, router: r, name: name}, nil
}

// SetTracker adds a tracker, or puts t in the place of the one of that name, whose
// state stays. A router of a running host takes part as soon as it has been added:
// what must be known before belongs into Config.Trackers.
func (r *Router) SetTracker(t Tracker) (*Track, error) {
	h := r.host
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.acceptTracker(t); err != nil {
		return nil, fmt.Errorf("vrrp: router %s: %w", r.cfg.Name, err)
	}
	if st := findTracker(h.set.Trackers(r.id), t.Name); st == nil || st.Tracker != t {
		cfg := r.cfg
		cfg.Trackers = withTracker(cfg.Trackers, t)
		r.commit(cfg)
	}
	return &Track{host: h, router: r, name: t.Name}, nil
}

// Track returns where to report about the tracker of that name, which counts for
// all members, as [Router.Track] does for one router.
func (g *Group) Track(name string) (*Track, error) {
	h := g.host
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := knownTracker(h.set.Group(g.id).Trackers, name); err != nil {
		return nil, fmt.Errorf("vrrp: group %s: %w", g.Name(), err)
	}
	return &Track{host: h, group: g, name: name}, nil
}

// SetTracker adds or changes a tracker that counts for all members, as
// [Router.SetTracker] does for one router.
func (g *Group) SetTracker(t Tracker) (*Track, error) {
	h := g.host
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.acceptTracker(t); err != nil {
		return nil, fmt.Errorf("vrrp: group %s: %w", g.Name(), err)
	}
	if st := findTracker(h.set.Group(g.id).Trackers, t.Name); st == nil || st.Tracker != t {
		g.commit(withTracker(g.trackers, t))
	}
	return &Track{host: h, group: g, name: t.Name}, nil
}

// knownTracker says what there is, if there is none of that name.
func knownTracker(states []TrackerState, name string) error {
	if findTracker(states, name) != nil {
		return nil
	}
	var names []string
	for _, t := range states {
		names = append(names, strconv.Quote(t.Name))
	}
	if len(names) == 0 {
		return fmt.Errorf("no tracker %q: it has none; add it to Trackers, or with SetTracker", name)
	}
	return fmt.Errorf("no tracker %q: it has %s", name, strings.Join(names, ", "))
}

// acceptTracker reports what is wrong with a tracker.
func (h *Host) acceptTracker(t Tracker) error {
	if err := validTracker(t); err != nil {
		return err
	}
	return h.canFollow([]Tracker{t})
}

func validTracker(t Tracker) error {
	var errs []error
	validateTrackers([]Tracker{t}, func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) })
	return errors.Join(errs...)
}

// Set reports TrackUp, TrackDown, or that it is not known any more.
func (t *Track) Set(status TrackStatus) { t.report(status, 0) }

// SetValue reports a number.
func (t *Track) SetValue(value int) { t.report(TrackValue, value) }

func (t *Track) report(status TrackStatus, value int) {
	h := t.host
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.phase == ended {
		return
	}
	in := Input{Kind: InputTrack, Tracker: t.name, Track: status, Value: value}
	if t.group != nil {
		in.Group = t.group.id
	} else {
		in.ID = t.router.id
	}
	before := len(h.outputs)
	deadline := h.set.Deadline()
	h.outputs = h.set.Handle(time.Now(), in, h.outputs)
	if len(h.outputs) != before || !h.set.Deadline().Equal(deadline) {
		h.network.Wake()
	}
}
