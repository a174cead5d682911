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

// nftName is the attribute that names the table in messages about it, its chains
// and its rules (NFTA_TABLE_NAME, NFTA_CHAIN_TABLE, NFTA_RULE_TABLE).
const nftName = 1

// TableWatch tells when something of the packet filter's tables goes.
type TableWatch struct{ events *netlink.Conn }

// WatchTables opens a watch in the network namespace ns. It tells nothing before
// Begin.
func WatchTables(ns int) (*TableWatch, error) {
	events, err := netlink.Dial(unix.NETLINK_NETFILTER, &netlink.Config{NetNS: max(ns, 0), MessageBufferSize: receiveBuffer})
	if err != nil {
		return nil, fmt.Errorf("netlinkx: nftables: %w", err)
	}
	return &TableWatch{events}, nil
}

// Begin has the watch miss nothing from now on. It may be called again.
func (w *TableWatch) Begin() error { return w.events.JoinGroup(unix.NFNLGRP_NFTABLES) }

// Run calls gone, which must not block, with the name of each table in the family
// inet that has gone or lost chains or rules, until ctx ends, then closes the watch
// and returns nil. An empty name stands for all.
func (w *TableWatch) Run(ctx context.Context, gone func(table string)) error {
	defer w.Close()
	stop := context.AfterFunc(ctx, func() { _ = w.events.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	for {
		messages, err := w.events.Receive()
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, syscall.ENOBUFS):
			gone("")
		case err != nil:
			return fmt.Errorf("netlinkx: nftables: %w", err)
		}
		told := ""
		for _, m := range messages {
			if table, ok := tableGone(m); ok && table != told {
				gone(table)
				told = table
			}
		}
	}
}

// Close closes a watch that was never run. It is idempotent.
func (w *TableWatch) Close() error { return w.events.Close() }

// tableGone returns the table that something has gone of, which may be itself.
func tableGone(m netlink.Message) (table string, ok bool) {
	switch int(m.Header.Type) {
	case unix.NFNL_SUBSYS_NFTABLES<<8 | unix.NFT_MSG_DELTABLE,
		unix.NFNL_SUBSYS_NFTABLES<<8 | unix.NFT_MSG_DELCHAIN,
		unix.NFNL_SUBSYS_NFTABLES<<8 | unix.NFT_MSG_DELRULE:
	default:
		return "", false
	}
	const header = 4 // struct nfgenmsg: the family comes first
	if len(m.Data) < header || m.Data[0] != unix.NFPROTO_INET {
		return "", false
	}
	ad, err := netlink.NewAttributeDecoder(m.Data[header:])
	if err != nil {
		return "", false
	}
	for ad.Next() {
		if ad.Type() == nftName {
			return ad.String(), true
		}
	}
	return "", false
}
