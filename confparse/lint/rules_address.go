package lint

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// addressRules are about virtual addresses and what they are used for.
func addressRules() []Rule {
	return []Rule{
		{
			ID: "packet-too-large", Severity: confparse.Error,
			Summary: "an advert with all addresses is larger than the MTU: routers of other make drop it, and keepalived leaves addresses out",
			Fix:     "move addresses to virtual_ipaddress_excluded, on all nodes", one: packetTooLarge,
		},
		{
			ID: "not-a-host", Severity: confparse.Error,
			Summary: "a virtual address is the network or broadcast address of its prefix: nobody can connect to it",
			Fix:     "choose an address of a host, or another prefix length", one: notAHost,
		},
		{
			ID: "not-unicast", Severity: confparse.Error,
			Summary: "a virtual address is a multicast, loopback or unspecified address: it cannot be reached from elsewhere",
			Fix:     "choose an address of the network that the clients are in", one: notUnicast,
		},
		{
			ID: "address-twice", Severity: confparse.Warning,
			Summary: "an instance lists an address twice: it counts once",
			Fix:     "remove one of the lines", one: addressTwice,
		},
		{
			ID: "strict-service", Severity: confparse.Error,
			Summary: "strict mode without accept drops every packet to the virtual addresses, unless the priority is 255: the service cannot be reached",
			Fix:     "remove vrrp_strict, or strict_mode, on all nodes", one: strictService,
		},
		{
			ID: "no-accept-service", Severity: confparse.Warning,
			Summary: "no_accept drops every packet to the virtual addresses on this node: it is for routers that only forward",
			Fix:     "remove no_accept if a service listens on the addresses", one: noAcceptService,
		},
		{
			ID: "vrid-common", Severity: confparse.Note,
			Summary: "virtual_router_id 51 is what every how-to uses: another pair on the same network that has it too takes these adverts for its own",
			Fix:     "choose a number between 1 and 255 that nobody on the network uses", one: vridCommon,
		},
	}
}

// mtu is that of Ethernet.
const mtu = 1500

func packetTooLarge(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		header, each, list := 20+8, 4, 0
		if i.Version == 2 {
			header += 8
		}
		if i.IPv6 {
			header, each = 40+8, 16
		}
		for _, s := range n.block(i.Pos).All("virtual_ipaddress") {
			list += len(s.Body)
		}
		if list = max(list, len(i.Addresses)); header+list*each > mtu {
			p.report(n, n.line(i, "virtual_ipaddress"), fmt.Sprintf("leave at most %d addresses in virtual_ipaddress and move the others to virtual_ipaddress_excluded, on all nodes", (mtu-header)/each),
				"an advert of vrrp_instance %s with %d addresses has %d bytes, and does not fit into %d", i.Name, list, header+list*each, mtu)
		}
	}
}

func notAHost(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		for _, a := range slices.Concat(i.Addresses, i.Excluded) {
			addr, bits := a.Prefix.Addr(), a.Prefix.Bits()
			if !addr.Is4() || bits > 30 {
				continue
			}
			switch addr {
			case a.Prefix.Masked().Addr():
				p.report(n, a.Pos, "", "%s is the network address of %s", addr, a.Prefix.Masked())
			case broadcast(a.Prefix):
				p.report(n, a.Pos, "", "%s is the broadcast address of %s", addr, a.Prefix.Masked())
			}
		}
	}
}

// broadcast returns the last address of an IPv4 prefix.
func broadcast(p netip.Prefix) netip.Addr {
	b := p.Masked().Addr().As4()
	for i := p.Bits(); i < 32; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	return netip.AddrFrom4(b)
}

func notUnicast(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		for _, a := range slices.Concat(i.Addresses, i.Excluded) {
			addr := a.Prefix.Addr()
			kind := ""
			switch {
			case addr.IsMulticast():
				kind = "a multicast address"
			case addr.IsLoopback():
				kind = "a loopback address"
			case addr.IsUnspecified():
				kind = "the unspecified address"
			default:
				continue
			}
			p.report(n, a.Pos, "", "%s of vrrp_instance %s is %s", addr, i.Name, kind)
		}
	}
}

func addressTwice(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		seen := map[string]confparse.Pos{}
		for _, list := range n.block(i.Pos).All("virtual_ipaddress", "virtual_ipaddress_excluded") {
			for _, s := range list.Body {
				first, twice := seen[s.Line]
				if !twice {
					seen[s.Line] = s.Pos()
					continue
				}
				f := p.report(n, s.Pos(), fmt.Sprintf("remove one of the lines; the other one is at %s", first), "vrrp_instance %s has %s twice", i.Name, s.Name())
				f.Edits = n.remove(s)
			}
		}
	}
}

func strictService(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		if !i.Strict || i.Accept || i.Priority == ownerPriority {
			continue
		}
		at := n.line(i, "strict_mode")
		if g := n.global("vrrp_strict"); at == i.Pos && g != nil {
			at = g.Pos()
		}
		p.report(n, at, "", "in strict mode vrrp_instance %s drops every packet to its virtual addresses: neither ping nor a service answers", i.Name)
	}
}

func noAcceptService(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		if s := n.block(i.Pos).Last("no_accept"); s != nil && !i.Accept && i.Priority != ownerPriority {
			p.report(n, s.Pos(), "", "no_accept makes vrrp_instance %s drop every packet to its virtual addresses", i.Name)
		}
	}
}

func vridCommon(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		if i.VRID == 51 && !i.Unicast() {
			p.report(n, n.line(i, "virtual_router_id"), "", "virtual_router_id 51 of vrrp_instance %s is that of every how-to: make sure that nobody else on the network of %s uses it", i.Name, i.Interface)
		}
	}
}
