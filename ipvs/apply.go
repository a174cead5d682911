package ipvs

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// passes is how often Apply looks and plans anew because others changed the
// table while it did.
const passes = 3

// Apply brings the kernel to desired by the changes of [Plan] and returns those
// that were made. Where one fails the others go on; the error is the join of a
// [*ChangeError] each, and the next Apply tries again. Where the table changes
// under it, which shows in a change that finds its object there already, or not
// there, Apply looks again. Nothing is changed if desired is not valid or the
// kernel's state cannot be read. When ctx ends, Apply stops before the next
// change.
//
// A [Reconciler] does that for as long as a program runs.
func Apply(ctx context.Context, k Kernel, desired State, owned func(Key) bool) ([]Change, error) {
	if err := desired.Validate(); err != nil {
		return nil, err
	}
	var made []Change
	for pass := 1; ; pass++ {
		actual, err := k.State()
		if err != nil {
			return made, fmt.Errorf("ipvs: read the kernel's state: %w", err)
		}
		err = carryOut(ctx, k, Plan(desired, actual, owned), func(c Change) { made = append(made, c) })
		if err == nil || pass == passes || !moved(err) {
			return made, err
		}
	}
}

// carryOut makes the changes and calls made with those that succeeded.
func carryOut(ctx context.Context, k Kernel, changes []Change, made func(Change)) error {
	var errs []error
	var refused *ChangeError // a service that could not be added: its destinations follow
	for _, c := range changes {
		if ctx.Err() != nil {
			errs = append(errs, context.Cause(ctx))
			break
		}
		if refused != nil && c.Op == AddDestination && c.Service.Key == refused.Change.Service.Key {
			refused.Skipped++
			continue
		}
		if err := k.Change(c); err != nil {
			failed := &ChangeError{Change: c, Err: err}
			errs = append(errs, failed)
			if c.Op == AddService && !errors.Is(err, os.ErrExist) {
				refused = failed
			}
			continue
		}
		made(c)
	}
	return errors.Join(errs...)
}

// moved reports whether a change failed because the table is not what it was
// when it was read.
func moved(err error) bool {
	return errors.Is(err, os.ErrExist) || errors.Is(err, os.ErrNotExist)
}

// ChangeError is a change that the kernel refused.
type ChangeError struct {
	Change  Change
	Err     error
	Skipped int // changes that were not tried: destinations of a service that could not be added
}

// Error names the change in ipvsadm's words.
func (e *ChangeError) Error() string {
	text := fmt.Sprintf("ipvs: %v: %v", e.Change, e.Err)
	if e.Skipped > 0 {
		text += fmt.Sprintf("; without it, its destinations (%d) cannot be added", e.Skipped)
	}
	return text
}

// Unwrap returns Err.
func (e *ChangeError) Unwrap() error { return e.Err }
