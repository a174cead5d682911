package vip

import (
	"fmt"
	"strings"
)

// String implements Object: the rule in the words of `ip rule add`.
func (r Rule) String() string {
	var b strings.Builder
	word := func(format string, args ...any) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, format, args...)
	}
	if r.ipv6() && !r.From.IsValid() && !r.To.IsValid() {
		word("inet6")
	}
	if r.Not {
		word("not")
	}
	if r.Priority != 0 {
		word("priority %d", r.Priority)
	}
	if r.From.IsValid() {
		word("from %v", r.From)
	}
	if r.To.IsValid() {
		word("to %v", r.To)
	}
	if r.TOS != 0 {
		word("tos 0x%02x", r.TOS)
	}
	if r.Mark != 0 || r.MarkMask != 0 {
		word("fwmark 0x%x/0x%x", r.Mark, r.markMask())
	}
	if r.InputDev != "" {
		word("iif %s", r.InputDev)
	}
	if r.OutputDev != "" {
		word("oif %s", r.OutputDev)
	}
	if r.UIDs != nil {
		word("uidrange %d-%d", r.UIDs.Low, r.UIDs.High)
	}
	if r.Protocol != 0 {
		word("ipproto %d", r.Protocol)
	}
	if r.SrcPorts != (PortRange{}) {
		word("sport %d-%d", r.SrcPorts.Low, r.SrcPorts.High)
	}
	if r.DstPorts != (PortRange{}) {
		word("dport %d-%d", r.DstPorts.Low, r.DstPorts.High)
	}
	if r.TunnelID != 0 {
		word("tun_id %d", r.TunnelID)
	}
	switch r.Action {
	case RuleLookup:
		word("lookup %d", r.Table)
	case RuleGoto:
		word("goto %d", r.Goto)
	default:
		word("%v", r.Action)
	}
	if r.SuppressPrefixLength != nil {
		word("suppress_prefixlength %d", *r.SuppressPrefixLength)
	}
	if r.SuppressGroup != nil {
		word("suppress_ifgroup %d", *r.SuppressGroup)
	}
	if r.Realms != (Realms{}) {
		word("realms %v", r.Realms)
	}
	if r.owner() != Protocol {
		word("protocol %d", r.Owner)
	}
	return b.String()
}

// markMask returns the bits of the mark that count.
func (r Rule) markMask() uint32 {
	if r.MarkMask == 0 && r.Mark != 0 {
		return ^uint32(0)
	}
	return r.MarkMask
}

// String returns the name that ip(8) uses.
func (a RuleAction) String() string {
	switch a {
	case RuleLookup:
		return "lookup"
	case RuleL3MDev:
		return "l3mdev"
	case RuleGoto:
		return "goto"
	case RuleNop:
		return "nop"
	case RuleBlackhole:
		return "blackhole"
	case RuleUnreachable:
		return "unreachable"
	case RuleProhibit:
		return "prohibit"
	}
	return fmt.Sprintf("RuleAction(%d)", uint8(a))
}
