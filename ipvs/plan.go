package ipvs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
)

// Plan returns the changes that turn actual into desired, none where they are
// equal. A service is edited before its destinations change, and destinations
// come before others go, so that no service runs out of them on the way;
// services that are no longer desired go last.
//
// Services of actual for which owned returns false are left alone, unless
// desired has them. A nil owned owns nothing: then no service is deleted. Both
// tables must be valid, see [Table.Validate].
func Plan(desired, actual Table, owned func(Key) bool) []Change {
	actual = actual.sorted()
	have, want := actual.index(), desired.index()
	var changes []Change
	for _, e := range desired.sorted() {
		old, exists := have[e.Key]
		switch {
		case !exists:
			changes = append(changes, Change{Op: AddService, Service: e.Service})
		case old.Service != e.Service:
			changes = append(changes, Change{Op: EditService, Service: e.Service})
		}
		changes = appendDestinations(changes, e, old.Destinations)
	}
	for _, e := range actual {
		if _, stays := want[e.Key]; !stays && owned != nil && owned(e.Key) {
			changes = append(changes, Change{Op: DeleteService, Service: e.Service})
		}
	}
	return changes
}

// appendDestinations appends what turns the destinations old into those of e.
func appendDestinations(changes []Change, e Entry, old []Destination) []Change {
	have := map[netip.AddrPort]Destination{}
	for _, d := range old {
		have[d.Address] = d
	}
	for _, d := range e.Destinations {
		was, exists := have[d.Address]
		delete(have, d.Address)
		switch {
		case !exists:
			changes = append(changes, Change{Op: AddDestination, Service: e.Service, Destination: d})
		case was != d:
			changes = append(changes, Change{Op: EditDestination, Service: e.Service, Destination: d})
		}
	}
	for _, d := range old {
		if _, left := have[d.Address]; left {
			changes = append(changes, Change{Op: DeleteDestination, Service: e.Service, Destination: d})
		}
	}
	return changes
}

// Apply brings the kernel's table to desired by the changes of [Plan] and
// returns those that were made. Where one fails the others go on; the error is
// the join of a [*ChangeError] each, and the next Apply tries again. Nothing is
// changed if desired is not valid or the kernel's table cannot be read. When
// ctx ends, Apply stops before the next change.
func Apply(ctx context.Context, k Kernel, desired Table, owned func(Key) bool) ([]Change, error) {
	if err := desired.Validate(); err != nil {
		return nil, err
	}
	actual, err := k.Table()
	if err != nil {
		return nil, fmt.Errorf("ipvs: read the kernel's table: %w", err)
	}
	var made []Change
	var errs []error
	for _, c := range Plan(desired, actual, owned) {
		if ctx.Err() != nil {
			errs = append(errs, context.Cause(ctx))
			break
		}
		if err := k.Change(c); err != nil {
			errs = append(errs, &ChangeError{Change: c, Err: err})
			continue
		}
		made = append(made, c)
	}
	return made, errors.Join(errs...)
}

// ChangeError is a change that the kernel refused.
type ChangeError struct {
	Change Change
	Err    error
}

// Error names the change in ipvsadm's words.
func (e *ChangeError) Error() string { return fmt.Sprintf("ipvs: %v: %v", e.Change, e.Err) }

// Unwrap returns Err.
func (e *ChangeError) Unwrap() error { return e.Err }

func (t Table) index() map[Key]Entry {
	m := make(map[Key]Entry, len(t))
	for _, e := range t {
		m[e.Key] = e
	}
	return m
}

// sorted returns a sorted copy: of services, and of each one's destinations.
func (t Table) sorted() Table {
	t = slices.Clone(t)
	slices.SortFunc(t, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Protocol, b.Protocol), a.Address.Compare(b.Address))
	})
	for i := range t {
		t[i].Destinations = slices.SortedFunc(slices.Values(t[i].Destinations), func(a, b Destination) int {
			return a.Address.Compare(b.Address)
		})
	}
	return t
}
