package viptest

import (
	"net/netip"
	"slices"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
)

// Apply implements vip.Kernel.
func (k *Kernel) Apply(changes []vip.Change) []error {
	k.mu.Lock()
	delay := k.delay
	k.mu.Unlock()
	if delay > 0 {
		time.Sleep(delay)
	}
	failed := false
	errs := make([]error, len(changes))
	k.change(func() (changed bool) {
		k.batches++
		for i := range changes {
			c := &changes[i]
			k.changes = append(k.changes, Changed{time.Since(k.start), *c})
			did := false
			if k.fail != nil {
				errs[i] = k.fail(*c)
			}
			if errs[i] == nil {
				did, errs[i] = k.apply(c)
			}
			failed = failed || errs[i] != nil
			changed = changed || did
		}
		return changed
	})
	if !failed {
		return nil
	}
	return errs
}

// apply does what Linux does: an IPv6 address is on an interface once, an IPv4
// address once for each prefix length; one that is there keeps its looks.
func (k *Kernel) apply(c *vip.Change) (changed bool, err error) {
	if v, ok := c.Object.(vip.VMAC); ok {
		return k.applyVMAC(c.Op, v)
	}
	address, ok := c.Object.(vip.Address)
	if !ok {
		return k.applyRouting(c)
	}
	i := k.find(address.Interface)
	switch {
	case c.Op == vip.Delete && c.Index != 0:
		i = k.byIndex(c.Index)
	case i != nil:
		c.Index = i.Index
	}
	if i == nil {
		if c.Op == vip.Delete {
			return false, nil
		}
		return false, vip.ErrNoInterface
	}
	at := slices.IndexFunc(i.Addresses, func(a vip.Address) bool {
		if c.Op == vip.Add && a.Prefix.Addr().Is6() {
			return a.Prefix.Addr() == address.Prefix.Addr()
		}
		return a.Prefix == address.Prefix
	})
	if c.Op == vip.Add || at >= 0 {
		k.limit(spot{i.Index, address.Prefix}, *c)
	}
	switch {
	case c.Op == vip.Delete && at >= 0:
		i.Duplicates = slices.DeleteFunc(i.Duplicates, func(a netip.Addr) bool { return a == address.Prefix.Addr() })
		i.Addresses = slices.Delete(i.Addresses, at, at+1)
	case c.Op == vip.Add && at < 0:
		i.Addresses = append(i.Addresses, address)
	default:
		return false, nil
	}
	return true, nil
}

// applyVMAC makes or removes an interface.
func (k *Kernel) applyVMAC(op vip.Op, v vip.VMAC) (changed bool, err error) {
	there := k.find(v.Name) != nil
	switch {
	case op == vip.Delete && there:
		k.interfaces = slices.DeleteFunc(k.interfaces, func(i *vip.Interface) bool { return i.Name == v.Name })
	case op == vip.Add && k.find(v.Parent) == nil:
		return false, vip.ErrNoInterface
	case op == vip.Add && !there:
		k.made++
		k.interfaces = append(k.interfaces, &vip.Interface{Index: k.made, Name: v.Name, Up: true, VMAC: true})
	default:
		return false, nil
	}
	return true, nil
}

// limit has an address end after its lifetime, if it has one. Unlike Linux, it
// does not end late.
func (k *Kernel) limit(at spot, c vip.Change) {
	if old := k.ends[at]; old != nil {
		old.Stop()
		delete(k.ends, at)
	}
	if c.Lifetime == 0 {
		return
	}
	var end *time.Timer
	end = time.AfterFunc(c.Lifetime, func() {
		k.change(func() bool {
			if k.ends[at] != end {
				return false
			}
			changed, _ := k.apply(&vip.Change{Op: vip.Delete, Object: c.Object, Index: c.Index})
			return changed
		})
	})
	k.ends[at] = end
}
