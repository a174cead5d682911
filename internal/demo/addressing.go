package demo

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// Prefix lengths of the subnets that are made up around single addresses, and
// the longest ones that have room for the nodes and the client.
const (
	subnetBits4, roomyBits4 = 24, 28
	subnetBits6, roomyBits6 = 64, 120
)

var linkLocal = netip.MustParsePrefix("fe80::/64")

// addressing gives the nodes and the client of a plan their addresses.
type addressing struct {
	plan    *plan
	cfgs    [2]*confparse.Config
	taken   map[netip.Addr]bool
	subnets [][]netip.Prefix // of each LAN
}

func newAddressing(p *plan, cfgs [2]*confparse.Config) *addressing {
	return &addressing{p, cfgs, map[netip.Addr]bool{}, make([][]netip.Prefix, len(p.client))}
}

func (s *addressing) assign() {
	s.findSubnets()
	for node, cfg := range s.cfgs {
		for _, i := range cfg.Instances {
			s.give(s.plan.iface(node, i.Interface), s.hostAddress(node, i))
		}
	}
	for node := range s.plan.interfaces {
		for n := range s.plan.interfaces[node] {
			f := &s.plan.interfaces[node][n]
			f.addresses = s.fill(f.lan, f.addresses)
		}
	}
	for lan := range s.plan.client {
		s.plan.client[lan] = s.fill(lan, nil)
	}
}

// findSubnets notes the subnets of virtual addresses and of sources, and that
// virtual addresses are taken. Addresses that come with a subnet go first, so that those without are
// found to be in one.
func (s *addressing) findSubnets() {
	for _, roomy := range []bool{true, false} {
		for node, cfg := range s.cfgs {
			for _, i := range cfg.Instances {
				for _, a := range virtualAddresses(i) {
					s.taken[a.Prefix.Addr()] = true
					f := s.plan.iface(node, cmp.Or(a.Interface, i.Interface))
					if f == nil { // on the loopback, and reached through this one
						f = s.plan.iface(node, i.Interface)
					}
					if hasRoom(a.Prefix) == roomy {
						s.subnet(f.lan, a.Prefix)
					}
				}
			}
			for _, a := range cfg.StaticAddresses {
				s.taken[a.Prefix.Addr()] = true
			}
		}
	}
	for node, cfg := range s.cfgs {
		for _, i := range cfg.Instances {
			lan := s.plan.iface(node, i.Interface).lan
			a := s.hostAddress(node, i)
			switch {
			case a.IsValid():
				s.subnet(lan, netip.PrefixFrom(a, a.BitLen()))
			case i.IPv6:
				s.subnet(lan, linkLocal)
			case !slices.ContainsFunc(s.subnets[lan], func(p netip.Prefix) bool { return p.Addr().Is4() }):
				// The virtual addresses are elsewhere, and any source will do:
				// one of RFC 2544's laboratory networks.
				s.subnet(lan, netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18, byte(lan), 0}), subnetBits4))
			}
		}
	}
}

// hostAddress returns the address that a node must have for an instance: the
// configured source, or one that its partner knows as a peer. It may be invalid:
// then any will do.
func (s *addressing) hostAddress(node int, i *confparse.Instance) netip.Addr {
	if i.Source.IsValid() {
		return i.Source
	}
	theirs := partner(i, s.cfgs[other(node)])
	if theirs == nil {
		return netip.Addr{}
	}
	for _, peer := range theirs.Peers {
		if peer.Addr != theirs.Source && !s.taken[peer.Addr] {
			return peer.Addr
		}
	}
	return netip.Addr{}
}

// give gives an interface an address, in the subnet that it belongs to.
func (s *addressing) give(f *iface, a netip.Addr) {
	if !a.IsValid() || s.taken[a] {
		return
	}
	s.taken[a] = true
	subnet := s.subnet(f.lan, netip.PrefixFrom(a, a.BitLen()))
	f.addresses = append(f.addresses, netip.PrefixFrom(a, s.bits(f.lan, subnet)))
}

// fill adds a free address of each subnet of the LAN in which have has none.
func (s *addressing) fill(lan int, have []netip.Prefix) []netip.Prefix {
	for _, subnet := range s.subnets[lan] {
		if slices.ContainsFunc(have, func(p netip.Prefix) bool { return subnet.Contains(p.Addr()) }) {
			continue
		}
		a := subnet.Addr().Next()
		for s.taken[a] {
			a = a.Next()
		}
		s.taken[a] = true
		have = append(have, netip.PrefixFrom(a, s.bits(lan, subnet)))
	}
	return have
}

// subnet returns the subnet of the LAN that a belongs to, which is made if there
// is none. IPv6 never goes without link-local addresses.
func (s *addressing) subnet(lan int, a netip.Prefix) netip.Prefix {
	for _, subnet := range s.subnets[lan] {
		if subnet.Contains(a.Addr()) {
			return subnet
		}
	}
	bits := a.Bits()
	if !hasRoom(a) {
		bits = subnetBits4
		if a.Addr().Is6() {
			bits = subnetBits6
		}
	}
	made := netip.PrefixFrom(a.Addr(), bits).Masked()
	s.subnets[lan] = append(s.subnets[lan], made)
	if a.Addr().Is6() {
		s.subnet(lan, linkLocal)
	}
	return made
}

// bits returns the prefix length of addresses in a subnet of the LAN. Where
// another LAN has that subnet too, the one of the watched address gets it, and
// with it the nodes' route to the client; on others the addresses stand alone,
// which is enough to advertise from.
func (s *addressing) bits(lan int, subnet netip.Prefix) int {
	for twin, subnets := range s.subnets {
		first := twin == s.plan.lan || twin < lan && lan != s.plan.lan
		if twin != lan && first && subnet != linkLocal && slices.ContainsFunc(subnets, subnet.Overlaps) {
			return subnet.Addr().BitLen()
		}
	}
	return subnet.Bits()
}

func hasRoom(p netip.Prefix) bool {
	if p.Addr().Is6() {
		return p.Bits() <= roomyBits6
	}
	return p.Bits() <= roomyBits4
}
