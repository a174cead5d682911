package netlinkx

import (
	"cmp"
	"slices"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// table is what a Monitor knows. It is a pure value: messages and lists in,
// snapshots out.
type table struct {
	links map[int]*Interface
	names map[string]int
	dirty map[int]struct{} // interfaces whose addresses must be listed again
	asked map[int]struct{} // those whose addresses are being listed
}

func newTable(list []Interface) table {
	t := table{links: map[int]*Interface{}, names: map[string]int{}, dirty: map[int]struct{}{}}
	for _, i := range list {
		t.set(&i)
	}
	return t
}

// set puts i in, and frees its name from whoever had it before: a rename may
// be heard of after the interface that took the name over.
func (t *table) set(i *Interface) {
	if old, ok := t.links[i.Index]; ok && t.names[old.Name] == i.Index {
		delete(t.names, old.Name)
	}
	t.links[i.Index] = i
	t.names[i.Name] = i.Index
}

func (t *table) remove(index int) bool {
	old, ok := t.links[index]
	if !ok {
		return false
	}
	if t.names[old.Name] == index {
		delete(t.names, old.Name)
	}
	delete(t.links, index)
	delete(t.dirty, index)
	return true
}

// apply takes one notification. changed means that a snapshot differs now; an
// interface whose addresses changed is marked dirty instead, because the order
// of addresses follows from a list only.
func (t *table) apply(m netlink.Message) (changed bool, err error) {
	switch m.Header.Type {
	case unix.RTM_NEWLINK:
		index, ok := linkIndex(m.Data)
		if !ok {
			return false, nil
		}
		var i Interface
		old, known := t.links[index]
		if known {
			i = *old
		}
		if err := decodeLink(m.Data, &i); err != nil || i.Name == "" {
			return false, err
		}
		if known && i.same(old) {
			return false, nil
		}
		if !known {
			t.dirty[index] = struct{}{}
		}
		t.set(&i)
		return true, nil

	case unix.RTM_DELLINK:
		index, ok := linkIndex(m.Data)
		return ok && t.remove(index), nil

	case unix.RTM_NEWADDR, unix.RTM_DELADDR:
		if index, ok := addressIndex(m.Data); ok {
			if _, dirty := t.dirty[index]; dirty {
				return false, nil // whatever it says
			}
		}
		index, a, err := decodeAddress(m.Data)
		if err != nil {
			return false, err
		}
		if _, ok := t.links[index]; ok && !(m.Header.Type == unix.RTM_NEWADDR && t.renewed(index, a)) {
			t.dirty[index] = struct{}{}
		}
		return false, nil

	case unix.RTM_NEWNETCONF:
		index, on, ok, err := decodeForwarding6(m.Data)
		old, known := t.links[index]
		if err != nil || !ok || !known || old.Forwarding6 == on {
			return false, err
		}
		i := *old
		i.Forwarding6 = on
		t.set(&i)
		return true, nil
	}
	return false, nil
}

// renewed reports whether a only has new lifetimes, and was known before. That
// happens many times a second where lifetimes are renewed, and is no news.
func (t *table) renewed(index int, a Address) bool {
	_, dirty := t.dirty[index]
	_, asked := t.asked[index]
	return !dirty && !asked && slices.ContainsFunc(t.links[index].Addresses, func(o Address) bool {
		o.Valid, o.Preferred = a.Valid, a.Preferred
		return o == a
	})
}

// same reports whether two snapshots of an interface agree, addresses aside.
func (i *Interface) same(o *Interface) bool {
	return i.Index == o.Index && i.Name == o.Name && i.MTU == o.MTU && i.Flags == o.Flags &&
		i.Forwarding6 == o.Forwarding6 && i.VRFTable == o.VRFTable && slices.Equal(i.HardwareAddr, o.HardwareAddr)
}

// setAddresses replaces the addresses of an interface, unless it has vanished.
func (t *table) setAddresses(index int, list []Address) {
	if old, ok := t.links[index]; ok {
		i := *old
		i.Addresses = list
		t.set(&i)
	}
}

func (t *table) byName(name string) (Interface, bool) {
	if index, ok := t.names[name]; ok {
		return *t.links[index], true
	}
	return Interface{}, false
}

func (t *table) snapshot() []Interface {
	list := make([]Interface, 0, len(t.links))
	for _, i := range t.links {
		list = append(list, *i)
	}
	slices.SortFunc(list, func(a, b Interface) int { return cmp.Compare(a.Index, b.Index) })
	return list
}
