package netlinkx

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Routes lists the routes of both families that carry a protocol, as messages.
// The kernel does the sorting out: a table of the whole Internet costs a walk,
// not a copy.
func (c *Conn) Routes(protocol uint8) ([]netlink.Message, error) {
	return c.bothFamilies(unix.RTM_GETROUTE, func(family byte) []byte {
		b := make([]byte, unix.SizeofRtMsg)
		b[0], b[5] = family, protocol
		return b
	})
}

// Rules lists the rules of both families, as messages.
func (c *Conn) Rules() ([]netlink.Message, error) {
	return c.bothFamilies(unix.RTM_GETRULE, func(family byte) []byte {
		b := make([]byte, 12) // struct fib_rule_hdr
		b[0] = family
		return b
	})
}

func (c *Conn) bothFamilies(kind netlink.HeaderType, body func(family byte) []byte) ([]netlink.Message, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []netlink.Message
	for _, family := range []byte{unix.AF_INET, unix.AF_INET6} {
		list, err := c.dump(kind, body(family))
		switch {
		case errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.EAFNOSUPPORT): // a kernel without IPv6
		case err != nil:
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

// RoutingWatch tells when routes of a protocol, or rules, go.
type RoutingWatch struct{ events *netlink.Conn }

// WatchRouting opens a watch in the network namespace ns. From then on nothing
// is missed.
func WatchRouting(ns int, protocol uint8) (*RoutingWatch, error) {
	events, err := listen(ns, goneFilter(protocol),
		unix.RTNLGRP_IPV4_ROUTE, unix.RTNLGRP_IPV6_ROUTE, unix.RTNLGRP_IPV4_RULE, unix.RTNLGRP_IPV6_RULE)
	if err != nil {
		return nil, err
	}
	return &RoutingWatch{events}, nil
}

// Run calls gone, which must not block, after each such change until ctx ends,
// then closes the watch and returns nil.
func (w *RoutingWatch) Run(ctx context.Context, gone func()) error {
	defer w.Close()
	stop := context.AfterFunc(ctx, func() { _ = w.events.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	for {
		_, err := w.events.Receive()
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && !errors.Is(err, syscall.ENOBUFS):
			return fmt.Errorf("netlinkx: routing: %w", err)
		}
		gone()
	}
}

// Close closes a watch that was never run. It is idempotent.
func (w *RoutingWatch) Close() error { return w.events.Close() }
