package vrrp

// TrackStatus is what a tracker last reported.
type TrackStatus uint8

// What a tracker can report. Until it has, it counts as unknown: a router does
// not leave Init while a tracker of weight 0 is unknown, and an unknown weight
// contributes nothing.
const (
	TrackUnknown TrackStatus = iota
	TrackUp
	TrackDown
)

// String returns unknown, up or down.
func (s TrackStatus) String() string {
	return nameOf(int(s), "TrackStatus", "unknown", "up", "down")
}

// Tracker is something that a router's priority, or its fitness, depends on: a
// script, an interface, a process. The router only knows its name; whoever
// watches the thing itself reports through [Router.Track].
type Tracker struct {
	Name string // unique within the router

	// Weight is what the tracker adds to the priority: a positive weight while
	// it is up, a negative one while it is down. With weight 0 the router is in
	// Fault while the tracker is down. -253..253; keepalived: weight.
	Weight int

	// Reverse inverts the tracker: a positive weight is subtracted while it is
	// up, a negative one (its absolute value) added while it is down, and with
	// weight 0 up is the fault. keepalived: reverse.
	Reverse bool
}

// contribution returns what a tracker adds to the priority.
func (t Tracker) contribution(s TrackStatus) int {
	w := t.Weight
	if t.Reverse {
		w = -w
	}
	switch {
	case t.Weight > 0 && s == TrackUp, t.Weight < 0 && s == TrackDown:
		return w
	default:
		return 0
	}
}

// fault reports whether a tracker of weight 0 puts the router into Fault.
func (t Tracker) fault(s TrackStatus) bool {
	if t.Weight != 0 {
		return false
	}
	if t.Reverse {
		return s == TrackUp
	}
	return s == TrackDown
}

// effective returns the priority that results from a configured priority and
// what the trackers report: clamped to 1..254, because 0 and 255 have meanings
// of their own; an address owner's priority never changes.
func effective(priority uint8, trackers []Tracker, status []TrackStatus) uint8 {
	if priority == OwnerPriority {
		return priority
	}
	sum := int(priority)
	for i, t := range trackers {
		sum += t.contribution(status[i])
	}
	return uint8(min(max(sum, 1), 254))
}
