package vip

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// MaxLabels is how many MPLS labels a packet can be given.
const MaxLabels = 30

// Encap puts packets into a tunnel without an interface. The zero value does
// not. Encap is comparable.
type Encap struct {
	Type EncapType

	// Of EncapIP and EncapIP6. Zero values are left to the kernel.
	ID          uint64
	Source      netip.Addr
	Destination netip.Addr
	TOS         uint8  // IPv6: traffic class
	TTL         uint8  // IPv6: hop limit; MPLS: TTL
	Flags       uint16 // TUNNEL_*

	// Labels are MPLS labels, outermost first, separated by '/'.
	Labels string

	// Locator is the upper half of an address (ILA).
	Locator uint64
}

// EncapType is the kind of tunnel, in Linux's numbers (LWTUNNEL_ENCAP_*).
type EncapType uint16

// The kinds of tunnels.
const (
	EncapNone EncapType = 0
	EncapMPLS EncapType = 1
	EncapIP   EncapType = 2
	EncapILA  EncapType = 3
	EncapIP6  EncapType = 4
)

// String returns the encapsulation in the words of ip(8), or "".
func (e Encap) String() string {
	var b strings.Builder
	switch e.Type {
	case EncapNone:
		return ""
	case EncapMPLS:
		b.WriteString("encap mpls " + e.Labels)
		if e.TTL != 0 {
			fmt.Fprintf(&b, " ttl %d", e.TTL)
		}
		return b.String()
	case EncapILA:
		return fmt.Sprintf("encap ila %x:%x:%x:%x", e.Locator>>48, e.Locator>>32&0xffff, e.Locator>>16&0xffff, e.Locator&0xffff)
	}
	name, tos, ttl := "ip", "tos", "ttl"
	if e.Type == EncapIP6 {
		name, tos, ttl = "ip6", "tc", "hoplimit"
	}
	fmt.Fprintf(&b, "encap %s id %d", name, e.ID)
	if e.Source.IsValid() {
		fmt.Fprintf(&b, " src %v", e.Source)
	}
	if e.Destination.IsValid() {
		fmt.Fprintf(&b, " dst %v", e.Destination)
	}
	if e.TOS != 0 {
		fmt.Fprintf(&b, " %s %d", tos, e.TOS)
	}
	if e.TTL != 0 {
		fmt.Fprintf(&b, " %s %d", ttl, e.TTL)
	}
	if e.Flags != 0 {
		fmt.Fprintf(&b, " flags 0x%x", e.Flags)
	}
	return b.String()
}

// labels returns the MPLS labels as numbers.
func (e Encap) labels() (list []uint32, err error) {
	for s := range strings.SplitSeq(e.Labels, "/") {
		n, err := strconv.ParseUint(s, 0, 20)
		if err != nil {
			return nil, fmt.Errorf("encap: %q is no MPLS label", s)
		}
		list = append(list, uint32(n))
	}
	if len(list) > MaxLabels {
		return nil, fmt.Errorf("encap: more than %d MPLS labels", MaxLabels)
	}
	return list, nil
}

func (e Encap) validate() error {
	switch e.Type {
	case EncapNone:
		if e != (Encap{}) {
			return fmt.Errorf("encap: options without a type")
		}
	case EncapMPLS:
		_, err := e.labels()
		return err
	case EncapIP, EncapIP6:
		six := e.Type == EncapIP6
		if slices.ContainsFunc([]netip.Addr{e.Source, e.Destination}, func(a netip.Addr) bool { return a.IsValid() && a.Is6() != six }) {
			return fmt.Errorf("%v: addresses of the wrong family", e)
		}
	case EncapILA:
	default:
		return fmt.Errorf("encap: type %d does not exist", e.Type)
	}
	return nil
}
