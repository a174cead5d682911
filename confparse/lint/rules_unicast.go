package lint

import (
	"fmt"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// unicastRules are about unicast peers and source addresses.
func unicastRules() []Rule {
	return []Rule{
		{
			ID: "unicast-self", Severity: confparse.Note,
			Summary: "the node's own address is among its peers: keepalived sends to itself and complains about every advert",
			Fix:     "list the other nodes only", one: unicastSelf,
		},
		{
			ID: "unicast-no-peer", Severity: confparse.Warning,
			Summary: "unicast_src_ip without unicast_peer: adverts go to the multicast group, which is what it should avoid",
			Fix:     "add a unicast_peer block with the other nodes, or write mcast_src_ip", one: unicastNoPeer,
		},
		{
			ID: "unicast-no-source", Severity: confparse.Note,
			Summary: "unicast without unicast_src_ip sends from the first address of the interface: if that changes, peers that check it stop listening",
			Fix:     "write unicast_src_ip with the address that the peers list", one: unicastNoSource,
		},
		{
			ID: "unicast-open", Severity: confparse.Note,
			Summary: "a unicast instance takes adverts from any address: whoever can reach it can take the addresses away",
			Fix:     "add check_unicast_src", one: unicastOpen,
		},
		{
			ID: "peer-is-vip", Severity: confparse.Error,
			Summary: "a peer is one of the virtual addresses: adverts go to whoever is master, not to that node",
			Fix:     "list the address that the node has of its own", one: peerIsVIP,
		},
		{
			ID: "source-is-vip", Severity: confparse.Error,
			Summary: "the source address is one of the virtual addresses: a backup does not have it, and cannot speak",
			Fix:     "write the address that the node has of its own", one: sourceIsVIP,
		},
	}
}

func unicastSelf(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		for _, list := range n.block(i.Pos).All("unicast_peer") {
			for _, s := range list.Body {
				if i.Source.IsValid() && s.Name() == i.Source.String() {
					f := p.report(n, s.Pos(), "", "unicast_peer %s of vrrp_instance %s is its own address; keepalived-lite leaves it out", i.Source, i.Name)
					if len(list.Body) > 1 && len(i.Peers) > 0 {
						f.Edits = n.remove(s)
					}
				}
			}
		}
	}
}

func unicastNoPeer(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		if s := n.block(i.Pos).Last("unicast_src_ip"); s != nil && !i.Unicast() {
			p.report(n, s.Pos(), "", "vrrp_instance %s has a unicast_src_ip but no unicast_peer, and sends to %s", i.Name, i.MulticastGroup)
		}
	}
}

func unicastNoSource(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		if i.Unicast() && !i.Source.IsValid() {
			p.report(n, n.line(i, "unicast_peer"), "", "vrrp_instance %s has no unicast_src_ip: it sends from the first address of %s, whatever that is", i.Name, i.Interface)
		}
	}
}

func unicastOpen(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		if i.Unicast() && !i.CheckUnicastSource && i.Auth.Type == confparse.AuthNone {
			p.report(n, n.line(i, "unicast_peer"), "", "vrrp_instance %s takes adverts from any address, not only from its peers", i.Name)
		}
	}
}

func peerIsVIP(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		for _, peer := range i.Peers {
			if holds(i.Addresses, peer.Addr) || holds(i.Excluded, peer.Addr) {
				p.report(n, peer.Pos, "", "unicast_peer %s of vrrp_instance %s is one of its virtual addresses", peer.Addr, i.Name)
			}
		}
	}
}

func sourceIsVIP(p *pass, n *node) {
	for _, i := range n.cfg.Instances {
		if !i.Source.IsValid() || !holds(i.Addresses, i.Source) && !holds(i.Excluded, i.Source) {
			continue
		}
		for _, keyword := range []string{"unicast_src_ip", "mcast_src_ip"} {
			if s := n.block(i.Pos).Last(keyword); s != nil {
				p.report(n, s.Pos(), "", "%s", fmt.Sprintf("%s %s of vrrp_instance %s is one of its virtual addresses, which a backup does not have", keyword, i.Source, i.Name))
			}
		}
	}
}
