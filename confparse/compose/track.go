package compose

import (
	"sync"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

// A tracker is named after the keyword and the object, so that an interface and
// a script may have one name.
func scriptTracker(name string) string    { return "script " + name }
func interfaceTracker(name string) string { return "interface " + name }

// tracker is a thing that routers, or sync groups, track, apart from interfaces,
// which they watch themselves.
type tracker struct {
	mu     sync.Mutex
	tracks map[trackable]*vrrp.Track
	status vrrp.TrackStatus // the last one reported
	value  int
}

// trackable is a router or a group.
type trackable interface {
	Track(name string) (*vrrp.Track, error)
}

// tracker returns the tracker of that name, new if need be.
func (c *Composition) tracker(name string) *tracker {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.trackers[name]
	if t == nil {
		t = &tracker{tracks: map[trackable]*vrrp.Track{}}
		c.trackers[name] = t
	}
	return t
}

// follow has what is tracked, apart from interfaces, reported to a router or a
// group, beginning with what is known of it.
func (c *Composition) follow(trackers []vrrp.Tracker, by trackable) error {
	for _, t := range trackers {
		if t.Interface != "" || isDrain(t) {
			continue
		}
		to, err := by.Track(t.Name)
		if err != nil {
			return err
		}
		c.tracker(t.Name).join(by, to)
	}
	return nil
}

// unfollow is the end of follow.
func (c *Composition) unfollow(by trackable) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.trackers {
		t.mu.Lock()
		delete(t.tracks, by)
		t.mu.Unlock()
	}
}

func (t *tracker) join(by trackable, to *vrrp.Track) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tracks[by] = to
	t.tell(to)
}

// tell reports what is known, if anything is.
func (t *tracker) tell(to *vrrp.Track) {
	switch t.status {
	case vrrp.TrackUnknown:
	case vrrp.TrackValue:
		to.SetValue(t.value)
	default:
		to.Set(t.status)
	}
}

// last returns what is known.
func (t *tracker) last() (vrrp.TrackStatus, int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.status, t.value
}

// report tells those who track it, if it is news. changed reports whether it was.
func (t *tracker) report(status vrrp.TrackStatus, value int) (changed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.status == status && t.value == value {
		return false
	}
	t.status, t.value = status, value
	for _, to := range t.tracks {
		t.tell(to)
	}
	return true
}

func upOrDown(up bool) vrrp.TrackStatus {
	if up {
		return vrrp.TrackUp
	}
	return vrrp.TrackDown
}
