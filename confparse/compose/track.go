package compose

import (
	"sync"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// A tracker is named after the keyword and the object, so that an interface and
// a script may have one name.
func scriptTracker(name string) string    { return "script " + name }
func interfaceTracker(name string) string { return "interface " + name }

// tracker is a thing that routers, or sync groups, track, apart from interfaces,
// which they watch themselves.
type tracker struct {
	name   string
	tracks []*vrrp.Track

	mu     sync.Mutex
	status vrrp.TrackStatus // the last one reported
	value  int
}

// tracker returns the tracker of that name, new if need be.
func (c *Composition) tracker(name string) *tracker {
	t := c.trackers[name]
	if t == nil {
		t = &tracker{name: name}
		c.trackers[name] = t
	}
	return t
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
		if status == vrrp.TrackValue {
			to.SetValue(value)
		} else {
			to.Set(status)
		}
	}
	return true
}

func upOrDown(up bool) vrrp.TrackStatus {
	if up {
		return vrrp.TrackUp
	}
	return vrrp.TrackDown
}

// reportScript hands a script's state to the routers that track it.
func (c *Composition) reportScript(s Script, results <-chan check.Event) {
	name := "VRRP_Script(" + s.Config.Name + ")"
	t := c.tracker(scriptTracker(s.Config.Name))
	for e := range results {
		switch {
		case e.To == check.Unknown:
		case !t.report(upOrDown(e.To == check.Up), 0):
		case e.To == check.Up:
			c.log.Info(name + " succeeded")
		default:
			c.log.Warn(name+" failed ("+e.Result.Detail+")", "output", e.Result.Output)
		}
	}
}
