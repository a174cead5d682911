//go:build linux

package main

import (
	"fmt"
	"net/netip"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// Flags of TCP.
const (
	syn = 0x02
	ack = 0x10
)

// hold keeps new TCP connections from addresses: their first packets are dropped,
// by a table of nftables, and come again a second later, when another machine
// answers. A refusal instead, or a connection that is not served to its end, would
// be a failed request.
type hold struct {
	addrs []netip.Addr
	table *nftables.Table
}

// newHold returns a hold that holds nothing.
func newHold(prefixes []netip.Prefix) *hold {
	h := &hold{table: &nftables.Table{Name: "haproxy-ha", Family: nftables.TableFamilyINet}}
	for _, p := range prefixes {
		h.addrs = append(h.addrs, p.Addr())
	}
	return h
}

// lift lets connections in again, if anything keeps them out.
func (h *hold) lift() error { return h.replace(nil) }

// on begins to hold connections off.
func (h *hold) on() error { return h.replace(h.addrs) }

// replace drops connections to addrs and to nobody else, in one step.
func (h *hold) replace(addrs []netip.Addr) error {
	conn, err := nftables.New()
	if err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	conn.AddTable(h.table) // or there may be none to delete
	conn.DelTable(h.table)
	if len(addrs) > 0 {
		chain := conn.AddChain(&nftables.Chain{
			Name: "input", Table: conn.AddTable(h.table), Type: nftables.ChainTypeFilter,
			Hooknum: nftables.ChainHookInput, Priority: nftables.ChainPriorityFilter,
		})
		for _, a := range addrs {
			conn.AddRule(&nftables.Rule{Table: h.table, Chain: chain, Exprs: dropSYN(a)})
		}
	}
	if err := conn.Flush(); err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	return nil
}

// dropSYN is "ip daddr ADDR tcp flags & (syn|ack) == syn drop", or ip6.
func dropSYN(a netip.Addr) []expr.Any {
	family, offset, size := byte(unix.NFPROTO_IPV4), uint32(16), uint32(4)
	if a.Is6() {
		family, offset, size = unix.NFPROTO_IPV6, 24, 16
	}
	is := func(data ...byte) expr.Any { return &expr.Cmp{Op: expr.CmpOpEq, Register: unix.NFT_REG_1, Data: data} }
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyNFPROTO, Register: unix.NFT_REG_1}, is(family),
		&expr.Payload{DestRegister: unix.NFT_REG_1, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: size}, is(a.AsSlice()...),
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: unix.NFT_REG_1}, is(unix.IPPROTO_TCP),
		&expr.Payload{DestRegister: unix.NFT_REG_1, Base: expr.PayloadBaseTransportHeader, Offset: 13, Len: 1},
		&expr.Bitwise{SourceRegister: unix.NFT_REG_1, DestRegister: unix.NFT_REG_1, Len: 1, Mask: []byte{syn | ack}, Xor: []byte{0}}, is(syn),
		&expr.Verdict{Kind: expr.VerdictDrop},
	}
}
