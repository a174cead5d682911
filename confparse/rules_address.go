package confparse

import (
	"fmt"
	"net/netip"
	"slices"
)

// setAddresses decides which addresses adverts carry and on which interface
// each is.
func (d *decoder) setAddresses(i *instance) {
	if len(i.Addresses) > maxAddresses {
		d.adjusted(i.Addresses[maxAddresses].Pos, "vrrp_instance %s has more than %d addresses: the others count as excluded", i.Name, maxAddresses)
		i.Excluded = slices.Concat(i.Addresses[maxAddresses:], i.Excluded)
		i.Addresses = i.Addresses[:maxAddresses:maxAddresses]
	}
	if i.IPv6 && !i.Unicast() && len(i.Addresses) > 0 && !i.Addresses[0].Prefix.Addr().IsLinkLocalUnicast() {
		d.r.warnf(CodeLinkLocal, i.Addresses[0].Pos, "RFC 9568 wants fe80::... first", "the first address of vrrp_instance %s is not link-local", i.Name)
	}
	i.Addresses = d.claimAll(i, i.Addresses)
	i.Excluded = d.claimAll(i, i.Excluded)
}

// claimAll gives the addresses of an instance their interfaces, and drops those
// that the instance has already.
func (d *decoder) claimAll(i *instance, in []Address) []Address {
	owner := "vrrp_instance " + i.Name
	out := in[:0]
	for _, a := range in {
		if a.Interface == "" {
			a.Interface = i.Interface
		}
		if a.Interface == "" {
			a.Interface = d.cfg.Global.DefaultInterface
		}
		if d.claim(owner, a) {
			out = append(out, a)
		}
	}
	return out
}

// place is where an address is held.
type place struct {
	addr netip.Addr
	dev  string
}

// claim is who held an address first.
type claim struct {
	owner string
	at    Pos
}

// claim reports whether a is new to its owner. Two owners of one address would
// remove it from under each other.
func (d *decoder) claim(owner string, a Address) bool {
	p := place{a.Prefix.Addr(), a.Interface}
	first, taken := d.claims[p]
	switch {
	case !taken:
		d.claims[p] = claim{owner, a.Pos}
	case first.owner == owner:
		d.r.warnf(CodeDuplicateAddress, a.Pos, "it is at "+first.at.String()+" too", "%s has %s twice; this one is left out", owner, p.addr)
		return false
	default:
		d.r.errorf(CodeDuplicateAddress, a.Pos, fmt.Sprintf("it is at %s; leave it to one of them", first.at),
			"address %s on %s belongs to %s already", p.addr, p.dev, first.owner)
	}
	return true
}
