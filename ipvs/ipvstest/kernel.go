// Package ipvstest has IPVS in memory, for tests of load balancers: it refuses
// what the kernel refuses, shows its table as `ipvsadm -Sn` does, records what
// was changed, and fails on demand.
package ipvstest

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/vrrpkit/vrrpkit/ipvs"
)

// Kernel is an ipvs.Kernel in memory. The zero value is an empty table, ready
// to use. All methods may be called by several goroutines.
type Kernel struct {
	mu      sync.Mutex
	table   ipvs.Table
	changes []ipvs.Change
	fail    func(ipvs.Change) error
	closed  bool
}

var _ ipvs.Kernel = (*Kernel)(nil)

// Table returns a copy of the table.
func (k *Kernel) Table() (ipvs.Table, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return nil, os.ErrClosed
	}
	table := slices.Clone(k.table)
	for i := range table {
		table[i].Destinations = slices.Clone(table[i].Destinations)
	}
	return table, nil
}

// String returns the table as text, one line for each service and destination.
func (k *Kernel) String() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.table.String()
}

// Changes returns the changes that were made, in order, those that failed left out.
func (k *Kernel) Changes() []ipvs.Change {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.changes)
}

// Fail has every later change fail, and do nothing, for which f returns an
// error. A nil f ends that.
func (k *Kernel) Fail(f func(ipvs.Change) error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fail = f
}

// Close makes every later call fail with os.ErrClosed.
func (k *Kernel) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.closed = true
	return nil
}

// Change makes one change.
func (k *Kernel) Change(c ipvs.Change) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return os.ErrClosed
	}
	if k.fail != nil {
		if err := k.fail(c); err != nil {
			return err
		}
	}
	err := k.change(c)
	if err == nil {
		k.changes = append(k.changes, c)
	}
	return err
}

func (k *Kernel) change(c ipvs.Change) error {
	i := slices.IndexFunc(k.table, func(e ipvs.Entry) bool { return e.Key == c.Service.Key })
	if c.Op == ipvs.AddService || c.Op == ipvs.EditService {
		if err := (ipvs.Table{{Service: c.Service}}).Validate(); err != nil {
			return err
		}
		if !slices.Contains(schedulers(), c.Service.Scheduler) {
			return fmt.Errorf("no scheduler %s", c.Service.Scheduler)
		}
	}
	if c.Op == ipvs.AddService {
		if i >= 0 {
			return os.ErrExist
		}
		k.table = append(k.table, ipvs.Entry{Service: c.Service})
		return nil
	}
	if i < 0 {
		return fmt.Errorf("%w: no such service", os.ErrNotExist)
	}
	switch c.Op {
	case ipvs.EditService:
		k.table[i].Service = c.Service
		return nil
	case ipvs.DeleteService:
		k.table = slices.Delete(k.table, i, i+1)
		return nil
	}
	return changeDestination(&k.table[i], c)
}

func changeDestination(e *ipvs.Entry, c ipvs.Change) error {
	j := slices.IndexFunc(e.Destinations, func(d ipvs.Destination) bool { return d.Address == c.Destination.Address })
	if c.Op == ipvs.AddDestination || c.Op == ipvs.EditDestination {
		if err := (ipvs.Table{{Service: e.Service, Destinations: []ipvs.Destination{c.Destination}}}).Validate(); err != nil {
			return err
		}
	}
	switch {
	case c.Op == ipvs.AddDestination && j >= 0:
		return os.ErrExist
	case c.Op == ipvs.AddDestination:
		e.Destinations = append(e.Destinations, c.Destination)
	case c.Op > ipvs.DeleteDestination:
		return errors.New("no such operation")
	case j < 0:
		return os.ErrNotExist
	case c.Op == ipvs.EditDestination:
		e.Destinations[j] = c.Destination
	default:
		e.Destinations = slices.Delete(e.Destinations, j, j+1)
	}
	return nil
}

// schedulers are those of Linux.
func schedulers() []string {
	return []string{"rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "mh", "sed", "nq", "fo", "ovf"}
}
