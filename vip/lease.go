package vip

import (
	"errors"
	"fmt"
	"math"
	"time"
)

const (
	// MinLifetime is the shortest Lifetime: the kernel counts whole seconds,
	// and one of them is soon over.
	MinLifetime = 2 * time.Second

	// NoLifetime is the Lifetime of a Set that has none whatever its manager's
	// Config says: its addresses stay until they are removed.
	NoLifetime time.Duration = -1

	// leaseParts is how many renewals there are to a lifetime.
	leaseParts = 4

	// leaseBatch is how many addresses of a Set are renewed at once; the others
	// follow, spread over a renewal period.
	leaseBatch = 64

	// leaseSlack is how much early a renewal may be, so that Sets share one.
	leaseSlack = 10 * time.Millisecond

	// kernelDelay is how late the kernel may be to remove an address.
	kernelDelay = time.Second
)

// maxLifetime is what the kernel's 32 bits hold, short of its "for ever".
const maxLifetime = (1<<32 - 2) * time.Second

// Overhang returns how long addresses of that Lifetime may stay after the last
// Renew, at worst: when whoever calls it has hung while Run goes on. After a
// whole process was stopped or killed it is a quarter of the lifetime less.
func Overhang(lifetime time.Duration) time.Duration {
	return lifetime + lifetime/leaseParts + kernelDelay
}

func validateLifetime(d time.Duration) error {
	switch {
	case d == 0, d == NoLifetime:
		return nil
	case d < MinLifetime, d > maxLifetime, d%time.Second != 0:
		return fmt.Errorf("vip: Lifetime %v: must be a whole number of seconds, at least %v", d, MinLifetime)
	}
	return nil
}

// lease decides when which of n addresses are renewed in the kernel. It is a
// pure value: its owner passes the time and comes back at the deadline.
type lease struct {
	lifetime time.Duration // 0: addresses stay until they are removed
	phase    time.Duration // less than period; sets Sets apart
	n, pos   int           // addresses, and the next one
	at       time.Time     // when that is due; zero: never
	renewed  time.Time     // when any was last
}

func (l *lease) period() time.Duration { return l.lifetime / leaseParts }

// step is the time between two batches.
func (l *lease) step() time.Duration {
	batches := (l.n + leaseBatch - 1) / leaseBatch
	return l.period() / time.Duration(max(batches, 1))
}

// begin starts over with n addresses that have just been added.
func (l *lease) begin(now time.Time, n int) {
	l.n, l.pos, l.at, l.renewed = n, 0, time.Time{}, now
	if n > 0 && l.lifetime > 0 {
		l.at = now.Add(l.phase)
	}
}

// next returns the range of addresses to renew now. After a stall it is all of
// them: there is no telling which end first.
func (l *lease) next(now time.Time) (from, to int) {
	if now.Sub(l.at) >= l.period() {
		l.pos, l.at = 0, now.Add(l.period())
		return 0, l.n
	}
	from, to = l.pos, min(l.pos+leaseBatch, l.n)
	l.pos = to % l.n
	l.at = l.at.Add(l.step())
	return from, to
}

// over reports whether the kernel may have removed addresses by itself.
func (l *lease) over(now time.Time) bool {
	return l.lifetime > 0 && now.Sub(l.renewed) >= l.lifetime
}

// LapsedError tells that the Lifetime of an address ended while its Set was
// acquired, because nobody vouched for it in time: the process was stopped,
// overloaded or stuck. It has been put back.
type LapsedError struct {
	Address Address
	For     time.Duration // since the last renewal
}

// Error implements error.
func (e *LapsedError) Error() string {
	return fmt.Sprintf("vip: the lifetime of %v ended, not having been renewed for %v, and it has been put back: "+
		"the process was stopped or starved of CPU time", e.Address, e.For.Round(time.Millisecond))
}

// Renew tells that whoever acquired the Set is alive and vouches for it until
// the given time. It never blocks and does not allocate.
//
// Under a Lifetime it is what addresses are renewed by in the kernel; it counts
// for a quarter of the Lifetime at most, as does Acquire. Until it is called
// again nothing is renewed, announced again or put back, and the kernel removes
// the addresses in the end. Without a Lifetime, removed addresses are put back
// only while the time has not come, from the first call on: after a stall
// somebody else may hold them. A Set without a Lifetime that is never renewed
// is guarded always.
func (s *Set) Renew(until time.Time) {
	if s.lifetime.Load() > 0 {
		s.affirm(time.Now(), until)
		return
	}
	s.fresh.Store(int64(until.Sub(s.manager.epoch)))
}

// affirm is Renew under a Lifetime. It wakes Run if that has been waiting.
func (s *Set) affirm(now, until time.Time) {
	if most := now.Add(time.Duration(s.lifetime.Load()) / leaseParts); until.After(most) {
		until = most
	}
	before := s.fresh.Swap(int64(until.Sub(s.manager.epoch)))
	if before < int64(now.Sub(s.manager.epoch)) {
		wake(s.manager.wake)
	}
}

// vouched reports whether the Set may renew and restore addresses.
func (s *Set) vouched(now time.Time) bool {
	until := s.fresh.Load()
	return until == 0 && s.lifetime.Load() == 0 || int64(now.Sub(s.manager.epoch)) <= until
}

// setLease records when the Set wants to renew addresses.
func (m *Manager) setLease(s *Set) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s.lease.at.IsZero() {
		delete(m.leases, s)
	} else {
		m.leases[s] = s.lease.at
	}
}

// renewable returns the Sets whose turn to renew has come, and when the next
// one's will. Those that nobody vouches for are left out: Renew wakes Run.
func (m *Manager) renewable(now time.Time) (ripe []*Set, next time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for s, at := range m.leases {
		switch {
		case !s.vouched(now):
		case at.After(now.Add(leaseSlack)):
			next = earliest(next, at)
		default:
			ripe = append(ripe, s)
		}
	}
	return ripe, next
}

// renew renews addresses in the kernel, those of all Sets at once, and returns
// when there is more to renew; the zero time: never.
func (m *Manager) renew(now time.Time) time.Time {
	ripe, next := m.renewable(now)
	var claims []*claim
	var changes []Change
	for _, s := range ripe {
		if !s.tryBegin() {
			next = earliest(next, now.Add(leaseSlack))
			continue
		}
		if s.lease.over(now) {
			s.end()
			s.restore(m.claimsOf(s))
			continue
		}
		defer s.end()
		from, to := s.lease.next(now)
		s.lease.renewed = now
		next = earliest(next, s.lease.at)
		m.mu.Lock()
		for _, a := range s.addresses[from:to] {
			if c := m.claims[a.place()]; c != nil && c.set == s && c.state == claimHeld {
				claims = append(claims, c)
				changes = append(changes, s.addition(a))
			}
		}
		m.mu.Unlock()
	}
	if len(changes) == 0 {
		return next
	}
	errs := m.commits.apply(changes)
	if errs != nil {
		m.settle(claims, changes, errs)
		m.log.Warn("cannot renew addresses", "err", errors.Join(errs...))
	}
	return next
}

// nextPhase returns the phase of one more lease. Golden-ratio steps spread any
// number of them evenly. Called with mu held.
func (m *Manager) nextPhase(lifetime time.Duration) time.Duration {
	m.leased++
	_, part := math.Modf(float64(m.leased) * math.Phi)
	return time.Duration(part * float64(lifetime/leaseParts))
}

// claimsOf returns what a Set has claimed.
func (m *Manager) claimsOf(s *Set) (list []*claim) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, o := range s.objects {
		if c := m.claims[o.place()]; c != nil && c.set == s {
			list = append(list, c)
		}
	}
	return list
}
