package vrrp

import "slices"

// TrackStatus is what a tracker last reported.
type TrackStatus uint8

// What a tracker can report. Until it has, it counts as unknown: a router does
// not leave Init while a tracker of weight 0 is unknown, and an unknown weight
// contributes nothing.
const (
	TrackUnknown TrackStatus = iota
	TrackUp
	TrackDown
	TrackValue // a number: see Tracker
)

// String returns unknown, up, down or value.
func (s TrackStatus) String() string {
	return nameOf(int(s), "TrackStatus", "unknown", "up", "down", "value")
}

// Tracker is something that a router's priority, or its fitness, depends on: a
// script, an interface, a file, a process. The router only knows its name, unless
// it is an interface; whoever watches the thing itself reports through a [Track].
// Until the first report Initial counts: by default a weight counts nothing yet, so
// that a router whose service is down begins with its full priority.
//
// One that reports a number (keepalived: track_file) adds weight times number,
// 253 at most; a sum of -254 or less is a fault. With weight 0 every number but
// 0 is one.
type Tracker struct {
	Name string // unique within the router, or the group

	// Interface makes it a tracker of the network interface of that name, which
	// the [Host] watches itself: up while it exists, is administratively up
	// and has a carrier. A [Set] has no interfaces, and waits for reports.
	// keepalived: track_interface.
	Interface string

	// Weight is what the tracker adds to the priority: a positive weight while
	// it is up, a negative one while it is down. With weight 0 the router is in
	// Fault while the tracker is down. -253..253; keepalived: weight.
	Weight int

	// Reverse inverts the tracker: a positive weight is subtracted while it is
	// up, a negative one (its absolute value) added while it is down, and with
	// weight 0 up is the fault; a number counts with the other sign, and with
	// weight 0 the number 0 is the fault. keepalived: reverse.
	Reverse bool

	// Initial is what counts until the first report. Default: TrackUnknown.
	Initial TrackStatus
}

// TrackerState is a tracker with what it last reported.
type TrackerState struct {
	Tracker
	Status TrackStatus
	Value  int // if Status is TrackValue

	// Contribution is what it adds to the priority now, and Fault whether it
	// keeps the router from taking part.
	Contribution int
	Fault        bool
}

// As returns what the tracker would count for, had it reported that.
func (t Tracker) As(status TrackStatus, value int) TrackerState {
	s := TrackerState{Tracker: t, Status: status}
	if status == TrackValue {
		s.Value = value
	}
	s.judge()
	return s
}

// report notes what a tracker found, and reports whether that is news.
func (t *TrackerState) report(status TrackStatus, value int) bool {
	if status != TrackValue {
		value = 0
	}
	if t.Status == status && t.Value == value {
		return false
	}
	t.Status, t.Value = status, value
	t.judge()
	return true
}

// judge computes Contribution and Fault.
func (t *TrackerState) judge() {
	t.Contribution, t.Fault = 0, false
	w := t.Weight
	if t.Reverse {
		w = -w
	}
	switch {
	case t.Status == TrackValue && t.Weight == 0:
		t.Fault = (t.Value == 0) == t.Reverse
	case t.Status == TrackValue:
		// Saturated: a number may be as large as it likes.
		sum := w * min(max(t.Value, -maxWeight-1), maxWeight+1)
		t.Contribution = min(sum, maxWeight)
		if t.Fault = sum < -maxWeight; t.Fault {
			t.Contribution = 0
		}
	case t.Weight == 0 && t.Reverse:
		t.Fault = t.Status == TrackUp
	case t.Weight == 0:
		t.Fault = t.Status == TrackDown
	case t.Weight > 0 && t.Status == TrackUp, t.Weight < 0 && t.Status == TrackDown:
		t.Contribution = w
	}
}

// undecided reports whether a tracker that could forbid to take part has not
// reported yet.
func (t *TrackerState) undecided() bool { return t.Weight == 0 && t.Status == TrackUnknown }

// withStates returns the trackers with their states: those of old, by name, and
// the initial ones of the others.
func withStates(trackers []Tracker, old []TrackerState) []TrackerState {
	states := make([]TrackerState, len(trackers))
	for i, t := range trackers {
		states[i] = TrackerState{Tracker: t, Status: t.Initial}
		if known := findTracker(old, t.Name); known != nil {
			states[i].Status, states[i].Value = known.Status, known.Value
		}
		states[i].judge()
	}
	return states
}

func findTracker(states []TrackerState, name string) *TrackerState {
	i := slices.IndexFunc(states, func(t TrackerState) bool { return t.Name == name })
	if i < 0 {
		return nil
	}
	return &states[i]
}

// validateTrackers reports every problem of the trackers of a router or group.
func validateTrackers(trackers []Tracker, bad func(format string, args ...any)) {
	seen := make(map[string]bool, len(trackers))
	for _, t := range trackers {
		if seen[t.Name] {
			bad("tracker %q appears twice", t.Name)
		}
		seen[t.Name] = true
		if t.Weight < -maxWeight || t.Weight > maxWeight {
			bad("tracker %q: weight %d is not within -253..253", t.Name, t.Weight)
		}
		if t.Initial > TrackDown {
			bad("tracker %q: initial status %v is not unknown, up or down", t.Name, t.Initial)
		}
	}
}
