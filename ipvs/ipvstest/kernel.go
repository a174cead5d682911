// Package ipvstest has IPVS in memory, for tests of load balancers: it refuses
// what the kernel refuses, shows its table as `ipvsadm -Sn` does, records what
// was changed, and has faults on demand.
//
//	var kernel ipvstest.Kernel
//	kernel.Intercept(func(c ipvstest.Call) error {
//		switch c.N {
//		case 3:
//			return syscall.EPERM // the third call fails
//		case 4:
//			time.Sleep(time.Second) // the fourth is slow
//		case 5: // somebody else is faster than the fifth
//			return kernel.Meddle(ipvs.Change{Op: ipvs.Flush})
//		}
//		return nil
//	})
//
// It starts no goroutine, and all of its methods may be called from any.
package ipvstest

import (
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/ipvs"
)

// Kernel is an ipvs.Kernel in memory. The zero value has an empty table and is
// ready to use. All methods may be called by several goroutines.
type Kernel struct {
	mu        sync.Mutex
	state     ipvs.State
	conns     map[place]connections
	changes   []ipvs.Change
	calls     int
	intercept func(Call) error
	closed    bool
}

var _ ipvs.Kernel = (*Kernel)(nil)

// place is a destination of a service.
type place struct {
	service     ipvs.Key
	destination netip.AddrPort
}

type connections struct{ active, inactive, persistent uint32 }

// Method is a method of ipvs.Kernel.
type Method uint8

// The methods that are intercepted.
const (
	State Method = iota
	Stats
	Change
)

// Call is a call of one of the methods of ipvs.Kernel.
type Call struct {
	N      int // counts the calls, from 1
	Method Method
	Change ipvs.Change // of method Change
}

// Intercept has f called at the beginning of every later call. The call fails,
// and does nothing, where f returns an error; it is late where f takes its time.
// f may call the Kernel's own methods, Meddle among them. A nil f ends that.
func (k *Kernel) Intercept(f func(Call) error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.intercept = f
}

// begin is the beginning of every call. Where it returns nil, the lock is held.
func (k *Kernel) begin(c Call) error {
	k.mu.Lock()
	k.calls++
	c.N = k.calls
	f := k.intercept
	if f != nil {
		k.mu.Unlock()
		if err := f(c); err != nil {
			return err
		}
		k.mu.Lock()
	}
	if k.closed {
		k.mu.Unlock()
		return os.ErrClosed
	}
	return nil
}

// State returns a copy of what there is.
func (k *Kernel) State() (ipvs.State, error) {
	if err := k.begin(Call{Method: State}); err != nil {
		return ipvs.State{}, err
	}
	defer k.mu.Unlock()
	s := ipvs.State{Table: k.state.Table.Clone(), Timeouts: k.timeouts(), Daemons: slices.Clone(k.state.Daemons)}
	return s, nil
}

// timeouts are the kernel's own where nobody has set others.
func (k *Kernel) timeouts() ipvs.Timeouts {
	t := ipvs.Timeouts{TCP: 15 * time.Minute, TCPFin: 2 * time.Minute, UDP: 5 * time.Minute}
	overlay(&t, k.state.Timeouts)
	return t
}

func overlay(t *ipvs.Timeouts, with ipvs.Timeouts) {
	for _, f := range []struct{ to, from *time.Duration }{{&t.TCP, &with.TCP}, {&t.TCPFin, &with.TCPFin}, {&t.UDP, &with.UDP}} {
		if *f.from != 0 {
			*f.to = *f.from
		}
	}
}

// Stats returns the connections set by SetConnections; other counters are zero.
func (k *Kernel) Stats(keys ...ipvs.Key) ([]ipvs.ServiceStats, error) {
	if err := k.begin(Call{Method: Stats}); err != nil {
		return nil, err
	}
	defer k.mu.Unlock()
	var list []ipvs.ServiceStats
	for _, e := range k.state.Table {
		if len(keys) > 0 && !slices.Contains(keys, e.Key) {
			continue
		}
		s := ipvs.ServiceStats{Key: e.Key}
		for _, d := range e.Destinations {
			c := k.conns[place{e.Key, d.Address}]
			s.Destinations = append(s.Destinations, ipvs.DestinationStats{
				Address: d.Address, Weight: d.Weight,
				Active: c.active, Inactive: c.inactive, Persistent: c.persistent,
			})
		}
		list = append(list, s)
	}
	return list, nil
}

// SetConnections sets how many connections a destination has, until it is
// deleted.
func (k *Kernel) SetConnections(service ipvs.Key, destination netip.AddrPort, active, inactive, persistent uint32) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.conns == nil {
		k.conns = make(map[place]connections)
	}
	k.conns[place{service, destination}] = connections{active, inactive, persistent}
}

// String returns the table as text, one line for each service and destination.
func (k *Kernel) String() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state.Table.String()
}

// Changes returns the changes that were made, in order, without those that
// failed or that Meddle made.
func (k *Kernel) Changes() []ipvs.Change {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.changes)
}

// Close makes every later call fail with os.ErrClosed. String, Changes and
// Meddle go on.
func (k *Kernel) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.closed = true
	return nil
}

// Change makes one change.
func (k *Kernel) Change(c ipvs.Change) error {
	if err := k.begin(Call{Method: Change, Change: c}); err != nil {
		return err
	}
	defer k.mu.Unlock()
	err := k.change(c)
	if err == nil {
		k.changes = append(k.changes, c)
	}
	return err
}

// Meddle makes a change as another program would.
func (k *Kernel) Meddle(c ipvs.Change) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.change(c)
}
