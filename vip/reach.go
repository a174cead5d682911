package vip

import (
	"errors"
	"syscall"
	"time"
)

// reach is how neighbours reach an interface. The zero reach stands for one that
// nobody does, because it is down.
type reach struct {
	index int
	mac   string
}

func reachOf(i Interface) reach {
	if !i.Up {
		return reach{}
	}
	return reach{i.Index, string(i.MAC)}
}

// follow has those Sets announce as after Acquire whose interfaces neighbours reach
// in another way than when the guard last looked: since then they are up, or others
// of the same name, or have another hardware address. held are the claims whose
// objects should be there.
func (m *Manager) follow(seen []Interface, held map[place]*claim) {
	now := make(map[string]reach, len(seen))
	changed := make(map[string]bool)
	m.mu.Lock()
	for _, i := range seen {
		is := reachOf(i)
		if was, known := m.reach[i.Name]; known && is != was && is != (reach{}) {
			changed[i.Name] = true
		}
		now[i.Name] = is
	}
	m.reach = now
	m.mu.Unlock()
	if len(changed) > 0 {
		for _, c := range held {
			if a, ok := c.announcement(); ok && changed[a.Interface] {
				m.anew[c.set] = true
			}
		}
	}
	for s := range m.anew {
		if s.announceAnew() {
			delete(m.anew, s)
		} else {
			m.lookBy(time.Now().Add(guardRetry))
		}
	}
}

// announceAnew reports false where this is not the time for it.
func (s *Set) announceAnew() bool {
	if !s.tryBegin() {
		return false
	}
	defer s.end()
	if s.acquired {
		s.announcer.acquired(time.Now())
	}
	return true
}

// unheard notes that announcements failed because an interface is down: follow
// makes them once it is up, even if that is before the guard has looked.
func (m *Manager) unheard(list []Announcement, err error) {
	if !errors.Is(err, syscall.ENETDOWN) {
		return
	}
	m.mu.Lock()
	for _, a := range list {
		m.reach[a.Interface] = reach{}
	}
	m.mu.Unlock()
	m.lookBy(time.Now().Add(guardRetry))
}

// logAnnouncement logs why a Set could not announce behind the caller's back.
func (s *Set) logAnnouncement(err error) {
	switch {
	case err == nil:
	case errors.Is(err, syscall.ENETDOWN):
		s.manager.log.Info("addresses are announced once their interface is up", "set", s.name, "err", err)
	default:
		s.manager.log.Warn("announcement failed", "set", s.name, "err", err)
	}
}
