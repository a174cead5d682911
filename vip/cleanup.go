package vip

import (
	"context"
	"errors"
	"fmt"
)

// CleanUp removes what a predecessor left when it was killed: those of the given
// objects that are there, and that no Set of this manager holds. Addresses are
// found under any prefix length, on the interfaces they are given with; of
// routes and rules every detail must agree. Nothing else is touched. It is meant
// to be called before the first Acquire; a machine's own address that is
// configured as virtual is removed as well, as keepalived does.
func (m *Manager) CleanUp(ctx context.Context, configured ...Object) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	interfaces, err := m.kernel.Interfaces()
	if err != nil {
		return fmt.Errorf("vip: clean up: %w", err)
	}
	var addresses []Address
	var routing []Object
	m.mu.Lock()
	held := func(p place) bool { return m.claims[p] != nil }
	for _, o := range configured {
		if a, ok := o.(Address); ok {
			addresses = append(addresses, a)
		} else if !held(o.place()) {
			routing = append(routing, o)
		}
	}
	changes := leftovers(interfaces, addresses, held)
	m.mu.Unlock()

	var list []Object
	if len(routing) > 0 {
		var have []Object
		if have, err = m.kernel.Routing(); err != nil {
			err = fmt.Errorf("vip: clean up: %w", err)
		}
		list = foundAgain(have, routing)
	}
	changes = append(removals(list), changes...)
	for _, c := range changes {
		m.log.Info("removing a leftover "+kind(c.Object), kind(c.Object), c.Object.String())
	}
	return errors.Join(err, failures(changes, m.commits.apply(changes)))
}
