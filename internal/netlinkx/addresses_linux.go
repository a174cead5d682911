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

// addressWatch receives the notifications about addresses. The first one is
// taken at once, those that come within listPause of it together: a thousand
// addresses that are being added would otherwise wake us a thousand times, and
// whoever adds them pays for each.
type addressWatch struct {
	fd     int // -1: closed
	poller *poll.Poller
}

func watchAddresses(ns int) (*addressWatch, error) {
	w := &addressWatch{fd: -1}
	err := netns.Do(ns, func() (err error) {
		w.fd, err = unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
		return os.NewSyscallError("socket", err)
	})
	if err == nil {
		groups := uint32(1<<(unix.RTNLGRP_IPV4_IFADDR-1) | 1<<(unix.RTNLGRP_IPV6_IFADDR-1))
		err = os.NewSyscallError("bind", unix.Bind(w.fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: groups}))
	}
	if err == nil {
		w.poller, err = poll.New()
	}
	if err == nil {
		err = w.poller.Add(w.fd, 0)
	}
	if err != nil {
		_ = w.close()
		return nil, fmt.Errorf("netlinkx: addresses: %w", err)
	}
	w.setReadBuffer(monitorBuffer)
	return w, nil
}

// setReadBuffer does what the process may.
func (w *addressWatch) setReadBuffer(bytes int) {
	if unix.SetsockoptInt(w.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, bytes) != nil {
		_ = unix.SetsockoptInt(w.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, bytes)
	}
}

// run hands over notifications until ctx ends. lost is called where some are
// missing.
func (w *addressWatch) run(ctx context.Context, take func([]netlink.Message), lost func()) error {
	defer context.AfterFunc(ctx, w.poller.Wake)()
	buffer := make([]byte, receiveBuffer)
	var quiet time.Time
	var ready []int32
	for {
		ready = w.poller.Wait(time.Time{}, quiet, ready[:0])
		if ctx.Err() != nil {
			return nil
		}
		messages, err := w.receive(buffer)
		switch {
		case errors.Is(err, unix.ENOBUFS):
			lost()
		case err != nil:
			return fmt.Errorf("netlinkx: addresses: %w", err)
		}
		if len(messages) > 0 {
			take(messages)
		}
		quiet = time.Now().Add(listPause)
	}
}

// receive returns all notifications that are there.
func (w *addressWatch) receive(buffer []byte) (all []netlink.Message, err error) {
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
func (w *addressWatch) close() error {
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
