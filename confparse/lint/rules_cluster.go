package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// clusterRules are about files that do not fit each other, although their
// routers hear each other.
func clusterRules() []Rule {
	return []Rule{
		{
			ID: "vrid-shared", Severity: confparse.Error,
			Summary: "nodes use one virtual_router_id for different addresses: each takes the other's adverts for its own, and only one of them holds its addresses",
			Fix:     "give each set of addresses a virtual_router_id of its own", all: vridShared,
		},
		{
			ID: "address-mismatch", Severity: confparse.Error,
			Summary: "an address is configured on some nodes only: it is gone when another one is master",
			Fix:     "list the same addresses on all nodes", all: addressMismatch,
		},
		{
			ID: "no-backup", Severity: confparse.Warning,
			Summary: "an instance is in the file of one node only: nobody takes its addresses over",
			Fix:     "add the instance to the other nodes, with another priority", all: noBackup,
		},
		{
			ID: "source-shared", Severity: confparse.Error,
			Summary: "two nodes claim the same source address: each takes the other's adverts for its own",
			Fix:     "write the node's own address", all: sourceShared,
		},
		{
			ID: "interval-differs", Severity: confparse.Warning,
			Summary: "the advert_int of VRRP version 3 differs: the backup adopts that of the master, so how long a failover takes depends on who was master",
			Fix:     "give all nodes the same advert_int", all: intervalDiffers,
		},
		{
			ID: "checksum-mismatch", Severity: confparse.Warning,
			Summary: "v3_checksum_as_v2 differs: a keepalived without it drops the adverts of the others, and becomes master too",
			Fix:     "set v3_checksum_as_v2 on all nodes, or on none", all: checksumMismatch,
		},
		{
			ID: "router-id-shared", Severity: confparse.Note,
			Summary: "two nodes have the same router_id: their mails cannot be told apart",
			Fix:     "name each node, or leave router_id out: the host name counts then", all: routerIDShared,
		},
		{
			ID: "tracker-missing", Severity: confparse.Warning,
			Summary: "a node does not check what another one does: it takes the addresses although its own service is dead",
			Fix:     "track the same scripts on all nodes", all: trackerMissing,
		},
	}
}

func vridShared(p *pass) {
	for _, r := range p.routers {
		for a, b := range r.pairs {
			if a.VRID == b.VRID && !a.shares(b) && len(a.Addresses) > 0 && len(b.Addresses) > 0 {
				p.report(b.node, b.line("virtual_router_id"), fmt.Sprintf("give one of them another virtual_router_id, or list the same addresses in %s and %s", a.node.name, b.node.name),
					"virtual_router_id %d of vrrp_instance %s has no address in common with %s in %s: only one of them will be master, and the addresses of the other are nowhere", b.VRID, b.Name, a.Name, a.node.name)
			}
		}
	}
}

func addressMismatch(p *pass) {
	report := func(has, lacks *member) {
		held := slices.Concat(lacks.Addresses, lacks.Excluded)
		for _, a := range slices.Concat(has.Addresses, has.Excluded) {
			if !holds(held, a.Prefix.Addr()) {
				p.report(has.node, a.Pos, fmt.Sprintf("add to vrrp_instance %s in %s: %s", lacks.Name, lacks.node.name, a.Prefix),
					"address %s of vrrp_instance %s is not in %s: nobody holds it while that is master", a.Prefix.Addr(), has.Name, lacks.node.name)
			}
		}
	}
	for _, r := range p.routers {
		for a, b := range r.pairs {
			if a.shares(b) {
				report(a, b)
				report(b, a)
			}
		}
	}
}

func noBackup(p *pass) {
	for _, r := range p.routers {
		if m := r.members[0]; len(r.members) == 1 && len(p.nodes) > 1 {
			p.report(m.node, m.Pos, "", "vrrp_instance %s is on no other node: if %s fails, its addresses are gone", m.Name, m.node.name)
		}
	}
}

func sourceShared(p *pass) {
	for _, r := range p.routers {
		for a, b := range r.pairs {
			if a.Source.IsValid() && a.Source == b.Source {
				at := b.line("mcast_src_ip")
				if s := b.block().Last("unicast_src_ip"); s != nil {
					at = s.Pos()
				}
				p.report(b.node, at, "", "vrrp_instance %s has the source address %s, and so has %s in %s", b.Name, b.Source, a.Name, a.node.name)
			}
		}
	}
}

func intervalDiffers(p *pass) {
	for _, r := range p.routers {
		for a, b := range r.pairs {
			if a.Version == 3 && b.Version == 3 && a.AdvertInterval != b.AdvertInterval {
				p.report(b.node, b.line("advert_int"), "", "advert_int %s of vrrp_instance %s is %s in %s: after the loss of %s the other one takes over after about %s s, the other way round after %s s",
					seconds(b.AdvertInterval), b.Name, seconds(a.AdvertInterval), a.node.name, a.node.name,
					seconds(b.downTime(a.AdvertInterval)), seconds(a.downTime(b.AdvertInterval)))
			}
		}
	}
}

func checksumMismatch(p *pass) {
	for _, r := range p.routers {
		for a, b := range r.pairs {
			if a.Version == 3 && b.Version == 3 && !a.IPv6 && a.V3ChecksumAsV2 != b.V3ChecksumAsV2 {
				p.report(b.node, b.line("v3_checksum_as_v2"), "", "v3_checksum_as_v2 of vrrp_instance %s differs from %s: a keepalived without it drops the other's adverts; keepalived-lite takes either", b.Name, a.node.name)
			}
		}
	}
}

func routerIDShared(p *pass) {
	seen := map[string]*node{}
	for _, n := range p.nodes {
		id := n.cfg.Global.RouterID
		if first := seen[id]; id != "" && first != nil {
			p.report(n, n.global("router_id").Pos(), "", "router_id %s is that of %s too", id, first.name)
		} else {
			seen[id] = n
		}
	}
}

func trackerMissing(p *pass) {
	for _, r := range p.routers {
		for a, b := range r.pairs {
			for _, way := range [][2]*member{{a, b}, {b, a}} {
				has, lacks := way[0], way[1]
				if n := len(lacks.trackers()); n > 0 || len(has.TrackScripts) == 0 {
					continue
				}
				var list []string
				for _, t := range has.TrackScripts {
					list = append(list, t.Script.Name)
				}
				p.report(lacks.node, lacks.Pos, fmt.Sprintf("add a track_script block with %s to vrrp_instance %s", strings.Join(list, " and "), lacks.Name),
					"vrrp_instance %s tracks nothing, while %s in %s tracks %s: this node takes the addresses even if its own service is dead",
					lacks.Name, has.Name, has.node.name, strings.Join(list, ", "))
			}
		}
	}
}
