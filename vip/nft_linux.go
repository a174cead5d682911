package vip

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/google/nftables/userdata"
	"golang.org/x/sys/unix"
)

// The chains of our table are known by their names: what has others is not
// ours.
const (
	inChain  = "vrrpkit-in"
	outChain = "vrrpkit-out"
)

// Messages of ICMPv6 (RFC 4861, RFC 2710, RFC 3810).
const (
	mldReport         = 131
	mldDone           = 132
	routerSolicit     = 133
	neighborSolicit   = 135
	neighborAdvertise = 136
	mld2Report        = 143
)

// Registers of nftables.
const (
	dataRegister = unix.NFT_REG_1
)

func (k *linux) Filter(f Filter) error {
	if err := k.filter(f); err != nil {
		return fmt.Errorf("vip: packet filter: %w", err)
	}
	return nil
}

func (k *linux) filter(f Filter) error {
	conn, err := nftables.New(nftables.WithNetNSFd(k.namespace))
	if err != nil {
		return err
	}
	table := &nftables.Table{Name: f.table(), Family: nftables.TableFamilyINet}
	exists, err := k.ownTable(conn, table)
	switch {
	case f.empty() && (err != nil || !exists):
		k.drops.set(table.Name, 0, true)
		return nil // nothing of ours; a kernel without nftables has no tables at all
	case err != nil:
		return err
	}
	if exists {
		conn.DelTable(table)
	}
	rules, watched := 0, true
	if !f.empty() {
		watched = k.tables != nil && k.tables.Begin() == nil
		if rules, err = fill(conn, conn.AddTable(table), f, mark{owner: k.owner.name}); err != nil {
			return err
		}
	}
	k.drops.set(table.Name, rules, watched) // before anything can go of it
	return conn.Flush()                     // all of it, or nothing
}

var errForeignTable = errors.New("it is not ours: choose another name")

// ownTable reports whether the table exists, and fails if it is not ours.
func (k *linux) ownTable(conn *nftables.Conn, table *nftables.Table) (exists bool, err error) {
	tables, err := conn.ListTablesOfFamily(table.Family)
	if err != nil {
		return false, err
	}
	for _, t := range tables {
		exists = exists || t.Name == table.Name
	}
	if !exists {
		return false, nil
	}
	chains, err := conn.ListChainsOfTableFamily(table.Family)
	if err != nil {
		return false, err
	}
	for _, c := range chains {
		if c.Table.Name == table.Name && c.Name != inChain && c.Name != outChain {
			return false, fmt.Errorf("table inet %s has a chain %s: %w", table.Name, c.Name, errForeignTable)
		}
	}
	marks, err := ruleMarks(conn, table)
	if err != nil {
		return false, err
	}
	for _, m := range slices.Compact(marks) {
		if !k.mayReplace(m) {
			return false, fmt.Errorf("table inet %s belongs to %s, which is running: choose another name (nftables in keepalived.conf)", table.Name, m.process())
		}
	}
	return true, nil
}

// fill makes the chains of a new table, and rules with a mark, whose number it
// returns.
func fill(conn *nftables.Conn, table *nftables.Table, f Filter, m mark) (rules int, err error) {
	chain := func(name string, hook *nftables.ChainHook) *nftables.Chain {
		return conn.AddChain(&nftables.Chain{
			Name: name, Table: table, Type: nftables.ChainTypeFilter, Hooknum: hook,
			Priority: nftables.ChainPriorityRef(nftables.ChainPriority(f.Priority)),
		})
	}
	in, out := chain(inChain, nftables.ChainHookInput), chain(outChain, nftables.ChainHookOutput)
	drop := func(c *nftables.Chain, match ...[]expr.Any) {
		var exprs []expr.Any
		for _, m := range match {
			exprs = append(exprs, m...)
		}
		if f.Counters {
			exprs = append(exprs, &expr.Counter{})
		}
		rules++
		conn.AddRule(&nftables.Rule{
			Table: table, Chain: c, Exprs: append(exprs, &expr.Verdict{Kind: expr.VerdictDrop}),
			UserData: userdata.AppendString(nil, userdata.TypeComment, m.String()),
		})
	}
	for _, name := range f.Silent {
		device := interfaceIs(expr.MetaKeyOIFNAME, name)
		drop(out, device, metaIs(expr.MetaKeyL4PROTO, unix.IPPROTO_IGMP))
		for _, kind := range []byte{mldReport, mldDone, routerSolicit, mld2Report} {
			drop(out, device, metaIs(expr.MetaKeyL4PROTO, unix.IPPROTO_ICMPV6), icmpIs(expr.CmpOpEq, kind))
		}
	}
	err = dropAddresses(conn, table, f, func(source bool, match ...[]expr.Any) {
		if source {
			drop(out, match...)
		} else {
			drop(in, match...)
		}
	})
	return rules, err
}

// dropAddresses adds the rules about Addresses: global ones by sets, link-local
// ones one by one. Neighbour discovery is let through.
func dropAddresses(conn *nftables.Conn, table *nftables.Table, f Filter, drop func(source bool, match ...[]expr.Any)) error {
	var v4, v6 []nftables.SetElement
	var local []netip.Addr
	for _, a := range f.Addresses {
		switch {
		case a.Is4():
			v4 = append(v4, nftables.SetElement{Key: a.AsSlice()})
		case a.Zone() != "":
			local = append(local, a)
		default:
			v6 = append(v6, nftables.SetElement{Key: a.AsSlice()})
		}
	}
	set := func(name string, kind nftables.SetDatatype, elements []nftables.SetElement) ([]expr.Any, error) {
		s := &nftables.Set{Table: table, Name: name, KeyType: kind}
		if err := conn.AddSet(s, elements); err != nil {
			return nil, err
		}
		return []expr.Any{&expr.Lookup{SourceRegister: dataRegister, SetName: s.Name, SetID: s.ID}}, nil
	}
	discovery := func() [][]expr.Any { // one exception each is as good as a set of two
		return [][]expr.Any{icmpIs(expr.CmpOpNeq, neighborSolicit), icmpIs(expr.CmpOpNeq, neighborAdvertise)}
	}
	dropIPv6 := func(source bool, match ...[]expr.Any) {
		drop(source, append(match, metaIsNot(expr.MetaKeyL4PROTO, unix.IPPROTO_ICMPV6))...)
		match = append(match, metaIs(expr.MetaKeyL4PROTO, unix.IPPROTO_ICMPV6))
		drop(source, append(match, discovery()...)...)
	}
	if len(v4) > 0 {
		lookup, err := set("addresses", nftables.TypeIPAddr, v4)
		if err != nil {
			return err
		}
		for _, source := range []bool{false, true} {
			drop(source, metaIs(expr.MetaKeyNFPROTO, unix.NFPROTO_IPV4), addressOf(false, source), lookup)
		}
	}
	if len(v6) > 0 {
		lookup, err := set("addresses6", nftables.TypeIP6Addr, v6)
		if err != nil {
			return err
		}
		for _, source := range []bool{false, true} {
			dropIPv6(source, metaIs(expr.MetaKeyNFPROTO, unix.NFPROTO_IPV6), addressOf(true, source), lookup)
		}
	}
	for _, a := range local {
		same := []expr.Any{&expr.Cmp{Op: expr.CmpOpEq, Register: dataRegister, Data: a.WithZone("").AsSlice()}}
		for _, source := range []bool{false, true} {
			key := expr.MetaKeyIIFNAME
			if source {
				key = expr.MetaKeyOIFNAME
			}
			dropIPv6(source, metaIs(expr.MetaKeyNFPROTO, unix.NFPROTO_IPV6), interfaceIs(key, a.Zone()), addressOf(true, source), same)
		}
	}
	return nil
}

func metaIs(key expr.MetaKey, value byte) []expr.Any {
	return []expr.Any{&expr.Meta{Key: key, Register: dataRegister}, &expr.Cmp{Op: expr.CmpOpEq, Register: dataRegister, Data: []byte{value}}}
}

func metaIsNot(key expr.MetaKey, value byte) []expr.Any {
	return []expr.Any{&expr.Meta{Key: key, Register: dataRegister}, &expr.Cmp{Op: expr.CmpOpNeq, Register: dataRegister, Data: []byte{value}}}
}

func interfaceIs(key expr.MetaKey, name string) []expr.Any {
	padded := make([]byte, unix.IFNAMSIZ)
	copy(padded, name)
	return []expr.Any{&expr.Meta{Key: key, Register: dataRegister}, &expr.Cmp{Op: expr.CmpOpEq, Register: dataRegister, Data: padded}}
}

// icmpIs compares the type of an ICMPv6 message.
func icmpIs(op expr.CmpOp, kind byte) []expr.Any {
	return []expr.Any{
		&expr.Payload{DestRegister: dataRegister, Base: expr.PayloadBaseTransportHeader, Offset: 0, Len: 1},
		&expr.Cmp{Op: op, Register: dataRegister, Data: []byte{kind}},
	}
}

// addressOf loads an address of the IP header.
func addressOf(ipv6, source bool) []expr.Any {
	offset, size := uint32(16), uint32(4)
	switch {
	case ipv6 && source:
		offset, size = 8, 16
	case ipv6:
		offset, size = 24, 16
	case source:
		offset = 12
	}
	return []expr.Any{&expr.Payload{DestRegister: dataRegister, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: size}}
}
