package netlinkx

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netns"
	"github.com/vrrpkit/vrrpkit/internal/poll"
)

// additionPause is how long notifications about virtual addresses may pile up
// once there is one: a takeover of a thousand addresses is over by then.
const additionPause = 50 * time.Millisecond

// additionWatch receives the notifications about virtual addresses that have
// been added, all those of an additionPause together. Mostly it is this process
// that adds them, a thousand in a row when it becomes master: it would otherwise
// be woken for each, and the kernel, in the middle of adding, pays for the
// waking. Nobody waits for these: what is lost is told at once, elsewhere.
type additionWatch struct {
	fd     int // -1: closed
	poller *poll.Poller
}

// watchAdditions opens a watch in the network namespace ns. A kernel that does
// not tell who added an address (before 5.18) never has anything for it.
func watchAdditions(ns int) (*additionWatch, error) {
	w := &additionWatch{fd: -1}
	err := netns.Do(ns, func() (err error) {
		w.fd, err = unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
		return os.NewSyscallError("socket", err)
	})
	if err == nil {
		err = attach(w.fd, additionFilter(true))
	}
	if err == nil {
		to := unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: mask(unix.RTNLGRP_IPV4_IFADDR, unix.RTNLGRP_IPV6_IFADDR)}
		err = os.NewSyscallError("bind", unix.Bind(w.fd, &to))
	}
	if err == nil {
		w.poller, err = poll.New()
	}
	if err == nil {
		err = w.poller.Add(w.fd, 0)
	}
	if err != nil {
		_ = w.close()
		return nil, fmt.Errorf("netlinkx: additions: %w", err)
	}
	w.setReadBuffer(monitorBuffer)
	return w, nil
}

// setReadBuffer does what the process may.
func (w *additionWatch) setReadBuffer(bytes int) {
	if unix.SetsockoptInt(w.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, bytes) != nil {
		_ = unix.SetsockoptInt(w.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, bytes)
	}
}

// run hands over notifications until ctx ends. lost is called where some are
// missing.
func (w *additionWatch) run(ctx context.Context, take func([]netlink.Message), lost func()) error {
	defer context.AfterFunc(ctx, w.poller.Wake)()
	buffer := make([]byte, receiveBuffer)
	var ready []int32
	for {
		ready = w.poller.Wait(time.Time{}, time.Time{}, ready[:0])
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(additionPause): // while the poller is not armed, nothing wakes us
		}
		messages, err := w.receive(buffer)
		switch {
		case errors.Is(err, unix.ENOBUFS):
			lost()
		case err != nil:
			return fmt.Errorf("netlinkx: additions: %w", err)
		}
		if len(messages) > 0 {
			take(messages)
		}
	}
}

// receive returns all notifications that are there.
func (w *additionWatch) receive(buffer []byte) (all []netlink.Message, err error) {
	for {
		n, from, err := unix.Recvfrom(w.fd, buffer, 0)
		switch sender, _ := from.(*unix.SockaddrNetlink); {
		case err == unix.EINTR:
			continue
		case err == unix.EAGAIN:
			return all, nil
		case err != nil:
			return all, os.NewSyscallError("recvfrom", err)
		case sender == nil || sender.Pid != 0:
			continue // not the kernel's
		}
		list, err := syscall.ParseNetlinkMessage(slices.Clone(buffer[:n]))
		if err != nil {
			return all, unix.ENOBUFS // what it said is lost
		}
		for _, m := range list {
			all = append(all, netlink.Message{
				Header: netlink.Header{Type: netlink.HeaderType(m.Header.Type), Flags: netlink.HeaderFlags(m.Header.Flags)},
				Data:   m.Data,
			})
		}
	}
}

// close is idempotent. The watch must not be running.
func (w *additionWatch) close() error {
	var errs []error
	if w.poller != nil {
		errs = append(errs, w.poller.Close())
	}
	if w.fd >= 0 {
		errs = append(errs, os.NewSyscallError("close", unix.Close(w.fd)))
	}
	w.fd, w.poller = -1, nil
	return errors.Join(errs...)
}
