package poll

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// What the outer set's events carry to tell its three members apart.
const (
	timerEvent int32 = iota
	wakeEvent
	socketsEvent
)

// Poller waits for sockets, a deadline and a wake-up. Wait belongs to one
// goroutine; Wake, Add and Remove may be called meanwhile.
type Poller struct {
	outer   *os.File
	conn    syscall.RawConn
	onEvent func(fd uintptr) bool // p.event; a method value made per Wait would allocate

	outerFD, socketsFD, timerFD, wakeFD int

	wake   *os.File
	wakeup []byte
	woken  atomic.Bool // a wake-up is on its way: more of them change nothing

	// The arguments of the Wait under way.
	until, quiet time.Time
	ready        []int32

	timer time.Time // what the timerfd is set to, or has been; zero: not set
	armed bool      // the sockets may end the wait

	events  []unix.EpollEvent // room for every socket: none is left out of a turn
	sockets atomic.Int32
}

// New returns a Poller without sockets.
func New() (*Poller, error) {
	p := &Poller{
		outerFD: -1, socketsFD: -1, timerFD: -1, wakeFD: -1,
		wakeup: make([]byte, 8),
		events: make([]unix.EpollEvent, 4),
	}
	p.wakeup[0], p.wakeup[7] = 1, 1 // non-zero in either byte order
	p.onEvent = p.event
	if err := p.open(); err != nil {
		_ = p.Close()
		return nil, fmt.Errorf("poll: %w", err)
	}
	return p, nil
}

func (p *Poller) open() (err error) {
	if p.outerFD, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	// os.NewFile registers only what is non-blocking with Go's poller.
	if err := unix.SetNonblock(p.outerFD, true); err != nil {
		return os.NewSyscallError("fcntl", err)
	}
	p.outer = os.NewFile(uintptr(p.outerFD), "epoll")
	if p.conn, err = p.outer.SyscallConn(); err != nil {
		return err
	}
	if p.socketsFD, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	if p.timerFD, err = unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC); err != nil {
		return os.NewSyscallError("timerfd_create", err)
	}
	// Blocking, so that os.NewFile keeps it out of Go's poller, where it would
	// wake us a second time. Writing never blocks: nobody counts to 2^64.
	if p.wakeFD, err = unix.Eventfd(0, unix.EFD_CLOEXEC); err != nil {
		return os.NewSyscallError("eventfd", err)
	}
	p.wake = os.NewFile(uintptr(p.wakeFD), "eventfd")
	for _, m := range []struct {
		fd     int
		events uint32
		event  int32
	}{
		{p.timerFD, unix.EPOLLIN, timerEvent},
		{p.wakeFD, unix.EPOLLIN, wakeEvent},
		{p.socketsFD, unix.EPOLLONESHOT, socketsEvent},
	} {
		if err := unix.EpollCtl(p.outerFD, unix.EPOLL_CTL_ADD, m.fd, &unix.EpollEvent{Events: m.events, Fd: m.event}); err != nil {
			return os.NewSyscallError("epoll_ctl", err)
		}
	}
	return nil
}

// Add makes Wait report id while the socket fd has something to read. The
// caller keeps fd, and removes it before closing it.
func (p *Poller) Add(fd int, id int32) error {
	err := unix.EpollCtl(p.socketsFD, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: id})
	if err != nil {
		return fmt.Errorf("poll: %w", os.NewSyscallError("epoll_ctl", err))
	}
	p.sockets.Add(1)
	return nil
}

// Remove undoes Add.
func (p *Poller) Remove(fd int) error {
	if err := unix.EpollCtl(p.socketsFD, unix.EPOLL_CTL_DEL, fd, nil); err != nil {
		return fmt.Errorf("poll: %w", os.NewSyscallError("epoll_ctl", err))
	}
	p.sockets.Add(-1)
	return nil
}

// Wake ends the current Wait, or the next. Calls that come together count as
// one. It may be called from any goroutine, also after Close.
func (p *Poller) Wake() {
	if !p.woken.Swap(true) {
		_, _ = p.wake.Write(p.wakeup) // fails only once closed
	}
}

// Close frees what the Poller holds; the sockets stay open.
func (p *Poller) Close() error {
	var errs []error
	for _, f := range []*os.File{p.outer, p.wake} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	if p.outer == nil && p.outerFD >= 0 {
		errs = append(errs, unix.Close(p.outerFD))
	}
	p.outerFD = -1
	for _, fd := range []*int{&p.socketsFD, &p.timerFD} {
		if *fd >= 0 {
			errs = append(errs, unix.Close(*fd))
			*fd = -1
		}
	}
	return errors.Join(errs...)
}
