package ipvs

import (
	"errors"
	"fmt"
	"net/netip"
	"time"
)

const maxWeight = 65535

// Validate reports everything in the table that a kernel would refuse, or
// silently take for something else.
func (t Table) Validate() error {
	var errs []error
	services := map[Key]bool{}
	for _, e := range t {
		if services[e.Key] {
			errs = append(errs, fmt.Errorf("ipvs: %v: listed twice", e.Key))
		}
		services[e.Key] = true
		for _, err := range e.validate() {
			errs = append(errs, fmt.Errorf("ipvs: %v: %w", e.Key, err))
		}
	}
	return errors.Join(errs...)
}

func (e Entry) validate() (errs []error) {
	bad := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	addr := e.Address.Addr()
	bad(e.Protocol != TCP && e.Protocol != UDP && e.Protocol != SCTP, "%v is not balanced", e.Protocol)
	bad(!usable(addr), "%v is no service's address", addr)
	bad(e.Address.Port() == 0 && e.Persistence == 0, "port 0, all ports, needs persistence")
	bad(e.Scheduler == "", "no scheduler")
	bad(e.Persistence < 0 || e.Persistence%time.Second != 0, "persistence %v is not a whole number of seconds", e.Persistence)
	seen := map[netip.AddrPort]bool{}
	for _, d := range e.Destinations {
		to := d.Address.Addr()
		bad(seen[d.Address], "destination %v: listed twice", d.Address)
		seen[d.Address] = true
		bad(!usable(to), "destination %v: no usable address", d.Address)
		bad(d.Forwarding > TUN, "destination %v: no such %v", d.Address, d.Forwarding)
		bad(d.Weight < 0 || d.Weight > maxWeight, "destination %v: weight %d is not in 0..%d", d.Address, d.Weight, maxWeight)
		bad(d.Forwarding != NAT && d.Address.Port() != e.Address.Port(), "destination %v: %v cannot change port %d", d.Address, d.Forwarding, e.Address.Port())
		bad(d.Forwarding != TUN && to.Is4() != addr.Is4(), "destination %v: %v cannot change the address family", d.Address, d.Forwarding)
	}
	return errs
}

// usable excludes the forms of an address that compare unequal to what the
// kernel will give back.
func usable(a netip.Addr) bool {
	return a.IsValid() && !a.IsUnspecified() && !a.Is4In6() && a.Zone() == ""
}
