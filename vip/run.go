package vip

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
)

// Run makes the announcements that come later than Acquire, and puts addresses
// back that someone else removed. When ctx ends it releases what is still held,
// closes the kernel, and returns nil, or what could not be undone. Sets work
// before Run is called, without that. It can be called once.
func (m *Manager) Run(ctx context.Context) error {
	if !m.begin() {
		return errors.New("vip: a manager runs only once, and not after Close")
	}
	defer m.queue.Start()()
	watching, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	var watchErr error
	wg.Go(func() {
		defer cancel()
		watchErr = m.kernel.Watch(watching, m.kernelChanged)
	})
	m.loop(watching)

	cancel()
	wg.Wait()
	return errors.Join(watchErr, m.end())
}

// Close frees a manager that is not Run, and releases what its Sets hold. After
// Run, or during it, it does nothing.
func (m *Manager) Close() error {
	if !m.begin() {
		return nil
	}
	return m.end()
}

// begin reports whether neither Run nor Close has been called before.
func (m *Manager) begin() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	first := !m.begun
	m.begun = true
	return first
}

func (m *Manager) loop(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var guarded time.Time // when the guard last looked
	var pause time.Time   // until when to announce nothing
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.wake:
		case <-timer.C:
		}
		m.mu.Lock()
		m.alarm.rise()
		m.mu.Unlock()
		now := time.Now()
		next := pause
		if !now.Before(pause) {
			var sent int
			if sent, next = m.announce(now); sent >= stepFrames {
				pause = now.Add(stepPause)
				next = pause
			}
		}
		look := m.lookAt(guarded)
		if due(look, now) {
			m.guard()
			guarded = time.Now()
			look = m.lookAt(guarded)
		}
		next = earliest(next, look, m.renew(time.Now()))
		m.mu.Lock()
		next = m.alarm.sleep(next)
		m.mu.Unlock()
		if next.IsZero() {
			timer.Stop()
		} else {
			timer.Reset(time.Until(next))
		}
	}
}

// announce makes the announcements that are due, up to about a step's worth,
// and returns their number and when more are due; the zero time: never.
func (m *Manager) announce(now time.Time) (sent int, next time.Time) {
	var ready []*Set
	m.mu.Lock()
	for s, at := range m.due {
		if at.After(now) {
			next = earliest(next, at)
		} else {
			ready = append(ready, s)
		}
	}
	m.mu.Unlock()

	for _, s := range ready {
		if sent >= stepFrames {
			return sent, now
		}
		n, at := s.continueAnnouncing(now)
		sent += n
		next = earliest(next, at)
	}
	return sent, next
}

// end releases everything and closes the kernel.
func (m *Manager) end() error {
	err := errors.Join(m.stop(), m.unfilter())
	if err == nil { // or the successor needs the file
		err = m.state.remove()
	}
	return errors.Join(err, m.kernel.Close())
}

// stop releases everything and lets nothing be acquired any more.
func (m *Manager) stop() error {
	m.mu.Lock()
	m.stopped = true
	sets := make(map[*Set]struct{})
	for _, c := range m.claims {
		sets[c.set] = struct{}{}
	}
	m.mu.Unlock()

	for s := range sets {
		_ = s.Release(context.Background()) // what stays is tried once more
	}
	m.mu.Lock()
	left := slices.Collect(maps.Values(m.claims))
	m.mu.Unlock()
	return m.remove(left)
}
