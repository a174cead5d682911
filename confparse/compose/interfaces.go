package compose

import (
	"context"
	"strings"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

// Interfaces tells which network interfaces are up.
type Interfaces interface {
	// Up reports whether the interface exists, is up and has a carrier.
	Up(name string) bool

	// Watch calls changed at once and whenever Up may have a new answer, until
	// ctx ends; it then returns nil.
	Watch(ctx context.Context, changed func()) error
}

// report tells every router that has the tracker.
func (c *Composition) report(tracker string, up bool) {
	status := vrrp.TrackDown
	if up {
		status = vrrp.TrackUp
	}
	for _, i := range c.instances {
		for _, t := range i.Router.Config().Trackers {
			if t.Name == tracker {
				_ = i.Router.Track(tracker, status) // fails for unknown names only
			}
		}
	}
}

// trackedInterfaces returns the interfaces that any router tracks.
func (c *Composition) trackedInterfaces() (names []string) {
	seen := map[string]bool{}
	for _, i := range c.instances {
		for _, t := range i.Router.Config().Trackers {
			if name, ok := strings.CutPrefix(t.Name, interfaceTracker("")); ok && !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}
