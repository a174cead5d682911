package daemon

import (
	"errors"
	"fmt"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/internal/report"
)

// undoAgain is how long after an attempt that failed the next one comes.
const undoAgain = 5 * time.Second

// undo is the way back from a reload that waits for confirmation.
type undo struct {
	config  *confparse.Config
	plan    func() (*compose.Plan, error) // to config
	status  report.ConfigStatus
	loaded  time.Time // what is to be undone
	until   time.Time
	timer   *time.Timer
	overdue bool // an attempt has failed: the next reload is as good a way out
}

// confirmUntil has the status say how long a reload waits; zero: it does not.
func (r *reloader) confirmUntil(t time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status.ConfirmUntil = t
}

// confirm keeps the last reload.
func (r *reloader) confirm() error {
	r.one.Lock()
	defer r.one.Unlock()
	if r.undo == nil {
		return errors.New("no reload waits for confirmation")
	}
	r.forgetUndo()
	r.log.Info("the reload is confirmed")
	return nil
}

// forgetUndo gives up the way back, if there is one. Called with r.one held.
func (r *reloader) forgetUndo() {
	if r.undo == nil {
		return
	}
	r.undo.timer.Stop()
	r.undo = nil
	r.confirmUntil(time.Time{})
}

// goBack undoes a reload that nobody has confirmed, and goes on trying until it
// has, or somebody confirms or reloads.
func (r *reloader) goBack(u *undo) {
	r.one.Lock()
	defer r.one.Unlock()
	if r.undo != u {
		return
	}
	if !u.overdue {
		r.log.Warn("nobody has confirmed the reload: it is undone")
	}
	defer r.manager.reloading()()
	trouble, err := r.undoNow(u)
	if err != nil {
		if !u.overdue {
			r.log.Error("the reload cannot be undone yet", "err", err, "again_in", undoAgain)
		}
		u.overdue = true
		u.timer = time.AfterFunc(undoAgain, func() { r.goBack(u) })
		r.note(r.state().Hash, fmt.Errorf("the reload of %s was not confirmed, but it cannot be undone yet: %w", u.loaded.Format(time.TimeOnly), err))
		return
	}
	undone := r.state().Hash
	r.forgetUndo()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status, r.failed = u.status, undone
	r.status.Tried, r.status.Undone = u.loaded, true
	r.status.Error = fmt.Sprintf("the reload of %s was not confirmed in time and is undone: the configuration of %s is in use again",
		u.loaded.Format(time.TimeOnly), u.status.Loaded.Format(time.DateTime))
	if trouble != nil {
		r.failed = r.status.Hash // it stays a matter when the file has been put back
		r.status.Error += fmt.Sprintf("; not all of it is in force yet: %v", trouble)
	}
}

// undoNow returns as trouble what the kernel has refused so far, and goes on being
// tried; an error means that nothing has changed.
func (r *reloader) undoNow(u *undo) (trouble, err error) {
	for range 3 { // a drain may come between plan and application
		var p *compose.Plan
		if p, err = u.plan(); err != nil {
			return nil, err
		}
		trouble = r.apply(p, u.config)
		p.Close()
		if !errors.Is(trouble, compose.ErrStalePlan) {
			return trouble, nil
		}
	}
	return nil, trouble
}

// close forgets what waits: the daemon ends.
func (r *reloader) close() {
	r.one.Lock()
	defer r.one.Unlock()
	r.tidier.stop()
	r.forgetUndo()
}
