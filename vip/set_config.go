package vip

import "time"

// SetConfig describes a Set.
type SetConfig struct {
	// Name is for logs, such as the name of a VRRP instance.
	Name string

	// Interface carries those Addresses that name none.
	Interface string

	// Addresses are added in this order, announced in this order, and removed
	// in the opposite order.
	Addresses []Address

	// VMACs are added before all else, and removed at the very end.
	VMACs []VMAC

	// Routes and Rules are added behind the addresses, and removed before them.
	// A Lifetime is not theirs: the kernel removes addresses by itself, and IPv4
	// routes whose Source goes with them; CleanUp finds the rest.
	Routes []Route
	Rules  []Rule

	// Schedule says how often the addresses are announced. The zero Schedule
	// means DefaultSchedule.
	Schedule Schedule

	// Lifetime is the Config.Lifetime of this Set. Zero means the manager's;
	// NoLifetime: none.
	Lifetime time.Duration

	// ExtraInterfaces are interfaces other than Interface on each of which the
	// first address is announced every ExtraRefresh, so that switches keep
	// knowing the way to it (garp_extra_if).
	ExtraInterfaces []string
	ExtraRefresh    time.Duration

	// YieldAfter is how many times in YieldWindow others may remove objects,
	// which are put back each time, before Trouble delivers a *YieldError.
	// Removals that are noticed together count once. Zero means
	// DefaultYieldAfter; with 1 each removal makes the router yield, as
	// keepalived does.
	YieldAfter int
}

// Add returns a new Set, which holds nothing yet. Its objects are checked, and
// every mistake is reported. A Set needs no removing: once released it is
// forgotten.
func (m *Manager) Add(cfg SetConfig) (*Set, error) {
	c, err := m.check(cfg)
	if err != nil {
		return nil, err
	}
	s := &Set{manager: m, trouble: make(chan error, troubleBuffer), turn: make(chan struct{}, 1)}
	m.mu.Lock()
	defer m.mu.Unlock()
	s.lease.phase = m.nextPhase(c.lifetime)
	s.become(c)
	s.turn <- struct{}{}
	return s, nil
}
