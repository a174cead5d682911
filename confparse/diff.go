package confparse

import (
	"fmt"
	"net/netip"
	"reflect"
)

// Difference is what changes from one configuration to another, as a reload
// acts on it. Where things stand, and in which file, does not count.
type Difference struct {
	// Settings are those outside of what follows: of the process, global_defs,
	// and what is static.
	Settings []FieldChange

	Scripts        []Change[Script]
	TrackFiles     []Change[TrackFile]
	TrackProcesses []Change[TrackProcess]
	BFDs           []Change[BFD]

	// Instances are matched as keepalived matches them, by VRID, family,
	// interface, multicast group or unicast source, and virtual MAC: not by
	// name, which is a field that may change.
	Instances  []Change[Instance]
	SyncGroups []Change[SyncGroup]

	ServerGroups   []Change[ServerGroup]
	VirtualServers []VirtualServerChange // matched by address, port and protocol, mark, or group

	pairs []Change[Instance]
}

// Change is what happens to one object.
type Change[T any] struct {
	Old, New *T            // nil Old: it is new; nil New: it is gone
	Fields   []FieldChange // of one that remains; never empty then
}

// VirtualServerChange is a Change of a virtual server with those of its real
// servers, which are matched by address and port. Fields may be empty if only
// those change.
type VirtualServerChange struct {
	Change[VirtualServer]
	RealServers []Change[RealServer]
}

// FieldChange is a setting that changes. In a list each entry that is new or
// gone is a change of its own.
type FieldChange struct {
	Name string `json:"name"` // the keyword where there is one: "priority"
	// Old and New are the values as text; "" in a list: new, or gone.
	// Passwords and keys are hidden.
	Old  string `json:"old"`
	New  string `json:"new"`
	List bool   `json:"list,omitempty"` // an entry of a list
}

// Empty reports whether nothing changes.
func (d *Difference) Empty() bool {
	return len(d.Settings) == 0 && len(d.Scripts) == 0 && len(d.TrackFiles) == 0 && len(d.TrackProcesses) == 0 && len(d.BFDs) == 0 &&
		len(d.Instances) == 0 && len(d.SyncGroups) == 0 && len(d.ServerGroups) == 0 && len(d.VirtualServers) == 0
}

// Diff returns what changes from one configuration to another. It holds on to
// parts of both.
func Diff(from, to *Config) *Difference {
	pairs := matchAll(from.Instances, to.Instances, identityOf)
	d := &Difference{
		pairs:          pairs,
		Scripts:        match(from.Scripts, to.Scripts, func(s *Script) string { return s.Name }),
		TrackFiles:     match(from.TrackFiles, to.TrackFiles, func(f *TrackFile) string { return f.Name }),
		TrackProcesses: match(from.TrackProcesses, to.TrackProcesses, func(p *TrackProcess) string { return p.Name }),
		BFDs:           match(from.BFDs, to.BFDs, func(b *BFD) string { return b.Name }),
		Instances:      changed(pairs),
		SyncGroups:     match(from.SyncGroups, to.SyncGroups, func(g *SyncGroup) string { return g.Name }),
		ServerGroups:   match(from.ServerGroups, to.ServerGroups, func(g *ServerGroup) string { return g.Name }),
	}
	special := map[string]bool{"Files": true}
	for f := range fieldsOf(reflect.TypeFor[Difference]()) {
		special[f.Name] = true
	}
	a, b := reflect.ValueOf(from).Elem(), reflect.ValueOf(to).Elem()
	for f := range fieldsOf(a.Type()) {
		if !special[f.Name] {
			d.Settings = append(d.Settings, compare(fieldName(a.Type(), f), a.FieldByIndex(f.Index), b.FieldByIndex(f.Index))...)
		}
	}
	for _, c := range matchAll(from.VirtualServers, to.VirtualServers, serviceOf) {
		v := VirtualServerChange{Change: c}
		if c.Old != nil && c.New != nil {
			v.RealServers = match(c.Old.RealServers, c.New.RealServers, func(r *RealServer) netip.AddrPort { return netip.AddrPortFrom(r.Address, r.Port) })
			if len(v.Fields) == 0 && len(v.RealServers) == 0 {
				continue
			}
		}
		d.VirtualServers = append(d.VirtualServers, v)
	}
	return d
}

// Pairs returns the instances of both configurations as they are matched, those
// that do not change too: in the order of the old one, then those that are new.
func (d *Difference) Pairs() []Change[Instance] { return d.pairs }

// identity is what makes an instance the same one after a reload.
type identity struct {
	vrid      uint8
	ipv6      bool
	dev       string
	unicast   bool
	addr      netip.Addr // unicast: the source; multicast: the group
	vmac      bool
	ipvlan    bool
	vmacAddrs bool
}

func identityOf(i *Instance) identity {
	id := identity{
		vrid: i.VRID, ipv6: i.IPv6, dev: i.Interface, unicast: i.Unicast(), addr: i.MulticastGroup,
		vmac: i.VMAC != nil, ipvlan: i.IPVLAN != nil, vmacAddrs: i.VMACAddresses,
	}
	if id.unicast {
		id.addr = i.Source
	}
	return id
}

// serviceOf identifies a virtual server.
func serviceOf(v *VirtualServer) string {
	switch {
	case v.Group != nil:
		return fmt.Sprintf("group %s %v", v.Group.Name, v.Protocol)
	case v.ByMark:
		return fmt.Sprintf("fwmark %d %v", v.Mark, v.Family)
	}
	return fmt.Sprintf("%v %d %v", v.Address, v.Port, v.Protocol)
}

// match returns the objects that change.
func match[T any, K comparable](from, to []*T, key func(*T) K) []Change[T] {
	return changed(matchAll(from, to, key))
}

// changed leaves out those that do not change.
func changed[T any](all []Change[T]) (list []Change[T]) {
	for _, c := range all {
		if c.Old == nil || c.New == nil || len(c.Fields) > 0 {
			list = append(list, c)
		}
	}
	return list
}

// matchAll pairs the objects of two lists by key, in the order of the old list,
// then what is new. Several with one key are paired in their order.
func matchAll[T any, K comparable](from, to []*T, key func(*T) K) (list []Change[T]) {
	left := map[K][]*T{}
	for _, n := range to {
		left[key(n)] = append(left[key(n)], n)
	}
	paired := map[*T]bool{}
	for _, o := range from {
		c := Change[T]{Old: o}
		if same := left[key(o)]; len(same) > 0 {
			c.New, left[key(o)] = same[0], same[1:]
			paired[c.New] = true
			c.Fields = compare("", reflect.ValueOf(o).Elem(), reflect.ValueOf(c.New).Elem())
		}
		list = append(list, c)
	}
	for _, n := range to {
		if !paired[n] {
			list = append(list, Change[T]{New: n})
		}
	}
	return list
}

// Same reports whether two checks ask the same, at the same times: they may
// stand at different places.
func (k *Check) Same(other *Check) bool {
	text := func(k *Check) string {
		s := display(reflect.ValueOf(k).Elem(), false)
		if k.File != nil {
			s += "\n" + k.File.File.Path
		}
		return s
	}
	return text(k) == text(other)
}
