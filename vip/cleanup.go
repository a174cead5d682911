package vip

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// CleanUp removes what a predecessor left when it was killed, as far as no Set
// of this manager holds it. That is, of configured, what this process is going to
// hold, all that is there: addresses under any prefix length, on the interfaces
// they are given with, and routes and rules that agree in every detail. A
// machine's own address that is configured as virtual is removed as well, as
// keepalived does.
//
// With a Config.StateFile it is also what the predecessor's CleanUp was given and
// the configuration no longer has. There an address has to carry Protocol, where
// the kernel says so (Linux 5.18), and a VMAC or the table of a Filter our mark:
// nobody else's is removed. A VMAC or a table of a manager that is still running,
// in this process or another, is no leftover. The file then says configured. CleanUp is meant to be
// called before the first Acquire, and again when what is configured changes.
// Nothing else is ever touched.
func (m *Manager) CleanUp(ctx context.Context, configured ...Object) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	interfaces, err := m.kernel.Interfaces()
	if err != nil {
		return fmt.Errorf("vip: clean up: %w", err)
	}
	before, stateErr := m.state.read()
	noted := before.objects()

	m.mu.Lock()
	var tables []string // of the filter in force
	if m.filter != nil {
		tables = []string{m.filter.table()}
	}
	held := make(map[place]bool)
	var keep []Object
	for p, c := range m.claims {
		held[p] = true
		keep = append(keep, c.object)
	}
	m.mu.Unlock()
	ours, routing := split(configured, held)
	theirs, more := split(noted, held)
	changes := leftovers(interfaces, ours, func(a Address) bool { return !held[a.place()] })
	for _, a := range ours {
		held[a.place()] = true // by the name of it, so that it comes once
	}
	changes = append(changes, leftovers(interfaces, theirs, func(a Address) bool { return !held[a.place()] && !a.Foreign })...)

	var list []Object
	if routing = append(routing, more...); len(routing) > 0 {
		var have []Object
		if have, err = m.kernel.Routing(); err != nil {
			err = fmt.Errorf("vip: clean up: %w", err)
		}
		list = foundAgain(have, routing)
	}
	changes = append(removals(list), changes...)
	changes = append(changes, leftoverVMACs(interfaces, slices.Concat(configured, noted), held)...)
	for _, c := range changes {
		if a, ok := c.Object.(Address); ok && a.Foreign {
			m.log.Warn("removing an address that somebody else has added, because it is configured as virtual", "address", a.String())
			continue
		}
		m.log.Info("removing a leftover "+kind(c.Object), kind(c.Object), c.Object.String())
	}
	err = errors.Join(stateErr, err, failures(changes, m.commits.apply(changes)))
	for _, name := range before.Tables {
		if !slices.Contains(tables, name) {
			m.log.Info("removing a leftover packet filter", "table", name)
			err = errors.Join(err, m.kernel.Filter(Filter{Table: name}))
		}
	}
	return errors.Join(err, m.state.writeAll(append(keep, configured...), tables))
}

// leftoverVMACs returns the changes that remove interfaces which are not held.
// Those of others stay.
func leftoverVMACs(interfaces []Interface, list []Object, held map[place]bool) (changes []Change) {
	for _, o := range list {
		v, ok := o.(VMAC)
		if !ok || held[v.place()] {
			continue
		}
		held[v.place()] = true // by the name of it, so that it comes once
		if slices.ContainsFunc(interfaces, func(i Interface) bool { return i.Name == v.Name && i.VMAC }) {
			changes = append(changes, Change{Op: Delete, Object: v})
		}
	}
	return changes
}

// split returns the addresses of list, and the routes and rules that are not
// held, each once.
func split(list []Object, held map[place]bool) (addresses []Address, routing []Object) {
	for _, o := range list {
		if a, ok := o.(Address); ok {
			addresses = append(addresses, a)
		} else if _, ok := o.(VMAC); !ok && !held[o.place()] {
			held[o.place()] = true
			routing = append(routing, o)
		}
	}
	return addresses, routing
}
