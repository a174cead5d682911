package ipvs

import (
	"fmt"
	"net/netip"
	"slices"
)

// Missing is a service, or a destination of one, that is desired and that the
// kernel does not have because it refuses it.
type Missing struct {
	Service     Key
	Destination netip.AddrPort // the zero AddrPort: the service itself, with all of its destinations
}

// String returns it in ipvsadm's words.
func (m Missing) String() string {
	if !m.Destination.IsValid() {
		return m.Service.String()
	}
	return fmt.Sprintf("%v -r %v", m.Service, m.Destination)
}

// missing returns what of the desired table the kernel does not have, as far as
// is known.
func (l *ledger) missing() (list []Missing) {
	for _, e := range l.desired.Table {
		have := l.table[e.Key]
		if have == nil {
			list = append(list, Missing{Service: e.Key})
			continue
		}
		for _, d := range e.Destinations {
			if !slices.ContainsFunc(have.Destinations, func(h Destination) bool { return h.Address == d.Address }) {
				list = append(list, Missing{e.Key, d.Address})
			}
		}
	}
	return list
}

// refused returns what is missing after a turn that left something undone, and
// was after the one before: once may be chance.
func (r *Reconciler) refused() []Missing {
	before := make(map[Missing]bool, len(r.lacked))
	for _, m := range r.lacked {
		before[m] = true
	}
	r.lacked = r.ledger.missing()
	return slices.DeleteFunc(slices.Clone(r.lacked), func(m Missing) bool { return !before[m] })
}
