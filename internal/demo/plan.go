package demo

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// The two nodes, as indexes; nobody is neither.
const nobody = -1

func name(node int) string { return string(rune('A' + node)) }

func other(node int) int { return 1 - node }

// plan is the network that a pair of configurations wants to live in.
type plan struct {
	watched    [2]*confparse.Instance // the virtual router that the client watches, as each node has it
	address    netip.Addr             // what the client asks for
	lan        int                    // where it does
	advertLAN  int                    // where the virtual router advertises
	interfaces [2][]iface
	client     [][]netip.Prefix // the client's addresses on each LAN
	unwatched  int              // virtual routers of A that run as well
}

// iface is an interface of a node.
type iface struct {
	name      string
	lan       int // index of plan.client
	addresses []netip.Prefix
}

var errNothingShared = errors.New("the two files have no virtual router in common (a vrrp_instance with the same virtual_router_id and one same address): nothing can fail over")

// newPlan works out what the nodes need: interfaces of the configured names, on
// one LAN where a virtual router joins them, addresses that are configured as
// sources or peers, and otherwise free ones beside the virtual addresses.
func newPlan(cfgs [2]*confparse.Config) (*plan, error) {
	for _, cfg := range cfgs {
		for _, i := range cfg.Instances {
			if i.Interface == "lo" {
				return nil, fmt.Errorf("%v: vrrp_instance %s is on lo, where nobody can take over from it", i.Pos, i.Name)
			}
		}
	}
	p := &plan{unwatched: len(cfgs[0].Instances) - 1}
	watched, ok := p.watch(cfgs)
	if !ok {
		return nil, errNothingShared
	}
	if a, b := p.watched[0], p.watched[1]; a.Source.IsValid() && a.Source == b.Source {
		return nil, fmt.Errorf("%v and %v: both nodes send from %v; each needs an address of its own", a.Pos, b.Pos, a.Source)
	}
	p.connect(cfgs)
	p.advertLAN = p.iface(0, p.watched[0].Interface).lan
	p.lan = p.advertLAN
	if f := p.iface(0, watched.Interface); f != nil && slices.ContainsFunc(p.interfaces[1], func(g iface) bool { return g.lan == f.lan }) {
		p.lan = f.lan
	}
	newAddressing(p, cfgs).assign()
	return p, nil
}

// watch picks the virtual router to watch, the first that both have, and its
// address: one that is reached without a zone, if there is any.
func (p *plan) watch(cfgs [2]*confparse.Config) (found confparse.Address, ok bool) {
	for _, a := range cfgs[0].Instances {
		b := partner(a, cfgs[1])
		if b == nil {
			continue
		}
		for _, v := range a.Addresses {
			shared := slices.ContainsFunc(b.Addresses, func(w confparse.Address) bool { return w.Prefix.Addr() == v.Prefix.Addr() })
			if shared && (!ok || found.Prefix.Addr().IsLinkLocalUnicast()) {
				found, ok = v, true
			}
		}
		if ok {
			p.watched = [2]*confparse.Instance{a, b}
			p.address = found.Prefix.Addr()
			return found, true
		}
	}
	return found, false
}

// partner returns the instance of cfg that is the same virtual router as i; one
// on an interface of the same name comes first.
func partner(i *confparse.Instance, cfg *confparse.Config) (found *confparse.Instance) {
	for _, o := range cfg.Instances {
		if o.VRID == i.VRID && o.IPv6 == i.IPv6 && (found == nil || o.Interface == i.Interface && found.Interface != i.Interface) {
			found = o
		}
	}
	return found
}

// connect makes the interfaces and puts them on LANs.
func (p *plan) connect(cfgs [2]*confparse.Config) {
	for lan, name := range interfaceNames(cfgs[0]) {
		p.interfaces[0] = append(p.interfaces[0], iface{name: name, lan: lan})
	}
	lans := len(p.interfaces[0])
	facing := facing(cfgs)
	for _, name := range interfaceNames(cfgs[1]) {
		lan := lans
		if i := p.iface(0, cmp.Or(facing[name], name)); i != nil {
			lan = i.lan
		} else {
			lans++
		}
		p.interfaces[1] = append(p.interfaces[1], iface{name: name, lan: lan})
	}
	p.client = make([][]netip.Prefix, lans)
}

// facing tells which interface of A each interface of B shares a LAN with: the
// one that has the same virtual router, or the same virtual address.
func facing(cfgs [2]*confparse.Config) map[string]string {
	names := map[string]string{}
	pair := func(a, b string) {
		if names[b] == "" {
			names[b] = a
		}
	}
	for _, b := range cfgs[1].Instances {
		a := partner(b, cfgs[0])
		if a == nil {
			continue
		}
		pair(a.Interface, b.Interface)
		for _, w := range virtualAddresses(b) {
			for _, v := range virtualAddresses(a) {
				if v.Prefix.Addr() == w.Prefix.Addr() {
					pair(cmp.Or(v.Interface, a.Interface), cmp.Or(w.Interface, b.Interface))
				}
			}
		}
	}
	return names
}

// iface returns the node's interface of that name, or nil.
func (p *plan) iface(node int, name string) *iface {
	for i := range p.interfaces[node] {
		if f := &p.interfaces[node][i]; f.name == name {
			return f
		}
	}
	return nil
}

// facingClient returns the node's interface on the client's LAN; if it has none
// there, the one that it advertises on.
func (p *plan) facingClient(node int) *iface {
	for i := range p.interfaces[node] {
		if f := &p.interfaces[node][i]; f.lan == p.lan {
			return f
		}
	}
	return p.iface(node, p.watched[node].Interface)
}

// interfaceNames lists the interfaces that a configuration mentions, but for
// the loopback, which every machine has.
func interfaceNames(cfg *confparse.Config) (names []string) {
	add := func(name string) {
		if name != "" && name != "lo" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, i := range cfg.Instances {
		add(i.Interface)
		for _, a := range virtualAddresses(i) {
			add(a.Interface)
		}
		for _, t := range i.TrackInterfaces {
			add(t.Name)
		}
	}
	for _, a := range cfg.StaticAddresses {
		add(a.Interface)
	}
	return names
}

// virtualAddresses returns the addresses of an instance, advertised or not.
func virtualAddresses(i *confparse.Instance) []confparse.Address {
	return append(slices.Clip(i.Addresses), i.Excluded...)
}
