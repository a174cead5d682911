package ipvs

import (
	"cmp"
	"net/netip"
	"slices"
)

// Plan returns the changes that turn actual into desired, none where they are
// equal. Nothing is deleted that can be edited, so connections and counters
// live on.
//
// A service is edited before its destinations change. New destinations come
// first, then those that get weight, then those that lose all of it; so a
// service that has servers before and after has some on the way. Where several
// destinations leave, all of them first get weight 0: a client turned away from
// one does not land on the next. Services that are no longer desired go last.
//
// Services of actual for which owned returns false are left alone, unless
// desired has them. A nil owned owns nothing: then no service is deleted. Both
// states must be valid, see [State.Validate].
func Plan(desired, actual State, owned func(Key) bool) []Change {
	changes := planServices(desired.Table, index(actual.Table))
	changes = append(changes, planTimeouts(desired.Timeouts, actual.Timeouts)...)
	changes = append(changes, planDaemons(desired.Daemons, actual.Daemons, nil)...)
	if owned == nil {
		return changes
	}
	return append(changes, planGone(desired.Table, index(actual.Table), owned)...)
}

// index returns the table by key. The entries are its own.
func index(t Table) map[Key]*Entry {
	m := make(map[Key]*Entry, len(t))
	for i := range t {
		m[t[i].Key] = &t[i]
	}
	return m
}

// planServices makes what is desired.
func planServices(desired Table, have map[Key]*Entry) []Change {
	var p planner
	for i := range desired {
		p.service(&desired[i], have[desired[i].Key])
	}
	return p.inOrder()
}

// planGone deletes the services that are owned and not desired.
func planGone(desired Table, have map[Key]*Entry, owned func(Key) bool) (changes []Change) {
	want := index(desired)
	for key, e := range have {
		if want[key] == nil && owned(key) {
			changes = append(changes, Change{Op: DeleteService, Service: e.Service})
		}
	}
	slices.SortFunc(changes, func(a, b Change) int { return a.Service.Key.Compare(b.Service.Key) })
	return changes
}

func planTimeouts(desired, actual Timeouts) []Change {
	if t := desired.besides(actual); t != (Timeouts{}) {
		return []Change{{Op: SetTimeouts, Timeouts: t}}
	}
	return nil
}

// planDaemons starts what is desired; a daemon that runs otherwise cannot be
// edited. Of those that are ours, as they were asked for, what is no longer
// desired ends.
func planDaemons(desired, actual []Daemon, ours map[Role]Daemon) (changes []Change) {
	for _, role := range []Role{Master, Backup} {
		want, wanted := daemon(desired, role)
		is, runs := daemon(actual, role)
		was, isOurs := ours[role]
		if wanted && runs && want.runsAs(is) && (!isOurs || was == want) {
			continue
		}
		if runs && (wanted || isOurs) {
			changes = append(changes, Change{Op: StopDaemon, Daemon: is})
		}
		if wanted {
			changes = append(changes, Change{Op: StartDaemon, Daemon: want})
		}
	}
	return changes
}

// daemon returns the one of the role.
func daemon(list []Daemon, role Role) (d Daemon, ok bool) {
	i := slices.IndexFunc(list, func(d Daemon) bool { return d.Role == role })
	if i < 0 {
		return Daemon{}, false
	}
	return list[i], true
}

// planner collects the changes of services that stay or come.
type planner struct {
	services [][]Change // what is to be done to each that needs something
	have     map[netip.AddrPort]Destination
}

// inOrder returns all changes, services sorted by key.
func (p *planner) inOrder() []Change {
	slices.SortFunc(p.services, func(a, b []Change) int { return a[0].Service.Key.Compare(b[0].Service.Key) })
	return slices.Concat(p.services...)
}

// service notes what turns actual, which is nil where there is none, into want.
func (p *planner) service(want, actual *Entry) {
	var changes []Change
	var old []Destination
	switch {
	case actual == nil:
		changes = append(changes, Change{Op: AddService, Service: want.Service})
	default:
		old = actual.Destinations
		if want.Service.canonical() != actual.Service.canonical() {
			changes = append(changes, Change{Op: EditService, Service: want.Service})
		}
	}
	if !slices.Equal(want.Destinations, old) {
		changes = append(changes, p.destinations(want, old)...)
	}
	if len(changes) > 0 {
		p.services = append(p.services, changes)
	}
}

// destinations returns what turns the destinations old into those of want.
func (p *planner) destinations(want *Entry, old []Destination) (changes []Change) {
	if p.have == nil {
		p.have = make(map[netip.AddrPort]Destination)
	}
	clear(p.have)
	for _, d := range old {
		p.have[d.Address] = d
	}
	note := func(op Op, d Destination) {
		changes = append(changes, Change{Op: op, Service: want.Service, Destination: d})
	}
	for _, d := range want.Destinations {
		was, exists := p.have[d.Address]
		delete(p.have, d.Address)
		switch {
		case !exists:
			note(AddDestination, d)
		case was != d:
			note(EditDestination, d)
		}
	}
	quiesce := len(p.have) > 1
	for _, d := range p.have {
		note(DeleteDestination, d)
		if quiesce && d.Weight != 0 {
			d.Weight = 0
			note(EditDestination, d)
		}
	}
	slices.SortFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), a.Destination.Address.Compare(b.Destination.Address))
	})
	return changes
}

// rank orders the changes of one service's destinations.
func (c Change) rank() int {
	switch {
	case c.Op == AddDestination:
		return 0
	case c.Op == EditDestination && c.Destination.Weight != 0:
		return 1
	case c.Op == EditDestination:
		return 2
	}
	return 3
}
