package lint

import (
	"fmt"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// hearingRules are about routers of one address that do not hear each other.
func hearingRules() []Rule {
	rule := func(id confparse.Code, keyword, summary, fix string, describe func(m *member) string) Rule {
		return Rule{
			ID: id, Severity: confparse.Error, Summary: summary, Fix: fix, Predicts: SplitBrain,
			all: func(p *pass) { p.hearing(keyword, describe) },
		}
	}
	return []Rule{
		rule("vrid-mismatch", "virtual_router_id", "nodes that hold one address use different virtual_router_ids: all of them are master, and keepalived says nothing",
			"give the instance the same virtual_router_id on all nodes", func(m *member) string { return fmt.Sprintf("virtual_router_id %d", m.VRID) }),
		rule("unicast-mismatch", "unicast_peer", "one node sends to peers and the other to a multicast group: both are master",
			"write a unicast_peer block on all nodes, or on none", func(m *member) string {
				if m.Unicast() {
					return "unicast adverts"
				}
				return "multicast adverts"
			}),
		rule("group-mismatch", "mcast_dst_ip", "the nodes use different multicast groups: all of them are master",
			"give all nodes the same mcast_dst_ip, or vrrp_mcast_group4 and vrrp_mcast_group6", func(m *member) string { return "multicast group " + m.MulticastGroup.String() }),
		rule("version-mismatch", "version", "the nodes speak different versions of VRRP, and drop each other's adverts: all of them are master",
			"give all nodes the same version, or vrrp_version", func(m *member) string { return fmt.Sprintf("version %d", m.Version) }),
		rule("auth-type-mismatch", "auth_type", "the nodes do not authenticate in the same way, and drop each other's adverts: all of them are master, and keepalived says nothing",
			"give all nodes the same authentication block, or none", func(m *member) string { return "auth_type " + m.Auth.Type.String() }),
		rule("auth-pass-mismatch", "authentication", "the nodes have different passwords, and drop each other's adverts: all of them are master",
			"give all nodes the same auth_pass; the first 8 characters count", func(*member) string { return "another password" }),
		rule("hmac-mismatch", "auth_hmac", "the nodes do not have the same key for auth_hmac, or only one has any, and drop each other's adverts: all of them are master",
			"give all nodes the same keys, and mode permissive while not all have them", func(m *member) string {
				if m.HMAC == nil {
					return "no auth_hmac"
				}
				return fmt.Sprintf("auth_hmac with active_key %d", m.HMAC.Active)
			}),
		rule("interval-mismatch", "advert_int", "the nodes have different advert_ints, and VRRP version 2 drops such adverts: all of them are master",
			"give all nodes the same advert_int", func(m *member) string { return "advert_int " + seconds(m.AdvertInterval) }),
		{
			ID: "peer-missing", Severity: confparse.Error, Predicts: SplitBrain,
			Summary: "a node does not send its adverts to a peer, which takes over while it is alive",
			Fix:     "list every other node in unicast_peer, on each node",
			all:     peerMissing,
		},
	}
}

// hearing reports the pairs that the current rule keeps from hearing each other.
func (p *pass) hearing(keyword string, describe func(m *member) string) {
	for _, r := range p.routers {
		for a, b := range r.pairs {
			if deaf(b, a) != p.rule.ID && deaf(a, b) != p.rule.ID {
				continue
			}
			there := describe(a)
			f := p.report(b.node, b.line(keyword), "", "vrrp_instance %s has %s, but %s in %s has %s", b.Name, describe(b), a.Name, a.node.name, there)
			if p.rule.ID == "auth-pass-mismatch" {
				f.Message = fmt.Sprintf("vrrp_instance %s has another auth_pass than %s in %s", b.Name, a.Name, a.node.name)
			} else if describe(b) == there {
				f.Message = fmt.Sprintf("vrrp_instance %s has %s, but with another key than %s in %s", b.Name, there, a.Name, a.node.name)
			}
			if f.Predicts = r.splitBrain(a, b); f.Predicts != nil {
				f.Message += ": both will be master"
			}
		}
	}
}

func peerMissing(p *pass) {
	for _, r := range p.routers {
		for a, b := range r.pairs {
			for _, way := range [][2]*member{{a, b}, {b, a}} {
				from, to := way[0], way[1]
				if deaf(to, from) != p.rule.ID {
					continue
				}
				at, address := from, to.Source
				what := "does not send to"
				if hasPeer(from, to.Source) {
					at, address, what = to, from.Source, "with check_unicast_src does not listen to"
				}
				f := p.report(at.node, at.line("unicast_peer"), fmt.Sprintf("add to unicast_peer: %s", address),
					"vrrp_instance %s %s %s, which is %s", at.Name, what, address, other(at, from, to).node.name)
				if f.Predicts = r.splitBrain(from, to); f.Predicts != nil {
					f.Message += ": both will be master"
				} else {
					f.Message += fmt.Sprintf(": when %s is master, %s takes over as well", from.node.name, to.node.name)
				}
			}
		}
	}
}

func other(m, a, b *member) *member {
	if m == a {
		return b
	}
	return a
}
