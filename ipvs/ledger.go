package ipvs

import (
	"maps"
	"slices"
)

// ledger knows what is desired, what the kernel has as far as is known, and
// what of that is ours. It is a pure value: a Reconciler does what it says.
type ledger struct {
	desired State

	known    bool // what follows is as the kernel has it
	table    map[Key]*Entry
	timeouts Timeouts
	daemons  []Daemon

	services  map[Key]bool    // ours
	started   map[Role]Daemon // ours, as they were asked for
	originals Timeouts        // what there was before we set others; zero: we have not
	flush     bool            // everybody's services are ours
}

func newLedger(h held) ledger {
	l := ledger{services: make(map[Key]bool), started: make(map[Role]Daemon), originals: h.Timeouts}
	for _, k := range h.Services {
		l.services[k] = true
	}
	for _, d := range h.Daemons {
		l.started[d.Role] = d
	}
	return l
}

// saw takes in what the kernel has.
func (l *ledger) saw(s State) {
	l.table, l.timeouts, l.daemons = index(s.Table), s.Timeouts, s.Daemons
	l.known = true
	want := index(l.desired.Table)
	maps.DeleteFunc(l.services, func(k Key, _ bool) bool { return want[k] == nil && l.table[k] == nil })
	maps.DeleteFunc(l.started, func(r Role, _ Daemon) bool {
		_, runs := daemon(l.daemons, r)
		return !runs
	})
}

// plan returns what is to be done. What is desired is ours from then on.
func (l *ledger) plan() []Change {
	d := l.desired
	changes := planServices(d.Table, l.table)
	changes = append(changes, planTimeouts(l.wantTimeouts(), l.timeouts)...)
	changes = append(changes, planDaemons(d.Daemons, l.daemons, l.started)...)
	changes = append(changes, planGone(d.Table, l.table, func(k Key) bool { return l.flush || l.services[k] })...)
	for _, e := range d.Table {
		l.services[e.Key] = true
	}
	l.claimTimeouts()
	l.claimDaemons()
	return changes
}

// wantTimeouts returns those desired, and for the others those there were
// before us.
func (l *ledger) wantTimeouts() Timeouts { return l.desired.Timeouts.over(l.originals) }

// claimTimeouts notes what there was before the timeouts that are desired, for
// as long as they are, and until it is so again.
func (l *ledger) claimTimeouts() {
	desired, actual := l.desired.Timeouts.fields(), l.timeouts.fields()
	for i, original := range l.originals.fields() {
		switch {
		case *desired[i] != 0 && *original == 0:
			*original = *actual[i]
		case *desired[i] == 0 && *original == *actual[i]:
			*original = 0
		}
	}
}

// claimDaemons makes those ours that run as desired already. One that has to be
// started is ours once it is.
func (l *ledger) claimDaemons() {
	for _, d := range l.desired.Daemons {
		if is, runs := daemon(l.daemons, d.Role); runs && d.runsAs(is) {
			if _, ours := l.started[d.Role]; !ours {
				l.started[d.Role] = d
			}
		}
	}
}

// made takes in a change that was made.
func (l *ledger) made(c Change) {
	switch c.Op {
	case AddService:
		l.table[c.Service.Key] = &Entry{Service: c.Service}
	case DeleteService:
		delete(l.table, c.Service.Key)
		delete(l.services, c.Service.Key)
	case SetTimeouts:
		l.timeouts = c.Timeouts.over(l.timeouts)
		l.claimTimeouts() // what is as before is nobody's any more
	case StartDaemon:
		l.daemons = append(l.daemons, c.Daemon)
		l.started[c.Daemon.Role] = c.Daemon
	case StopDaemon:
		l.daemons = slices.DeleteFunc(l.daemons, func(d Daemon) bool { return d.Role == c.Daemon.Role })
		delete(l.started, c.Daemon.Role)
	default:
		l.table[c.Service.Key].made(c)
	}
}

// made takes in a change of the entry, which is nil where somebody else made
// the service in the meantime.
func (e *Entry) made(c Change) {
	if e == nil {
		return
	}
	switch c.Op {
	case EditService:
		e.Service = c.Service
	case AddDestination:
		e.Destinations = append(e.Destinations, c.Destination)
	case EditDestination, DeleteDestination:
		i := slices.IndexFunc(e.Destinations, func(d Destination) bool { return d.Address == c.Destination.Address })
		switch {
		case i < 0: // of a service that somebody else made in the meantime
		case c.Op == EditDestination:
			e.Destinations[i] = c.Destination
		default:
			e.Destinations = slices.Delete(e.Destinations, i, i+1)
		}
	}
}

// held is what a successor has to know: what is ours, or about to be.
func (l *ledger) held() held {
	h := held{Timeouts: l.originals, Services: slices.SortedFunc(maps.Keys(l.services), Key.Compare)}
	for _, role := range []Role{Master, Backup} {
		d, ours := l.started[role]
		if !ours {
			d, ours = daemon(l.desired.Daemons, role)
		}
		if ours {
			h.Daemons = append(h.Daemons, d)
		}
	}
	return h
}
