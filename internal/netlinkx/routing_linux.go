package netlinkx

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/net/bpf"
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
	var groups uint32
	for _, g := range []int{
		unix.RTNLGRP_IPV4_ROUTE, unix.RTNLGRP_IPV6_ROUTE, unix.RTNLGRP_IPV4_RULE, unix.RTNLGRP_IPV6_RULE,
	} {
		groups |= 1 << (g - 1)
	}
	events, err := dial(ns, groups)
	if err != nil {
		return nil, err
	}
	filter, err := bpf.Assemble(goneFilter(protocol))
	if err == nil {
		err = events.SetBPF(filter)
	}
	if err != nil {
		events.Close()
		return nil, fmt.Errorf("netlinkx: filter: %w", err)
	}
	return &RoutingWatch{events}, nil
}

// goneFilter passes messages of which a missing route or rule may be the
// consequence: a router's other changes must not wake anybody.
func goneFilter(protocol uint8) []bpf.Instruction {
	half := func(v uint16) uint32 { // as a load of the network's byte order sees it
		return uint32(binary.BigEndian.Uint16(binary.NativeEndian.AppendUint16(nil, v)))
	}
	const (
		typeAt, flagsAt = 4, 6
		protocolAt      = unix.SizeofNlMsghdr + 5
		all             = 1 << 18
	)
	return []bpf.Instruction{
		bpf.LoadAbsolute{Off: typeAt, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: half(unix.RTM_DELRULE), SkipTrue: 6},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: half(unix.RTM_DELROUTE), SkipTrue: 3},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: half(unix.RTM_NEWROUTE), SkipTrue: 5},
		// One route in place of another: the message has the new one only.
		bpf.LoadAbsolute{Off: flagsAt, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpBitsSet, Val: half(uint16(netlink.Replace)), SkipTrue: 2, SkipFalse: 3},
		bpf.LoadAbsolute{Off: protocolAt, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(protocol), SkipTrue: 1},
		bpf.RetConstant{Val: all},
		bpf.RetConstant{Val: 0},
	}
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
