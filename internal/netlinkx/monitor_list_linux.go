package netlinkx

import (
	"context"
	"time"
)

// listAddresses reads back what notifications have announced. It is apart from
// the receiver, so that a link's loss is seen while a long list is being made.
func (m *Monitor) listAddresses(ctx context.Context) {
	pause := listPause
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.relist:
		}
		m.mu.Lock()
		all, dirty := m.overrun, m.table.dirty
		m.overrun, m.listing, m.table.dirty, m.table.asked = false, all, make(map[int]struct{}), dirty
		m.mu.Unlock()

		pause = min(2*pause, listPauseMax)
		if m.list(all, dirty) == nil {
			pause = listPause
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// list makes a list of everything, or of some interfaces' addresses.
// Subscribers hear of it even if nothing differs: an address may have come and
// gone, and who has looked in between must look again. Of a lasting failure
// they hear once.
func (m *Monitor) list(all bool, dirty map[int]struct{}) error {
	var some bool
	var err error
	if all {
		err = m.listAll()
	} else {
		some, err = m.listSome(dirty)
	}
	m.mu.Lock()
	m.table.asked = nil
	news := err == nil || some || m.err == nil
	m.err = err
	if m.overrun || len(m.table.dirty) > 0 {
		wake(m.relist)
	}
	m.mu.Unlock()
	if news {
		m.notify()
	}
	return err
}

func (m *Monitor) listAll() error {
	list, err := m.lists.Interfaces()
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil {
		m.overrun = true
	} else {
		// What was notified meanwhile may be newer than the list.
		m.table = newTable(list)
		m.apply(m.kept)
	}
	m.listing, m.kept = false, nil
	return err
}

// listSome reports the last error, and whether some lists were made.
func (m *Monitor) listSome(dirty map[int]struct{}) (some bool, last error) {
	for index := range dirty {
		list, err := m.lists.Addresses(index)
		m.mu.Lock()
		switch {
		case err == nil:
			m.table.setAddresses(index, list)
			some = true
		case m.table.links[index] != nil:
			m.table.dirty[index] = struct{}{}
			last = err
		}
		m.mu.Unlock()
	}
	return some, last
}
