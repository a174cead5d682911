package vip

// Announcer tells the world where addresses are in another way than the
// neighbour protocols do, such as by BGP; see Config.Announcer. It is called by
// several goroutines at once, though not for one Set, and must not block:
// takeovers wait for it.
type Announcer interface {
	// Announce tells that addresses are here. It is called whenever they are
	// announced to the neighbours, which is several times for each.
	Announce([]Announcement) error

	// Withdraw tells that addresses are not here any more, or no longer vouched
	// for (see Config.Lifetime). It may be called again for the same.
	Withdraw([]Announcement) error
}

// tell announces to the neighbours and to the Announcer.
func (m *Manager) tell(list []Announcement) error {
	if len(list) == 0 {
		return nil
	}
	err := m.kernel.Announce(list)
	if m.announcer != nil {
		if e := m.announcer.Announce(list); err == nil {
			err = e
		}
	}
	m.unheard(list, err)
	return err
}

// withdraw tells the Announcer of those of before that are not in after.
func (s *Set) withdraw(before, after []Announcement) {
	m := s.manager
	if m.announcer == nil {
		return
	}
	left := make(map[Announcement]bool, len(after))
	for _, a := range after {
		left[a] = true
	}
	var list []Announcement
	for _, a := range before {
		if !left[a] {
			list = append(list, a)
		}
	}
	if len(list) == 0 {
		return
	}
	if err := m.announcer.Withdraw(list); err != nil {
		m.log.Warn("cannot withdraw addresses", "set", s.name, "err", err)
	}
}

// disown withdraws addresses that are gone and that nobody vouches for.
func (s *Set) disown(gone map[*claim]bool) {
	if s.manager.announcer == nil {
		return
	}
	var list []Announcement
	s.manager.mu.Lock()
	for c := range gone {
		if a, ok := c.announcement(); ok && c.state == claimHeld {
			list = append(list, a)
		}
	}
	s.manager.mu.Unlock()
	s.withdraw(list, nil)
}
