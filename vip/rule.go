package vip

import (
	"errors"
	"fmt"
	"net/netip"
)

// Rule chooses the routing table by properties of a packet. It comes and goes
// with the addresses of a Set.
type Rule struct {
	// IPv6 is the family of a rule that has neither From nor To.
	IPv6 bool

	// Priority is the rule's place: the lowest is asked first. It should be
	// given: without one the kernel puts a rule before all that there are.
	Priority uint32

	// What the packet must look like; zero values match anything.
	From, To  netip.Prefix
	TOS       uint8
	Mark      uint32    // fwmark, and
	MarkMask  uint32    // which of its bits count; 0: all if there is a Mark
	InputDev  string    // iif
	OutputDev string    // oif
	UIDs      *Range    // users of local sockets
	Protocol  uint8     // IP protocol (ipproto)
	SrcPorts  PortRange // sport
	DstPorts  PortRange // dport
	TunnelID  uint64

	// Not has the rule match what does not look like that.
	Not bool

	// Action is what happens. The zero value is RuleLookup.
	Action RuleAction
	Table  uint32 // of RuleLookup
	Goto   uint32 // of RuleGoto: the priority to go on from

	// Realms are given to the packet. IPv4 only.
	Realms Realms

	// SuppressPrefixLength has results of the table ignored whose prefix is
	// this long or shorter, and SuppressGroup those that lead through
	// interfaces of a group. Nil: none. Of RuleLookup only.
	SuppressPrefixLength *uint32
	SuppressGroup        *uint32

	// Owner is who the rule belongs to (ip: protocol); 0: Protocol. Rules that
	// belong to another are not put back when someone removes them.
	Owner uint8

	// Unguarded rules are not put back when someone else removes them
	// (keepalived: no_track).
	Unguarded bool
}

// Range is from Low up to and with High.
type Range struct{ Low, High uint32 }

// PortRange is from Low up to and with High. The zero value is all ports.
type PortRange struct{ Low, High uint16 }

// RuleAction is what a rule does.
type RuleAction uint8

// The actions.
const (
	RuleLookup      RuleAction = iota // look in Table
	RuleL3MDev                        // look in the table of the packet's VRF
	RuleGoto                          // go on with another rule
	RuleNop                           // nothing
	RuleBlackhole                     // drop
	RuleUnreachable                   // drop, with an ICMP error
	RuleProhibit                      // drop, with another one
)

// ipv6 reports whether the rule is for IPv6.
func (r Rule) ipv6() bool {
	switch {
	case r.From.IsValid():
		return r.From.Addr().Is6()
	case r.To.IsValid():
		return r.To.Addr().Is6()
	}
	return r.IPv6
}

// owner returns who the rule belongs to.
func (r Rule) owner() uint8 {
	if r.Owner == 0 {
		return Protocol
	}
	return r.Owner
}

// Validate implements Object.
func (r Rule) Validate() error {
	var errs []error
	wrong := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("vip: rule %v: "+format, append([]any{r}, args...)...))
	}
	for _, p := range []netip.Prefix{r.From, r.To} {
		switch {
		case !p.IsValid():
		case p.Addr().Is6() != r.ipv6():
			wrong("from and to are of different families")
		case p != p.Masked():
			wrong("%v has bits behind the prefix; did you mean %v?", p, p.Masked())
		}
	}
	if r.From.IsValid() || r.To.IsValid() {
		if r.IPv6 && !r.ipv6() {
			wrong("IPv6 with IPv4 addresses")
		}
	}
	for _, dev := range []string{r.InputDev, r.OutputDev} {
		if dev != "" && !isInterface(dev) {
			wrong("%q is no interface name", dev)
		}
	}
	if r.UIDs != nil && r.UIDs.Low > r.UIDs.High {
		wrong("user ids %v run backwards", r.UIDs)
	}
	for _, p := range []PortRange{r.SrcPorts, r.DstPorts} {
		if p.Low > p.High || p.Low == 0 && p.High != 0 {
			wrong("ports %v are not in 1..65535, or run backwards", p)
		}
	}
	switch r.Action {
	case RuleLookup:
		if r.Table == 0 {
			wrong("needs a table, or an action")
		}
	case RuleGoto:
		if r.Goto <= r.Priority {
			wrong("goto needs a priority below its target")
		}
	case RuleL3MDev, RuleNop, RuleBlackhole, RuleUnreachable, RuleProhibit:
	default:
		wrong("action %d does not exist", r.Action)
	}
	if r.Action != RuleLookup && r.Table != 0 {
		wrong("table %d beside another action", r.Table)
	}
	if r.Action != RuleLookup && (r.SuppressPrefixLength != nil || r.SuppressGroup != nil) {
		wrong("suppress_prefixlength and suppress_ifgroup need a table")
	}
	if r.Realms != (Realms{}) && r.ipv6() {
		wrong("realms are for IPv4")
	}
	return errors.Join(errs...)
}
