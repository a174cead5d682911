package poll

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Wait blocks until a socket can be read, until the time until (the zero time:
// no limit), or until Wake. It appends the ids of the sockets that can be read
// to ready, whatever ended the wait, and returns it. Before the time quiet,
// sockets alone need not end the wait.
//
// Both times must carry a monotonic clock reading.
func (p *Poller) Wait(until, quiet time.Time, ready []int32) []int32 {
	p.until, p.quiet, p.ready = until, quiet, ready
	if n := int(p.sockets.Load()); n > len(p.events) {
		p.events = make([]unix.EpollEvent, 2*n)
	}
	now := time.Now()
	// What waits already needs no arming, which would wake Go's poller too.
	if quiet.After(now) || !p.collect() {
		if p.arm(now) {
			p.collect()
		} else {
			_ = p.conn.Read(p.onEvent) // fails only once closed
		}
	}
	ready, p.ready = p.ready, nil
	return ready
}

// event is called when the wait begins, and when the outer set has events. It
// reports whether the wait is over.
func (p *Poller) event(uintptr) bool {
	for {
		over, timeout := p.take()
		if over {
			p.collect()
			return true
		}
		if !timeout {
			return false
		}
		// The deadline, or only the end of the quiet time.
		if p.collect() || p.arm(time.Now()) {
			return true
		}
	}
}

// arm makes ready to block, and reports whether until has passed already.
func (p *Poller) arm(now time.Time) (passed bool) {
	next := p.until
	if !next.IsZero() && !next.After(now) {
		return true
	}
	if p.quiet.After(now) {
		if next.IsZero() || p.quiet.Before(next) {
			next = p.quiet
		}
	} else if !p.armed {
		p.armed = true
		p.armSockets()
	}
	if !next.Equal(p.timer) {
		p.timer = next
		p.setTimer(now)
	}
	return false
}

// take learns which members of the outer set have fired.
func (p *Poller) take() (over, timeout bool) {
	var events [3]unix.EpollEvent
	for _, e := range events[:epollWait(p.outerFD, events[:])] {
		switch e.Fd {
		case timerEvent:
			timeout = true
		case wakeEvent:
			var count [8]byte
			unix.RawSyscall(unix.SYS_READ, uintptr(p.wakeFD), uintptr(unsafe.Pointer(&count)), 8)
			// In this order: a Wake in between sees that one is on its way,
			// and it is, for this wait is over. Swap rather than Store, so that
			// what was written before that Wake is seen after this wait.
			p.woken.Swap(false)
			over = true
		case socketsEvent:
			p.armed, over = false, true
		}
	}
	return over, timeout
}

// collect appends the sockets that can be read to p.ready.
func (p *Poller) collect() (found bool) {
	n := epollWait(p.socketsFD, p.events)
	for _, e := range p.events[:n] {
		p.ready = append(p.ready, e.Fd)
	}
	return n > 0
}

// setTimer sets the timerfd to p.timer, as a distance: an absolute time would
// need the runtime's own reading of the clock, which time.Time keeps to itself.
func (p *Poller) setTimer(now time.Time) {
	var spec unix.ItimerSpec
	if !p.timer.IsZero() {
		spec.Value = unix.NsecToTimespec(int64(p.timer.Sub(now)))
	}
	unix.RawSyscall6(unix.SYS_TIMERFD_SETTIME, uintptr(p.timerFD), 0, uintptr(unsafe.Pointer(&spec)), 0, 0, 0)
}

// armSockets lets the sockets end the wait, once.
func (p *Poller) armSockets() {
	e := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLONESHOT, Fd: socketsEvent}
	unix.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(p.outerFD), unix.EPOLL_CTL_MOD, uintptr(p.socketsFD),
		uintptr(unsafe.Pointer(&e)), 0, 0)
}

// epollWait fetches events without waiting. It cannot fail on a descriptor
// that is open.
func epollWait(fd int, events []unix.EpollEvent) int {
	n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(fd),
		uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), 0, 0, 0)
	if errno != 0 {
		return 0
	}
	return int(n)
}
