package daemon

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/internal/control"
	"github.com/vrrpkit/vrrpkit/internal/notify"
	"github.com/vrrpkit/vrrpkit/internal/report"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// reloader has a running daemon follow its configuration: all of it, or, where
// anything is wrong, nothing.
type reloader struct {
	o             Options
	log           *slog.Logger
	c             *compose.Composition
	notifications *notifications
	manager       *serviceManager
	tidier        tidier

	one sync.Mutex // one reload at a time; guards undo
	// undo is what to go back to, unless somebody confirms. Nil: nothing waits.
	undo *undo

	mu     sync.Mutex
	status report.ConfigStatus
	failed uint64    // the hash of what was read last, while status has an error
	looked time.Time // when the file was last compared with what is in use
}

func newReloader(o Options, c *compose.Composition, n *notifications, m *serviceManager, hash uint64, log *slog.Logger) *reloader {
	return &reloader{o: o, log: log, c: c, notifications: n, manager: m, tidier: newTidier(), status: report.ConfigStatus{File: o.ConfigFile, Loaded: time.Now(), Hash: hash}}
}

// follow reloads whenever a signal or reload_time_file asks for it, until done is
// closed.
func (r *reloader) follow(done <-chan struct{}) {
	clock := timed{r: r, last: time.Now()}
	tick := time.NewTicker(lookAtTime)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case now := <-tick.C:
			clock.look(now)
		case <-r.o.reloads:
			_, _ = r.reload(control.ReloadRequest{}) // the log says why not
		}
	}
}

// lookEvery is how often a file is read to see whether it has been put back.
const lookEvery = time.Second

// state returns the configuration in use, and how the last attempt to read it
// went. That does not matter any more once the file is again what is in use.
func (r *reloader) state() report.ConfigStatus {
	r.mu.Lock()
	s := r.status
	look := s.Error != "" && r.failed != s.Hash && time.Since(r.looked) >= lookEvery
	if look {
		r.looked = time.Now()
	}
	r.mu.Unlock()
	if !look || fileHash(r.o) != s.Hash {
		return s
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.status.Tried.Equal(s.Tried) { // nobody has read it meanwhile
		r.status.Error, r.status.Undone = "", false
	}
	return r.status
}

// reload reads the configuration and does what is asked for. An error says why
// the running one stays, with file, line and column.
func (r *reloader) reload(req control.ReloadRequest) (*control.ReloadAnswer, error) {
	r.one.Lock()
	defer r.one.Unlock()
	if !req.PlanOnly {
		r.log.Info("Reloading ...", "config", r.o.ConfigFile)
		defer r.manager.reloading()()
	}
	defer r.tidier.again()
	defer collectLater()()
	if r.undo != nil && !r.undo.overdue && !req.PlanOnly {
		err := fmt.Errorf("the last reload waits for confirmation until %s: confirm it, or let it be undone, first", r.undo.until.Format(time.TimeOnly))
		r.log.Error("nothing is read", "err", err) // the status stays: what was read last is in use
		return nil, err
	}
	kept, oldStatus := r.c.Keep(), r.state()
	old := kept.Config()
	doc, diags, err := r.read(&old.Global.Reload)
	if err == nil {
		diags, err = missingInterfaces(old, doc.Config, diags)
	}
	if !req.PlanOnly {
		for _, d := range diags {
			logDiagnostic(r.log, d)
		}
	}
	var cfg *confparse.Config
	var p *compose.Plan
	if err == nil {
		cfg = doc.Config
		p, err = r.c.Plan(cfg)
	}
	if err != nil {
		if req.PlanOnly {
			return nil, withFindings(diags, err)
		}
		r.writeFindings(&old.Global.Reload, diags, err)
		return nil, r.refuse(diags, err)
	}
	defer p.Close()
	a := &control.ReloadAnswer{Findings: diags.Render(), Text: p.String()}
	if a.Plan, err = json.Marshal(p); err != nil {
		return nil, err
	}
	if req.PlanOnly {
		return a, nil
	}
	if err := r.apply(p, cfg); errors.Is(err, compose.ErrStalePlan) {
		return nil, r.refuse(nil, err)
	} else if err != nil {
		a.Trouble = err.Error()
	}
	a.Applied = true
	r.forgetUndo()
	r.mu.Lock()
	now := time.Now()
	r.status.Loaded, r.status.Tried, r.status.Hash, r.status.Error, r.status.Undone = now, now, configHash(doc), "", false
	r.mu.Unlock()
	r.log.Info("Reload complete")
	if req.Confirm > 0 {
		a.ConfirmUntil = now.Add(req.Confirm)
		back := func() (*compose.Plan, error) { return r.c.PlanBack(kept) }
		u := &undo{config: old, plan: back, status: oldStatus, loaded: now, until: a.ConfirmUntil}
		u.timer = time.AfterFunc(req.Confirm, func() { r.goBack(u) })
		r.undo = u
		r.confirmUntil(u.until)
		r.log.Warn("the reload is undone unless it is confirmed", "until", a.ConfirmUntil.Format(time.TimeOnly))
	}
	return a, nil
}

// read reads the configuration, while reload_file is there.
func (r *reloader) read(settings *confparse.Reload) (*confparse.Document, confparse.Diagnostics, error) {
	if settings.Marked {
		name := cmp.Or(settings.MarkFile, filepath.Join(filepath.Dir(cmp.Or(r.o.PIDFile, defaultPIDFile)), "keepalived.reload"))
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			r.log.Warn("reload_file", "err", err)
		}
		defer os.Remove(name)
	}
	return readConfig(r.o)
}

// missingInterfaces refuses what takes an instance to an interface that does not
// exist: most likely its name is misspelt, and a working instance would be in
// FAULT. dynamic_interfaces says that it will come. It returns diags without what
// the error says.
func missingInterfaces(old, cfg *confparse.Config, diags confparse.Diagnostics) (confparse.Diagnostics, error) {
	if cfg.Global.DynamicInterfaces != confparse.DynamicOff {
		return diags, nil
	}
	known := map[string]bool{"": true}
	for _, i := range old.Instances {
		known[i.Interface] = true
	}
	var errs []error
	for _, i := range cfg.Instances {
		if known[i.Interface] {
			continue
		}
		known[i.Interface] = true
		if _, err := net.InterfaceByName(i.Interface); err != nil {
			diags = slices.DeleteFunc(diags, func(d confparse.Diagnostic) bool { return d.Code == compose.CodeNoInterface && d.Pos == i.Pos })
			errs = append(errs, fmt.Errorf("%v: interface %s does not exist: vrrp_instance %s would be in FAULT; make the interface first, or say dynamic_interfaces in global_defs", i.Pos, i.Interface, i.Name))
		}
	}
	return diags, errors.Join(errs...)
}

// apply has everybody go by the plan: those who are told before what they are told
// of.
func (r *reloader) apply(p *compose.Plan, cfg *confparse.Config) error {
	for line := range strings.Lines(p.String()) {
		if !strings.HasPrefix(line, " ") {
			r.log.Info("reload: " + strings.TrimSpace(line))
		}
	}
	before := map[*vrrp.Router]bool{}
	for _, i := range r.c.Instances() {
		before[i.Router] = true
	}
	r.notifications.adopt(cfg)
	err := r.c.Apply(context.Background(), p)
	if errors.Is(err, compose.ErrStalePlan) {
		r.notifications.adopt(r.c.Config())
		return err
	}
	if err != nil {
		r.log.Error("some of the new configuration is not in force yet", "err", err)
	}
	if cfg.Global.StatesOnReload {
		for _, i := range r.c.Instances() {
			if s := i.Router.Snapshot(); before[i.Router] {
				r.notifications.write(notify.Transition{Source: instance(i.Config.Name), State: s.State.String(), Priority: s.Priority}, func(p pipe) bool { return p.routers })
			}
		}
	}
	return err
}
