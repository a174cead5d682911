package compose

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
)

// runner is a script, a file or a process that is tracked, and what looks after
// it.
type runner struct {
	pos     confparse.Pos
	tracker string // its name
	config  check.Config
	subject string // what is looked at; and ...
	manner  string // ... how often, and what is made of it: both are equal if a reload changes nothing
	report  func(check.Event)
	runner  *check.Runner // nil: not added yet

	script *confparse.Script    // nil: it is something else
	file   *confparse.TrackFile // nil: it is something else
}

// runnersOf returns what is to be looked after under cfg, in its order: what
// nobody tracks is not.
func (c *Composition) runnersOf(cfg *confparse.Config) (list []*runner, err error) {
	var errs []error
	for _, s := range trackedScripts(cfg) {
		r, err := c.scriptRunner(&cfg.Global, s)
		list, errs = append(list, r), append(errs, err)
	}
	for _, f := range cfg.TrackFiles {
		if trackedBy(cfg, func(t *confparse.Trackers) bool {
			return slices.ContainsFunc(t.TrackFiles, func(e confparse.TrackedFile) bool { return e.File == f })
		}) {
			r, err := c.fileRunner(f)
			list, errs = append(list, r), append(errs, err)
		}
	}
	for _, p := range cfg.TrackProcesses {
		if trackedBy(cfg, func(t *confparse.Trackers) bool {
			return slices.ContainsFunc(t.TrackProcesses, func(e confparse.TrackedProcess) bool { return e.Process == p })
		}) {
			r, err := c.processRunner(p)
			list, errs = append(list, r), append(errs, err)
		}
	}
	for _, r := range list {
		if r != nil {
			_, err := check.NewRunner(r.config) // that it can be added
			errs = append(errs, at(r.pos, err))
		}
	}
	return list, errors.Join(errs...)
}

func at(pos confparse.Pos, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%v: %w", pos, err)
}

// scriptRunner makes the runner of a vrrp_script.
func (c *Composition) scriptRunner(g *confparse.Global, s *confparse.Script) (*runner, error) {
	ch, err := c.checker(g, s)
	if err != nil {
		return nil, at(s.Pos, err)
	}
	r := &runner{
		pos: s.Pos, tracker: scriptTracker(s.Name), script: s,
		config: check.Config{
			Name: "vrrp_script " + s.Name, Checker: ch, Interval: s.Interval, Timeout: s.Timeout, Rise: s.Rise, Fall: s.Fall,
		},
		subject: fmt.Sprintf("%+v", Program(g, s.Command)),
		manner:  fmt.Sprint(s.Interval, s.Timeout, s.Rise, s.Fall),
	}
	if s.InitFail {
		r.config.Initial = check.Down
	}
	name := "VRRP_Script(" + s.Name + ")"
	r.report = func(e check.Event) {
		switch t := c.tracker(r.tracker); {
		case e.To == check.Unknown:
		case !t.report(upOrDown(e.To == check.Up), 0):
		case e.To == check.Up:
			c.log.Info(name + " succeeded")
		default:
			c.log.Warn(name+" failed ("+e.Result.Detail+")", "output", e.Result.Output)
		}
	}
	return r, nil
}

// same reports whether r looks after the same thing in the same way as o.
func (r *runner) same(o *runner) bool { return r.subject == o.subject && r.manner == o.manner }

// addRunner has what is new looked after.
func (c *Composition) addRunner(r *runner) error {
	var err error
	if r.runner, err = c.checks.Add(r.config); err != nil {
		return at(r.pos, err)
	}
	c.runners = append(c.runners, r)
	return nil
}

// listen has the results of a runner reported, the first ones too.
func (c *Composition) listen(r *runner) {
	results := r.runner.Results()
	first := r.runner.Snapshot()
	c.spawn(func() {
		if first.Seq > 0 {
			r.report(check.Event{To: first.State, Result: first.Last})
		}
		for e := range results {
			r.report(e)
		}
	})
}
