package daemon

import (
	"slices"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// fleet is whose transitions are followed.
type fleet interface {
	Instances() []compose.Instance
	Groups() []*vrrp.Group
}

// follower mends a stream of transitions that has gaps: when a thousand instances
// change at once, a reader may be too slow for it. What comes out always ends with
// the state that each instance and group is in, whatever was lost in between.
type follower struct {
	fleet fleet
	told  map[any]told // by *vrrp.Router or *vrrp.Group
}

// told is what was told last.
type told struct {
	vrrp.Event
	madeUp bool
}

func newFollower(f fleet) *follower { return &follower{fleet: f, told: map[any]told{}} }

// of returns whom an event is about.
func of(e *vrrp.Event) any {
	if e.Group != nil {
		return e.Group
	}
	return e.Router
}

// follow hands to tell what is to be told, until events ends.
func (f *follower) follow(events <-chan vrrp.Event, tell func(*vrrp.Event)) {
	for e := range events {
		for _, e := range f.next(e) {
			tell(&e)
		}
	}
	for _, e := range f.leave(vrrp.ReasonShutdown, nil) {
		tell(&e)
	}
}

// next returns what is to be told now that e has come.
func (f *follower) next(e vrrp.Event) (list []vrrp.Event) {
	if e.Missed > 0 {
		list = f.catchUp()
	}
	last, known := f.told[of(&e)]
	if known && (e.Seq <= last.Seq || last.madeUp && e.To == last.To) || !known && e.To == vrrp.Init {
		return list // told already
	}
	f.told[of(&e)] = told{Event: e}
	if e.Reason == vrrp.ReasonRemoved {
		delete(f.told, of(&e)) // it does not come back
	}
	return append(list, e)
}

// catchUp returns events in the place of those that are lost: one for each
// instance, and then group, whose last one has not been told.
func (f *follower) catchUp() (list []vrrp.Event) {
	there := map[any]bool{}
	var groups, changed []vrrp.Event // groups are asked before their members, and told behind them
	for _, g := range f.fleet.Groups() {
		there[g] = true
		if seq, state := g.Seq(), g.State(); seq > f.told[g].Seq && state != f.told[g].To {
			groups = append(groups, vrrp.Event{Group: g, Seq: seq, To: state, Reason: vrrp.ReasonGroup, At: time.Now()})
		}
	}
	for _, i := range f.fleet.Instances() {
		there[i.Router] = true
		if s := i.Router.Snapshot(); s.Seq > f.told[i.Router].Seq && s.State != f.told[i.Router].To {
			changed = append(changed, vrrp.Event{Router: i.Router, Seq: s.Seq, To: s.State, Reason: s.Reason, Priority: s.Priority, At: s.Since})
		}
	}
	groups = slices.DeleteFunc(groups, func(e vrrp.Event) bool { return e.Group.Seq() != e.Seq }) // another event of it comes
	list = f.leave(vrrp.ReasonRemoved, there)
	for _, e := range append(changed, groups...) {
		list = append(list, f.makeUp(e))
	}
	return list
}

// leave returns the last transitions of those that are not there any more and have
// left without a word.
func (f *follower) leave(why vrrp.Reason, there map[any]bool) (list []vrrp.Event) {
	for who, last := range f.told {
		if !there[who] && last.To != vrrp.Init {
			list = append(list, vrrp.Event{
				Router: last.Router, Group: last.Group, Seq: last.Seq + 1, To: vrrp.Init, Reason: why, Priority: last.Priority, At: time.Now(),
			})
		}
	}
	slices.SortFunc(list, func(a, b vrrp.Event) int { // a group behind its members
		switch {
		case a.Group == nil && b.Group != nil:
			return -1
		case a.Group != nil && b.Group == nil:
			return 1
		}
		return strings.Compare(a.Name(), b.Name())
	})
	for n := range list {
		list[n] = f.makeUp(list[n])
	}
	return list
}

// makeUp completes an event that stands for those that are lost.
func (f *follower) makeUp(e vrrp.Event) vrrp.Event {
	e.From, e.Detail = f.told[of(&e)].To, "in the place of transitions that were missed"
	f.told[of(&e)] = told{e, true}
	if e.Reason == vrrp.ReasonRemoved {
		delete(f.told, of(&e))
	}
	return e
}
