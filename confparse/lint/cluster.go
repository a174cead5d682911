package lint

import (
	"net/netip"
	"slices"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// router is a virtual router: the instances of several nodes that hold the same
// addresses, or should.
type router struct {
	members []*member // at most one per node, in their order
}

// member is an instance of a router on a node.
type member struct {
	*confparse.Instance
	node *node
}

// line returns where a keyword of the instance stands, or else the instance.
func (m *member) line(keyword string) confparse.Pos { return m.node.line(m.Instance, keyword) }

// block returns the statement of the instance.
func (m *member) block() *confparse.Statement { return m.node.block(m.Pos) }

// master returns the member for a Prediction.
func (m *member) master() Master { return Master{m.node.index, m.Name} }

// shares reports whether two instances have an address in common.
func (m *member) shares(o *member) bool {
	return slices.ContainsFunc(m.Addresses, func(a confparse.Address) bool { return holds(o.Addresses, a.Prefix.Addr()) })
}

func holds(list []confparse.Address, addr netip.Addr) bool {
	return slices.ContainsFunc(list, func(a confparse.Address) bool { return a.Prefix.Addr() == addr })
}

// routers matches the instances of all nodes: first by the addresses that they
// hold, then by virtual_router_id and family.
func routers(nodes []*node) (list []*router) {
	join := func(m *member, match func(o *member) bool) bool {
		for _, r := range list {
			taken := slices.ContainsFunc(r.members, func(o *member) bool { return o.node == m.node })
			if !taken && slices.ContainsFunc(r.members, match) {
				r.members = append(r.members, m)
				return true
			}
		}
		return false
	}
	for _, n := range nodes {
		var rest []*member
		for _, i := range n.cfg.Instances {
			m := &member{i, n}
			if !join(m, func(o *member) bool { return o.IPv6 == m.IPv6 && m.shares(o) }) {
				rest = append(rest, m)
			}
		}
		for _, m := range rest {
			if !join(m, func(o *member) bool { return o.IPv6 == m.IPv6 && o.VRID == m.VRID }) {
				list = append(list, &router{members: []*member{m}})
			}
		}
	}
	return list
}

// pairs yields every two members of a router once.
func (r *router) pairs(yield func(a, b *member) bool) {
	for i, a := range r.members {
		for _, b := range r.members[i+1:] {
			if !yield(a, b) {
				return
			}
		}
	}
}
