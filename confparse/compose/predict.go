package compose

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// Action is what happens to an instance.
type Action uint8

// The actions.
const (
	ActionKeep    Action = iota // it stays as it is, but something changes that it depends on
	ActionUpdate                // it changes while it runs
	ActionReplace               // it ends, and another one takes its place: its socket or its virtual interface changes
	ActionAdd
	ActionRemove
)

// String returns keep, update, replace, add or remove.
func (a Action) String() string {
	return [...]string{"keep", "update", "replace", "add", "remove"}[a]
}

// MarshalText returns what String does.
func (a Action) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// Expectation says whether the state of an instance will change.
type Expectation uint8

// The expectations. What others do meanwhile by themselves is not counted.
const (
	ExpectNone     Expectation = iota // it will not
	ExpectPossible                    // it depends on the others, or on what a tracker finds
	ExpectCertain                     // it will
)

// String returns none, possible or certain.
func (e Expectation) String() string { return [...]string{"none", "possible", "certain"}[e] }

// MarshalText returns what String does.
func (e Expectation) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// InstancePlan is what a Plan means for an instance.
type InstancePlan struct {
	Name   string                  `json:"name"`
	Was    string                  `json:"was,omitempty"` // its name so far, if that is another one
	Action Action                  `json:"action"`
	State  string                  `json:"state,omitempty"` // now; empty: it is new
	Expect Expectation             `json:"state_change"`
	Why    []string                `json:"why"` // about Expect
	Fields []confparse.FieldChange `json:"fields"`

	groups [2]*vrrp.Group // so far, and then; nil: none
}

// expect raises the expectation, with a reason.
func (i *InstancePlan) expect(e Expectation, format string, args ...any) {
	i.Expect = max(i.Expect, e)
	i.Why = append(i.Why, fmt.Sprintf(format, args...))
}

// predict says what the plan means for each instance. Running are those at work,
// by their configuration.
func (p *Plan) predict(running map[*confparse.Instance]Instance) {
	members := map[*confparse.Instance]*member{}
	for _, m := range p.members {
		members[m.config] = m
	}
	for _, pair := range p.Difference.Pairs() {
		i := InstancePlan{Fields: pair.Fields, Why: []string{}}
		old := func() Instance {
			o, ok := running[pair.Old]
			if ok {
				i.State = o.Router.Snapshot().State.String()
			}
			return o
		}
		switch {
		case pair.Old == nil:
			i.Name, i.Action = pair.New.Name, ActionAdd
			i.expect(ExpectCertain, "it is new, and begins as a backup")
		case pair.New == nil:
			i.Name, i.Action = pair.Old.Name, ActionRemove
			old()
			i.expect(ExpectCertain, "it is not in the configuration any more: %s", leaves(i.State))
		default:
			i.Name = pair.New.Name
			if pair.Old.Name != pair.New.Name {
				i.Was = pair.Old.Name
			}
			o, m := old(), members[pair.New]
			switch {
			case m.old.Router == nil:
				i.Action = ActionReplace
				i.expect(ExpectCertain, "its socket or its virtual interface has to be another one: %s, and it begins as a backup", leaves(i.State))
			default:
				i.Action = ActionUpdate
				p.weigh(&i, o, m)
			}
			if len(i.Fields) == 0 && m.old.Router != nil && m.commit == nil && !m.moved {
				i.Action = ActionKeep
			}
			i.groups = [2]*vrrp.Group{groupOf(p.c.groups, pair.Old), m.router.Sync}
		}
		if pair.Old == nil {
			i.groups[1] = members[pair.New].router.Sync
		} else if pair.New == nil {
			i.groups[0] = groupOf(p.c.groups, pair.Old)
		}
		p.Instances = append(p.Instances, i)
	}
	p.spread()
	all := len(p.Instances)
	p.Instances = slices.DeleteFunc(p.Instances, func(i InstancePlan) bool { return i.Action == ActionKeep && i.Expect == ExpectNone })
	p.Untouched = all - len(p.Instances)
}

// spread has members of a sync group follow those that may change.
func (p *Plan) spread() {
	moving := map[*vrrp.Group]string{}
	for _, i := range p.Instances {
		if i.Expect > ExpectNone {
			for _, g := range i.groups {
				moving[g] = i.Name
			}
		}
	}
	for n := range p.Instances {
		i := &p.Instances[n]
		for _, g := range i.groups {
			if name, ok := moving[g]; g != nil && ok && i.Expect == ExpectNone {
				i.expect(ExpectPossible, "it changes together with %s, of its sync group", name)
			}
		}
	}
}

// leaves says how an instance ends.
func leaves(state string) string {
	if state == vrrp.Master.String() {
		return "it says priority 0 and gives its addresses up"
	}
	return "it ends"
}

// weigh says whether an instance that stays is expected to change its state.
func (p *Plan) weigh(i *InstancePlan, old Instance, m *member) {
	was, is := old.Router.Config(), m.router
	s := old.Router.Snapshot()
	if m.commit != nil { // else they are the same
		p.heard(i, &was, &is)
	}
	p.weighTrackers(i, &s, m, &is)
	group := groupOf(p.c.groups, old.Config)
	if group != is.Sync {
		i.expect(ExpectPossible, "the members of a sync group change together, and its group is another one")
	}
	for _, g := range p.groups {
		if g.group == is.Sync && g.changed && g.old != nil && !reflect.DeepEqual(groupTrackers(g.old), g.trackers) {
			i.expect(ExpectPossible, "what vrrp_sync_group %s depends on changes", g.config.Name)
		}
	}
	drained := slices.ContainsFunc(was.Trackers, isDrain)
	now := int(s.Priority)
	then := now
	if m.commit != nil {
		then = p.effective(&s, &is, drained)
	}
	switch {
	case s.State == vrrp.Backup && is.Priority == vrrp.OwnerPriority && was.Priority != vrrp.OwnerPriority:
		i.expect(sure(is.Sync), "priority 255 does not wait: it becomes master")
	case s.State == vrrp.Master && then < now:
		i.expect(ExpectPossible, "its priority falls from %d to %d: a router with a higher one takes over", now, then)
	case s.State == vrrp.Backup && (then != now || was.NoPreempt != is.NoPreempt || was.PreemptDegraded != is.PreemptDegraded || was.PreemptDelay != is.PreemptDelay):
		p.preempts(i, &s, &is, then)
	}
}

// sure is certain, but for members of a group, which wait for one another.
func sure(group *vrrp.Group) Expectation {
	if group != nil {
		return ExpectPossible
	}
	return ExpectCertain
}

// preempts says whether a backup takes the role from the master it hears.
func (p *Plan) preempts(i *InstancePlan, s *vrrp.Snapshot, is *vrrp.Config, then int) {
	master := s.Peer
	live := master.Addr.IsValid() && master.Priority > 0 && s.At.Sub(master.At) <= 4*master.Interval
	switch {
	case !live:
		i.expect(ExpectPossible, "no master is heard now")
	case then <= int(master.Priority) || is.NoPreempt && !is.PreemptDegraded:
	case is.NoPreempt:
		i.expect(ExpectPossible, "its priority %d is above %d of %v, which it replaces if that one is degraded", then, master.Priority, master.Addr)
	default:
		i.expect(sure(is.Sync), "its priority %d is above %d of %v: it takes over", then, master.Priority, master.Addr)
	}
}

// heard says what keeps routers from hearing one another until all have it.
func (p *Plan) heard(i *InstancePlan, was, is *vrrp.Config) {
	differ := func(what string, a, b any) {
		if !reflect.DeepEqual(a, b) {
			i.expect(ExpectPossible, "until the other routers have the same %s, they do not hear each other", what)
		}
	}
	differ("version", was.Version, version(is))
	if version(is) == vrrp.V2 {
		differ("advert_int", was.Interval, is.Interval)
	}
	differ("password", []any{was.Password, was.AuthHeader, was.AuthHeaderRFC}, []any{is.Password, is.AuthHeader, is.AuthHeaderRFC})
	differ("auth_hmac", was.HMAC == nil, is.HMAC == nil)
	if is.HMAC != nil && was.HMAC != nil {
		differ("auth_hmac", [...]any{was.HMAC.Keys, was.HMAC.Active, was.HMAC.Mode}, [...]any{is.HMAC.Keys, is.HMAC.Active, is.HMAC.Mode})
	}
	differ("checksum", []any{was.Checksum, was.LearnChecksum}, []any{is.Checksum, is.LearnChecksum})
	if !slices.Equal(was.Peers, is.Peers) {
		i.expect(ExpectPossible, "those that are no longer, or not yet, among each other's peers do not hear each other")
	}
}

func version(c *vrrp.Config) vrrp.Version {
	if c.Version == 0 {
		return vrrp.V3
	}
	return c.Version
}
