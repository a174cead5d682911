package vrrp

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// Validate returns every problem of c, joined; nil if there is none. Fields
// that are left at their default are valid.
func (c Config) Validate() error {
	name := c.Name
	c = c.withDefaults()
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.Interface == "" {
		bad("no interface: name the network interface to send advertisements on")
	}
	if c.VRID == 0 {
		bad("no VRID: give the virtual router an identifier of 1..255, the same on all its routers")
	}
	if c.VMAC != "" && c.VMAC == c.Interface {
		bad("the virtual MAC interface %s is the interface itself: it is another one, on top of that", c.VMAC)
	}
	c.validateAddresses(bad)
	if c.Version == V2 && c.ipv6() {
		bad("version 2 is for IPv4 only; use version 3 for %v", c.Addresses[0].Addr())
	}
	c.validateAuth(bad)
	if c.unicast() && c.Group.IsValid() {
		bad("both peers and a multicast group are set; a router is either unicast or multicast")
	}
	if c.Group.IsValid() && !c.Group.IsMulticast() {
		bad("group %v is not a multicast address", c.Group)
	}
	c.validateSource(bad)
	for _, p := range c.Peers {
		if !p.IsValid() || p.IsMulticast() || p.IsUnspecified() {
			bad("peer %v is not an address of a router", p)
		}
	}
	if !c.unicast() && c.TTL != packet.TTL {
		bad("TTL %d: multicast advertisements have %d, or nobody accepts them", c.TTL, packet.TTL)
	}
	for p, limits := range c.PeerTTL {
		if !slices.Contains(c.Peers, p) {
			bad("TTL limits are set for %v, which is not a peer", p)
		}
		if limits.Min > limits.Max {
			bad("peer %v: the lowest TTL %d is above the highest %d", p, limits.Min, limits.Max)
		}
	}
	if c.Checksum > packet.PseudoHeaderGroup {
		bad("checksum form %v does not exist", c.Checksum)
	}
	if err := c.params().Validate(); err != nil {
		errs = append(errs, err)
	}
	if len(errs) == 0 {
		return nil
	}
	if name == "" {
		name = c.Name
	}
	return fmt.Errorf("vrrp: router %s: %w", name, errors.Join(errs...))
}

func (c *Config) validateSource(bad func(string, ...any)) {
	s := c.Source
	virtual := slices.ContainsFunc(c.Addresses, func(p netip.Prefix) bool { return p.Addr() == s })
	switch {
	case !s.IsValid():
	case s.IsMulticast() || s.IsUnspecified():
		bad("source %v is not an address a router can send from", s)
	case virtual && c.Priority != OwnerPriority:
		bad("source %v is a virtual address: only the address owner, with priority 255, sends from it", s)
	case s.Is6() && !c.unicast() && !s.IsLinkLocalUnicast():
		bad("source %v must be link-local for IPv6 multicast", s)
	}
}

func (c *Config) validateAddresses(bad func(string, ...any)) {
	if len(c.Addresses) == 0 {
		bad("no addresses: a virtual router has at least one")
		return
	}
	if n := len(c.Addresses); n > packet.MaxAddresses {
		bad("%d addresses: an advertisement carries at most %d", n, packet.MaxAddresses)
	}
	seen := make(map[netip.Addr]bool, len(c.Addresses))
	for _, p := range c.Addresses {
		switch a := p.Addr(); {
		case !p.IsValid():
			bad("address %v is not valid", p)
		case a.Is6() != c.ipv6() || a.Is4In6():
			bad("address %v is of another family than %v; use a second router for it", a, c.Addresses[0].Addr())
		case a.IsMulticast() || a.IsUnspecified() || a.IsLoopback():
			bad("address %v cannot be a virtual address", a)
		case seen[a]:
			bad("address %v appears twice", a)
		default:
			seen[a] = true
		}
	}
	if first := c.Addresses[0].Addr(); first.Is6() && !c.unicast() && !first.IsLinkLocalUnicast() && !c.Compat.AnyFirstAddress {
		bad("the first IPv6 address must be link-local (fe80::/10), %v is not", first)
	}
	others := append(slices.Clone(c.Peers), c.Group, c.Source)
	for _, a := range others {
		if a.IsValid() && a.Is6() != c.ipv6() {
			bad("%v is of another family than the virtual addresses", a)
		}
	}
}
