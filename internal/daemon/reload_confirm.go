package daemon

import (
	"errors"
	"fmt"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/internal/report"
)

// undo is the way back from a reload that waits for confirmation.
type undo struct {
	config *confparse.Config
	status report.ConfigStatus
	timer  *time.Timer
	until  time.Time
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
	r.undo.timer.Stop()
	r.undo = nil
	r.confirmUntil(time.Time{})
	r.log.Info("the reload is confirmed")
	return nil
}

// goBack undoes a reload that nobody has confirmed.
func (r *reloader) goBack(u *undo) {
	r.one.Lock()
	defer r.one.Unlock()
	if r.undo != u {
		return
	}
	r.undo = nil
	r.confirmUntil(time.Time{})
	r.log.Warn("nobody has confirmed the reload: it is undone")
	defer r.manager.reloading()()
	why := errors.New("nobody has confirmed what was read last: it is undone")
	p, err := r.c.Plan(u.config)
	if err == nil {
		defer p.Close()
		err = r.apply(p, u.config)
	}
	if err != nil {
		why = fmt.Errorf("nobody has confirmed what was read last, but it cannot be undone: %w", err)
		r.log.Error("the reload cannot be undone", "err", err)
	} else {
		r.mu.Lock()
		r.status = u.status
		r.mu.Unlock()
	}
	r.note(why)
}

// close forgets what waits: the daemon ends.
func (r *reloader) close() {
	r.one.Lock()
	defer r.one.Unlock()
	r.tidier.stop()
	if r.undo != nil {
		r.undo.timer.Stop()
		r.undo = nil
	}
}
