package vip

// Failed returns what the kernel refuses: objects that the Set should hold and does
// not, and those that it has released and that are still there, each with the
// kernel's last answer, in the order of Objects. Run goes on trying. Nil: all is as
// it should be.
func (s *Set) Failed() (list []*ChangeError) {
	m := s.manager
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, o := range s.objects {
		c := m.claims[o.place()]
		if c == nil || c.set != s || c.failure.err == nil {
			continue
		}
		switch c.state {
		case claimFailed:
			list = append(list, &ChangeError{Change{Op: Add, Object: o}, c.failure.err})
		case claimGoing:
			list = append(list, &ChangeError{c.deletion(), c.failure.err})
		}
	}
	return list
}

// Interfaces returns the interfaces of the manager's network namespace and their
// addresses as they are now.
func (m *Manager) Interfaces() ([]Interface, error) { return m.kernel.Interfaces() }
