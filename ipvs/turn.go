package ipvs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// turn does what the ledger plans: it looks at the kernel first if told to, or
// if its state is not known, and again where the table changes under it.
func (r *Reconciler) turn(ctx context.Context, look bool) error {
	var made []Change
	var err error
	took := time.Duration(-1) // it did not look
	for pass := 1; ; pass++ {
		if look || !r.ledger.known {
			begin := time.Now()
			if err = r.look(); err != nil {
				break
			}
			took = time.Since(begin)
		}
		err = r.carryOut(ctx, r.ledger.plan(), &made)
		if err == nil || pass == passes || !moved(err) {
			break
		}
		look = true
	}
	corrects := r.settled
	r.settled = err == nil
	if r.settled {
		r.ledger.flush = false
	}
	r.schedule(err, took)
	r.report(made, corrects, err, ctx.Err() != nil)
	return err
}

// look reads the kernel's state.
func (r *Reconciler) look() error {
	s, err := r.kernel.State()
	if err != nil {
		r.ledger.known = false
		return fmt.Errorf("ipvs: read the kernel's state: %w", err)
	}
	r.ledger.saw(s)
	r.mu.Lock()
	r.snapshot.Looked = time.Now()
	r.mu.Unlock()
	return nil
}

// carryOut makes the changes and adds those that succeeded to made. What is to
// be ours is noted before; a note that cannot be written holds nothing up.
func (r *Reconciler) carryOut(ctx context.Context, changes []Change, made *[]Change) error {
	note := r.note()
	err := carryOut(ctx, r.kernel, changes, func(c Change) {
		r.ledger.made(c)
		*made = append(*made, c)
	})
	if err != nil {
		r.ledger.known = false // a change may have failed half way
		return errors.Join(note, err)
	}
	return errors.Join(note, r.note())
}

// note writes down what is ours.
func (r *Reconciler) note() error {
	if r.file.name == "" {
		return nil
	}
	return r.file.write(r.ledger.held())
}

// schedule decides when the next turn is, after one whose look took so long, or
// that did not look.
func (r *Reconciler) schedule(err error, took time.Duration) {
	wait := min(max(r.config.Interval, lookShare*took), lookMax*r.config.Interval)
	if err != nil {
		wait = min(retryMin<<min(r.failures, 20), retryMax)
		r.failures++
	} else {
		r.failures = 0
	}
	due := time.Now().Add(wait)
	// Frequent calls of Apply do not put off the look.
	if err == nil && took < 0 && !r.due.IsZero() && r.due.Before(due) {
		return
	}
	r.due = due
}

// report says what a turn did. One that was cut short, because who wanted it did
// not wait, has failed in nothing.
func (r *Reconciler) report(made []Change, corrects bool, err error, cut bool) {
	r.mu.Lock()
	missing := r.snapshot.Missing
	switch {
	case err == nil:
		missing, r.lacked = nil, nil
	case !cut:
		missing = r.refused()
	}
	changed := !slices.Equal(missing, r.snapshot.Missing)
	r.snapshot.Missing = missing
	r.snapshot.Err = err
	r.snapshot.Retry = time.Time{}
	if err != nil {
		r.snapshot.Retry = r.due
	}
	r.snapshot.Services = len(r.ledger.services)
	r.snapshot.Writes += uint64(len(made))
	if corrects {
		r.snapshot.Corrections += uint64(len(made))
	}
	r.mu.Unlock()

	if len(made) > 0 {
		kind := Applied
		if corrects {
			kind = Corrected
			r.log.Warn("somebody else changed IPVS; put right", "changes", len(made), "first", made[0].String())
		}
		r.publish(Event{Kind: kind, Changes: made})
	}
	switch {
	case err != nil && cut:
	case err != nil && (r.told == nil || r.told.Error() != err.Error()):
		r.told = err
		r.log.Error("IPVS is not as it should be; trying again", "err", err)
		r.publish(Event{Kind: Failed, Err: err})
	case err == nil && r.told != nil:
		r.told = nil
		r.log.Info("IPVS is as it should be again")
		r.publish(Event{Kind: Recovered})
	}
	if changed {
		r.publish(Event{Kind: Refused, Missing: missing})
	}
}

func (r *Reconciler) publish(e Event) {
	r.mu.Lock()
	r.snapshot.Seq++
	e.Seq = r.snapshot.Seq
	r.mu.Unlock()
	e.At = time.Now()
	r.events.Publish(e)
}

// stop undoes everything that is ours, unless told to keep it.
func (r *Reconciler) stop() error {
	ctx := context.Background()
	_ = r.lock(ctx)
	defer r.unlock()
	var err error
	if !r.config.Keep {
		err = r.undo(ctx)
	}
	r.stopped = true
	r.events.Close()
	return errors.Join(err, r.kernel.Close())
}

func (r *Reconciler) undo(ctx context.Context) (err error) {
	r.ledger.desired = State{}
	r.settled = false
	for attempt := range stopAttempts {
		if attempt > 0 {
			time.Sleep(retryMin)
		}
		r.ledger.flush = r.flushAtStop.Load()
		if err = r.turn(ctx, true); err == nil {
			return r.file.remove()
		}
	}
	return err
}
