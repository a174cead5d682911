// Package viptest has a kernel in memory for tests of virtual addresses: it
// shows its state as text, records what is announced and when, removes addresses
// whose Lifetime ends without being renewed, and fails or dawdles on demand. Its
// times are those of package time, so that in a testing/synctest bubble they are
// exact. It has no goroutine that stays, and all of its methods may be called from
// any.
package viptest

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
)

// Kernel is a vip.Kernel in memory. Create it with NewKernel, in a bubble if
// there is one. All methods may be called by several goroutines.
type Kernel struct {
	start time.Time

	mu         sync.Mutex
	interfaces []*vip.Interface
	made       int          // interfaces so far
	routing    []vip.Object // routes and rules, of whomever
	announced  []Announced
	changes    []Changed
	batches    int
	fail       func(vip.Change) error
	failSend   func(vip.Announcement) error
	delay      time.Duration
	ends       map[spot]*time.Timer // of addresses with a lifetime
	watchers   map[chan struct{}]struct{}
	filters    map[string]vip.Filter // by the name of the table
	flushed    bool
	closed     bool
}

// spot is where an address is.
type spot struct {
	index  int // of the interface
	prefix netip.Prefix
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
	k := &Kernel{start: time.Now(), watchers: make(map[chan struct{}]struct{}), ends: make(map[spot]*time.Timer)}
	for _, name := range interfaces {
		k.AddInterface(name)
	}
	return k
}

// Interfaces implements vip.Kernel.
func (k *Kernel) Interfaces() ([]vip.Interface, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	list := make([]vip.Interface, len(k.interfaces))
	for n, i := range k.interfaces {
		list[n] = snapshot(i)
	}
	return list, nil
}

// Seen implements vip.Kernel. It is never behind.
func (k *Kernel) Seen(name string) (vip.Interface, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if i := k.find(name); i != nil {
		return snapshot(i), nil
	}
	return vip.Interface{}, vip.ErrNoInterface
}

func snapshot(i *vip.Interface) vip.Interface {
	s := *i
	s.Addresses = slices.Clone(i.Addresses)
	s.Duplicates = slices.Clone(i.Duplicates)
	return s
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
	if i == nil {
		return vip.ErrNoInterface
	}
	if !i.Up {
		return syscall.ENETDOWN
	}
	if k.failSend != nil {
		if err := k.failSend(a); err != nil {
			return err
		}
	}
	k.announced = append(k.announced, Announced{time.Since(k.start), a})
	return nil
}

// Filter implements vip.Kernel.
func (k *Kernel) Filter(f vip.Filter) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.filters == nil {
		k.filters = make(map[string]vip.Filter)
	}
	k.filters[cmp.Or(f.Table, vip.DefaultFilterTable)] = f
	k.flushed = false
	return nil
}

// Filtering implements vip.Kernel.
func (k *Kernel) Filtering() (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return !k.flushed, nil
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

func (k *Kernel) find(name string) *vip.Interface {
	for _, i := range k.interfaces {
		if i.Name == name {
			return i
		}
	}
	return nil
}

func (k *Kernel) byIndex(index int) *vip.Interface {
	for _, i := range k.interfaces {
		if i.Index == index {
			return i
		}
	}
	return nil
}

var _ vip.Kernel = (*Kernel)(nil)
