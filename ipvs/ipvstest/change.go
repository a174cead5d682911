package ipvstest

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"syscall"

	"github.com/vrrpkit/vrrpkit/ipvs"
)

// change does what the kernel does, and refuses what it refuses.
func (k *Kernel) change(c ipvs.Change) error {
	switch c.Op {
	case ipvs.SetTimeouts:
		if err := (ipvs.State{Timeouts: c.Timeouts}).Validate(); err != nil {
			return err
		}
		overlay(&k.state.Timeouts, c.Timeouts)
		return nil
	case ipvs.StartDaemon, ipvs.StopDaemon:
		return k.changeDaemon(c)
	case ipvs.Flush:
		k.state.Table = nil
		k.conns = nil
		return nil
	case ipvs.Zero:
		return nil
	}
	return k.changeService(c)
}

func (k *Kernel) changeDaemon(c ipvs.Change) error {
	i := slices.IndexFunc(k.state.Daemons, func(d ipvs.Daemon) bool { return d.Role == c.Daemon.Role })
	switch {
	case c.Op == ipvs.StartDaemon && i >= 0:
		return os.ErrExist
	case c.Op == ipvs.StartDaemon:
		if err := (ipvs.State{Daemons: []ipvs.Daemon{c.Daemon}}).Validate(); err != nil {
			return err
		}
		if k.mixed() {
			return syscall.EINVAL
		}
		k.state.Daemons = append(k.state.Daemons, complete(c.Daemon))
	case i < 0:
		return fmt.Errorf("%w: no %v daemon runs", os.ErrNotExist, c.Daemon.Role)
	default:
		k.state.Daemons = slices.Delete(k.state.Daemons, i, i+1)
	}
	return nil
}

// complete returns the daemon as the kernel shows it on an interface with the
// MTU of Ethernet.
func complete(d ipvs.Daemon) ipvs.Daemon {
	switch {
	case d.MaxLen == 0:
		d.MaxLen = 1472
	case d.Role == ipvs.Backup:
		d.MaxLen = max(d.MaxLen, 1024)
	}
	if !d.Group.IsValid() {
		d.Group = netip.AddrFrom4([4]byte{224, 0, 0, 81})
	}
	if d.Port == 0 {
		d.Port = 8848
	}
	if d.TTL == 0 {
		d.TTL = 1
	}
	return d
}

// mixed reports whether a destination is of another family than its service,
// which sync daemons cannot tell one another.
func (k *Kernel) mixed() bool {
	for _, e := range k.state.Table {
		for _, d := range e.Destinations {
			if d.Address.Addr().Is6() != e.Is6() {
				return true
			}
		}
	}
	return false
}

func (k *Kernel) changeService(c ipvs.Change) error {
	i := slices.IndexFunc(k.state.Table, func(e ipvs.Entry) bool { return e.Key == c.Service.Key })
	if c.Op == ipvs.AddService || c.Op == ipvs.EditService {
		if err := (ipvs.Table{{Service: c.Service}}).Validate(); err != nil {
			return err
		}
		if !slices.Contains(schedulers(), c.Service.Scheduler) {
			return fmt.Errorf("no scheduler %s", c.Service.Scheduler)
		}
		if c.Service.Engine != "" && c.Service.Engine != "sip" {
			return fmt.Errorf("no persistence engine %s", c.Service.Engine)
		}
	}
	if c.Op == ipvs.AddService {
		if i >= 0 {
			return os.ErrExist
		}
		k.state.Table = append(k.state.Table, ipvs.Entry{Service: c.Service})
		return nil
	}
	if i < 0 {
		return fmt.Errorf("%w: no such service", os.ErrNotExist)
	}
	switch c.Op {
	case ipvs.EditService:
		k.state.Table[i].Service = c.Service
		return nil
	case ipvs.DeleteService:
		for _, d := range k.state.Table[i].Destinations {
			delete(k.conns, place{c.Service.Key, d.Address})
		}
		k.state.Table = slices.Delete(k.state.Table, i, i+1)
		return nil
	case ipvs.ZeroService:
		return nil
	}
	return k.changeDestination(&k.state.Table[i], c)
}

func (k *Kernel) changeDestination(e *ipvs.Entry, c ipvs.Change) error {
	j := slices.IndexFunc(e.Destinations, func(d ipvs.Destination) bool { return d.Address == c.Destination.Address })
	if c.Op == ipvs.AddDestination || c.Op == ipvs.EditDestination {
		if err := (ipvs.Table{{Service: e.Service, Destinations: []ipvs.Destination{c.Destination}}}).Validate(); err != nil {
			return err
		}
		if c.Destination.Address.Addr().Is6() != e.Is6() && len(k.state.Daemons) > 0 {
			return syscall.EINVAL
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
		delete(k.conns, place{e.Key, c.Destination.Address})
		e.Destinations = slices.Delete(e.Destinations, j, j+1)
	}
	return nil
}

// schedulers are those of Linux.
func schedulers() []string {
	return []string{"rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "mh", "sed", "nq", "fo", "ovf", "twos"}
}
