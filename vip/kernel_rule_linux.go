package vip

import (
	"encoding/binary"
	"net/netip"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// ruleHeader is the length of struct fib_rule_hdr.
const ruleHeader = 12

// actions are the numbers of actions but RuleL3MDev, which has none of its own.
var actions = map[RuleAction]byte{
	RuleLookup: unix.FR_ACT_TO_TBL, RuleL3MDev: unix.FR_ACT_TO_TBL, RuleGoto: unix.FR_ACT_GOTO, RuleNop: unix.FR_ACT_NOP,
	RuleBlackhole: unix.FR_ACT_BLACKHOLE, RuleUnreachable: unix.FR_ACT_UNREACHABLE, RuleProhibit: unix.FR_ACT_PROHIBIT,
}

// ruleRequest returns the message that adds or removes a rule.
func ruleRequest(op Op, r Rule) (netlink.Message, error) {
	m := netlink.Message{Header: netlink.Header{Type: unix.RTM_DELRULE}}
	if op == Add {
		m.Header.Type = unix.RTM_NEWRULE
		m.Header.Flags = netlink.Create | netlink.Excl // without it the kernel has rules twice
	}
	b := make([]byte, ruleHeader, 128)
	b[0], b[1], b[2], b[3] = family(r.ipv6()), byte(max(r.To.Bits(), 0)), byte(max(r.From.Bits(), 0)), r.TOS
	if r.Table <= 255 {
		b[4] = byte(r.Table)
	}
	b[7] = actions[r.Action]
	if r.Not {
		binary.NativeEndian.PutUint32(b[8:], unix.FIB_RULE_INVERT)
	}
	attributes, err := encode(func(ae *netlink.AttributeEncoder) error {
		r.encode(ae)
		return nil
	})
	m.Data = append(b, attributes...)
	return m, err
}

func (r Rule) encode(ae *netlink.AttributeEncoder) {
	number := func(kind uint16, v uint32) {
		if v != 0 {
			ae.Uint32(kind, v)
		}
	}
	text := func(kind uint16, s string) {
		if s != "" {
			ae.String(kind, s)
		}
	}
	if r.To.Bits() > 0 {
		ae.Bytes(unix.FRA_DST, r.To.Addr().AsSlice())
	}
	if r.From.Bits() > 0 {
		ae.Bytes(unix.FRA_SRC, r.From.Addr().AsSlice())
	}
	number(unix.FRA_PRIORITY, r.Priority)
	number(unix.FRA_TABLE, r.Table)
	number(unix.FRA_GOTO, r.Goto)
	if r.Mark != 0 || r.MarkMask != 0 {
		ae.Uint32(unix.FRA_FWMARK, r.Mark)
		ae.Uint32(unix.FRA_FWMASK, r.markMask())
	}
	text(unix.FRA_IIFNAME, r.InputDev)
	text(unix.FRA_OIFNAME, r.OutputDev)
	if r.UIDs != nil {
		both := binary.NativeEndian.AppendUint32(nil, r.UIDs.Low)
		ae.Bytes(unix.FRA_UID_RANGE, binary.NativeEndian.AppendUint32(both, r.UIDs.High))
	}
	if r.Protocol != 0 {
		ae.Uint8(unix.FRA_IP_PROTO, r.Protocol)
	}
	ports := func(kind uint16, p PortRange) {
		if p != (PortRange{}) {
			both := binary.NativeEndian.AppendUint16(nil, p.Low)
			ae.Bytes(kind, binary.NativeEndian.AppendUint16(both, p.High))
		}
	}
	ports(unix.FRA_SPORT_RANGE, r.SrcPorts)
	ports(unix.FRA_DPORT_RANGE, r.DstPorts)
	if r.TunnelID != 0 {
		ae.Bytes(unix.FRA_TUN_ID, binary.BigEndian.AppendUint64(nil, r.TunnelID))
	}
	if r.Action == RuleL3MDev {
		ae.Uint8(unix.FRA_L3MDEV, 1)
	}
	number(unix.FRA_FLOW, uint32(r.Realms.From)<<16|uint32(r.Realms.To))
	if r.SuppressPrefixLength != nil {
		ae.Uint32(unix.FRA_SUPPRESS_PREFIXLEN, *r.SuppressPrefixLength)
	}
	if r.SuppressGroup != nil {
		ae.Uint32(unix.FRA_SUPPRESS_IFGROUP, *r.SuppressGroup)
	}
	ae.Uint8(unix.FRA_PROTOCOL, r.owner())
}

// decodeRule returns the rule that b describes. ok is false for what does not
// parse.
func decodeRule(b []byte) (r Rule, ok bool) {
	if len(b) < ruleHeader {
		return r, false
	}
	ad, err := netlink.NewAttributeDecoder(b[ruleHeader:])
	if err != nil {
		return r, false
	}
	r.IPv6, r.TOS, r.Table = b[0] == unix.AF_INET6, b[3], uint32(b[4])
	r.Not = binary.NativeEndian.Uint32(b[8:])&unix.FIB_RULE_INVERT != 0
	for action, number := range actions {
		if action != RuleL3MDev && number == b[7] {
			r.Action = action
		}
	}
	prefix := func(bits byte) netip.Prefix {
		a, _ := netip.AddrFromSlice(ad.Bytes())
		return netip.PrefixFrom(a, int(bits))
	}
	ports := func() (p PortRange) {
		if b := ad.Bytes(); len(b) == 4 {
			p = PortRange{binary.NativeEndian.Uint16(b), binary.NativeEndian.Uint16(b[2:])}
		}
		return p
	}
	suppress := func() *uint32 {
		if v := ad.Uint32(); v != ^uint32(0) {
			return &v
		}
		return nil
	}
	for ad.Next() {
		switch ad.Type() {
		case unix.FRA_DST:
			r.To = prefix(b[1])
		case unix.FRA_SRC:
			r.From = prefix(b[2])
		case unix.FRA_PRIORITY:
			r.Priority = ad.Uint32()
		case unix.FRA_TABLE:
			r.Table = ad.Uint32()
		case unix.FRA_GOTO:
			r.Goto = ad.Uint32()
		case unix.FRA_FWMARK:
			r.Mark = ad.Uint32()
		case unix.FRA_FWMASK:
			r.MarkMask = ad.Uint32()
		case unix.FRA_IIFNAME:
			r.InputDev = ad.String()
		case unix.FRA_OIFNAME:
			r.OutputDev = ad.String()
		case unix.FRA_UID_RANGE:
			if b := ad.Bytes(); len(b) == 8 {
				r.UIDs = &Range{binary.NativeEndian.Uint32(b), binary.NativeEndian.Uint32(b[4:])}
			}
		case unix.FRA_IP_PROTO:
			r.Protocol = ad.Uint8()
		case unix.FRA_SPORT_RANGE:
			r.SrcPorts = ports()
		case unix.FRA_DPORT_RANGE:
			r.DstPorts = ports()
		case unix.FRA_TUN_ID:
			if b := ad.Bytes(); len(b) == 8 {
				r.TunnelID = binary.BigEndian.Uint64(b)
			}
		case unix.FRA_L3MDEV:
			if ad.Uint8() != 0 {
				r.Action, r.Table = RuleL3MDev, 0
			}
		case unix.FRA_FLOW:
			flow := ad.Uint32()
			r.Realms = Realms{uint16(flow >> 16), uint16(flow)}
		case unix.FRA_SUPPRESS_PREFIXLEN:
			r.SuppressPrefixLength = suppress()
		case unix.FRA_SUPPRESS_IFGROUP:
			r.SuppressGroup = suppress()
		case unix.FRA_PROTOCOL:
			r.Owner = ad.Uint8()
		}
	}
	if r.Action != RuleLookup {
		r.Table = 0
	}
	return r, ad.Err() == nil
}
