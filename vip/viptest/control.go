package viptest

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
)

// AddInterface adds an interface, which is up and has no addresses. If there is
// one of that name, nothing happens.
func (k *Kernel) AddInterface(name string) {
	k.change(func() bool {
		if k.find(name) != nil {
			return false
		}
		k.made++
		mac := net.HardwareAddr{2, 0, 0, 0, byte(k.made >> 8), byte(k.made)}
		k.interfaces = append(k.interfaces, &vip.Interface{Index: k.made, Name: name, Up: true, MAC: mac})
		return true
	})
}

// RemoveInterface removes an interface with its addresses and routes.
func (k *Kernel) RemoveInterface(name string) {
	k.change(func() bool {
		before := len(k.interfaces)
		k.interfaces = slices.DeleteFunc(k.interfaces, func(i *vip.Interface) bool { return i.Name == name })
		k.dropRoutes(name)
		return len(k.interfaces) < before
	})
}

// Rename gives an interface another name, as Linux does while it is up: its index
// and its addresses stay. Where there is no such interface, or one that has the
// new name, nothing happens.
func (k *Kernel) Rename(name, to string) {
	k.change(func() bool {
		i := k.find(name)
		if i == nil || k.find(to) != nil {
			return false
		}
		i.Name = to
		for n, o := range k.routing {
			if r, ok := o.(vip.Route); ok && r.Interface == name {
				r.Interface = to
				k.routing[n] = r
			}
		}
		return true
	})
}

// SetUp takes an interface up or down. Announcements on an interface that is
// down fail; addresses stay, routes go.
func (k *Kernel) SetUp(name string, up bool) {
	k.change(func() bool {
		i := k.find(name)
		if i == nil || i.Up == up {
			return false
		}
		i.Up = up
		if !up {
			k.dropRoutes(name)
		}
		return true
	})
}

// Put adds an object as somebody else would, and reports the kernel's answer.
func (k *Kernel) Put(o vip.Object) error { return k.foreign(vip.Change{Op: vip.Add, Object: o}) }

// Take removes an object as somebody else would.
func (k *Kernel) Take(o vip.Object) error { return k.foreign(vip.Change{Op: vip.Delete, Object: o}) }

// Duplicate has an IPv6 address fail duplicate address detection.
func (k *Kernel) Duplicate(a vip.Address) {
	k.change(func() bool {
		i := k.find(a.Interface)
		if i == nil {
			return false
		}
		i.Duplicates = append(i.Duplicates, a.Prefix.Addr())
		return true
	})
}

// Fail has fn decide about each change that a manager asks for: an error makes
// it fail. Nil ends that. fn must not call the kernel.
func (k *Kernel) Fail(fn func(vip.Change) error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fail = fn
}

// FailAnnounce has fn decide about each announcement: an error makes it fail.
// Nil ends that. fn must not call the kernel.
func (k *Kernel) FailAnnounce(fn func(vip.Announcement) error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.failSend = fn
}

// Delay makes every Apply take the time d, before anything is changed.
func (k *Kernel) Delay(d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.delay = d
}

// Batches returns how many times Apply was called.
func (k *Kernel) Batches() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.batches
}

// Announced returns the announcements made so far, in order.
func (k *Kernel) Announced() []Announced {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.announced)
}

// Changed returns what managers have changed so far, in order.
func (k *Kernel) Changed() []Changed {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.changes)
}

// Filtered returns what a table drops; with an empty name, the default one.
func (k *Kernel) Filtered(table string) vip.Filter {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.filters[cmp.Or(table, vip.DefaultFilterTable)]
}

// FlushFilters removes all tables of the packet filter, as somebody else would.
func (k *Kernel) FlushFilters() {
	k.change(func() bool {
		k.filters, k.flushed = nil, len(k.filters) > 0
		return k.flushed
	})
}

// Closed reports whether Close was called.
func (k *Kernel) Closed() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.closed
}

// String returns the kernel's state, one interface, address, route or rule to
// the line, in the words of ip(8):
//
//	eth0
//	    192.0.2.100/24 label eth0:web
//	eth1 down
//	route default via 192.0.2.254
//	rule priority 100 from 192.0.2.100/32 lookup 7
func (k *Kernel) String() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var b strings.Builder
	for _, i := range k.interfaces {
		b.WriteString(i.Name)
		if !i.Up {
			b.WriteString(" down")
		}
		b.WriteByte('\n')
		for _, a := range i.Addresses {
			a.Interface = ""
			fmt.Fprintf(&b, "    %v\n", a)
		}
	}
	for _, o := range k.routing {
		if _, ok := o.(vip.Rule); ok {
			fmt.Fprintf(&b, "rule %v\n", o)
		} else {
			fmt.Fprintf(&b, "route %v\n", o)
		}
	}
	return b.String()
}

func (k *Kernel) foreign(c vip.Change) (err error) {
	if a, ok := c.Object.(vip.Address); ok {
		a.Foreign = true
		c.Object = a
	}
	k.change(func() (changed bool) {
		changed, err = k.apply(&c)
		return changed
	})
	return err
}
