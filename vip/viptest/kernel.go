// Package viptest has a kernel in memory for tests of virtual addresses: it
// shows its state as text, records what is announced and when, and fails or
// dawdles on demand. Its times are those of package time, so that in a
// testing/synctest bubble they are exact.
package viptest

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
)

// Kernel is a vip.Kernel in memory. Create it with NewKernel, in a bubble if
// there is one. All methods may be called by several goroutines.
type Kernel struct {
	start time.Time

	mu         sync.Mutex
	interfaces []*vip.Interface
	announced  []Announced
	changes    []Changed
	batches    int
	fail       func(vip.Change) error
	failSend   func(vip.Announcement) error
	delay      time.Duration
	watchers   map[chan struct{}]struct{}
	closed     bool
}

// Announced is an announcement that was made, and when, counted from NewKernel.
type Announced struct {
	At time.Duration
	vip.Announcement
}

// Changed is a change that a manager made, and when, counted from NewKernel.
type Changed struct {
	At time.Duration
	vip.Change
}

// NewKernel returns a kernel with the given interfaces, which are up.
func NewKernel(interfaces ...string) *Kernel {
	k := &Kernel{start: time.Now(), watchers: make(map[chan struct{}]struct{})}
	for _, name := range interfaces {
		k.AddInterface(name)
	}
	return k
}

// AddInterface adds an interface, which is up and has no addresses. If there is
// one of that name, nothing happens.
func (k *Kernel) AddInterface(name string) {
	k.change(func() bool {
		if k.find(name) != nil {
			return false
		}
		k.interfaces = append(k.interfaces, &vip.Interface{Name: name, Up: true})
		return true
	})
}

// RemoveInterface removes an interface with its addresses.
func (k *Kernel) RemoveInterface(name string) {
	k.change(func() bool {
		before := len(k.interfaces)
		k.interfaces = slices.DeleteFunc(k.interfaces, func(i *vip.Interface) bool { return i.Name == name })
		return len(k.interfaces) < before
	})
}

// SetUp takes an interface up or down. Announcements on an interface that is
// down fail; addresses stay.
func (k *Kernel) SetUp(name string, up bool) {
	k.change(func() bool {
		i := k.find(name)
		if i == nil || i.Up == up {
			return false
		}
		i.Up = up
		return true
	})
}

// Put adds an address as somebody else would, and reports the kernel's answer.
func (k *Kernel) Put(a vip.Address) error { return k.foreign(vip.Change{Op: vip.Add, Address: a}) }

// Take removes an address as somebody else would.
func (k *Kernel) Take(a vip.Address) error { return k.foreign(vip.Change{Op: vip.Delete, Address: a}) }

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

// Closed reports whether Close was called.
func (k *Kernel) Closed() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.closed
}

// String returns the kernel's state, one interface or address to the line, in
// the words of `ip address`:
//
//	eth0
//	    192.0.2.100/24 label eth0:web
//	eth1 down
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
	return b.String()
}

// Interfaces implements vip.Kernel.
func (k *Kernel) Interfaces() ([]vip.Interface, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	list := make([]vip.Interface, len(k.interfaces))
	for n, i := range k.interfaces {
		list[n] = *i
		list[n].Addresses = slices.Clone(i.Addresses)
	}
	return list, nil
}

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
		for i, c := range changes {
			k.changes = append(k.changes, Changed{time.Since(k.start), c})
			did := false
			if k.fail != nil {
				errs[i] = k.fail(c)
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

// Announce implements vip.Kernel.
func (k *Kernel) Announce(announcements []vip.Announcement) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	var first error
	for _, a := range announcements {
		err := k.announce(a)
		if err != nil && first == nil {
			first = fmt.Errorf("viptest: announce %v on %s: %w", a.Addr, a.Interface, err)
		}
	}
	return first
}

func (k *Kernel) announce(a vip.Announcement) error {
	i := k.find(a.Interface)
	if i == nil || !i.Up {
		return vip.ErrNoInterface
	}
	if k.failSend != nil {
		if err := k.failSend(a); err != nil {
			return err
		}
	}
	k.announced = append(k.announced, Announced{time.Since(k.start), a})
	return nil
}

// Watch implements vip.Kernel.
func (k *Kernel) Watch(ctx context.Context, changed func()) error {
	news := make(chan struct{}, 1)
	k.mu.Lock()
	k.watchers[news] = struct{}{}
	k.mu.Unlock()
	defer func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		delete(k.watchers, news)
	}()
	changed()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-news:
			changed()
		}
	}
}

// Close implements vip.Kernel. A second call is an error, so that tests notice.
func (k *Kernel) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return fmt.Errorf("viptest: %w", net.ErrClosed)
	}
	k.closed = true
	return nil
}

// change calls fn under the lock and wakes the watchers if it changed something.
func (k *Kernel) change(fn func() (changed bool)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !fn() {
		return
	}
	for news := range k.watchers {
		select {
		case news <- struct{}{}:
		default:
		}
	}
}

func (k *Kernel) foreign(c vip.Change) (err error) {
	k.change(func() (changed bool) {
		changed, err = k.apply(c)
		return changed
	})
	return err
}

func (k *Kernel) find(name string) *vip.Interface {
	for _, i := range k.interfaces {
		if i.Name == name {
			return i
		}
	}
	return nil
}

// apply does what Linux does: an IPv6 address is on an interface once, an IPv4
// address once for each prefix length; one that is there keeps its looks.
func (k *Kernel) apply(c vip.Change) (changed bool, err error) {
	i := k.find(c.Address.Interface)
	if i == nil {
		if c.Op == vip.Delete {
			return false, nil
		}
		return false, vip.ErrNoInterface
	}
	at := slices.IndexFunc(i.Addresses, func(a vip.Address) bool {
		if c.Op == vip.Add && a.Prefix.Addr().Is6() {
			return a.Prefix.Addr() == c.Address.Prefix.Addr()
		}
		return a.Prefix == c.Address.Prefix
	})
	switch {
	case c.Op == vip.Delete && at >= 0:
		i.Addresses = slices.Delete(i.Addresses, at, at+1)
	case c.Op == vip.Add && at < 0:
		i.Addresses = append(i.Addresses, c.Address)
	default:
		return false, nil
	}
	return true, nil
}

var _ vip.Kernel = (*Kernel)(nil)
