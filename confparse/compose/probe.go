package compose

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// probeInterval is how often files and processes are looked at besides when the
// kernel tells of a change, for those that it does not tell of.
const probeInterval = time.Second

// probe is a file or a process that is tracked.
type probe struct {
	runner *check.Runner
	report func(check.Event)
	file   *confparse.TrackFile // nil: it is a process
}

func fileTracker(name string) string    { return "file " + name }
func processTracker(name string) string { return "process " + name }

// addProbe makes the runner of what is tracked at pos.
func (c *Composition) addProbe(pos confparse.Pos, cfg check.Config, p probe) error {
	cfg.Interval = probeInterval
	var err error
	if p.runner, err = c.checks.Add(cfg); err != nil {
		return fmt.Errorf("%v: %w", pos, err)
	}
	c.probes = append(c.probes, p)
	return nil
}

// addFiles makes runners of the files that are tracked. Those who track them get
// the numbers, which their weights multiply.
func (c *Composition) addFiles(cfg *confparse.Config) error {
	var errs []error
	for _, f := range cfg.TrackFiles {
		if !trackedBy(cfg, func(t *confparse.Trackers) bool {
			return slices.ContainsFunc(t.TrackFiles, func(e confparse.TrackedFile) bool { return e.File == f })
		}) {
			continue
		}
		ch, err := check.NewFile(check.FileConfig{Path: f.Path, Weight: 1})
		if err != nil {
			errs = append(errs, fmt.Errorf("%v: %w", f.Pos, err))
			continue
		}
		t := c.tracker(fileTracker(f.Name))
		errs = append(errs, c.addProbe(f.Pos, check.Config{Name: "track_file " + f.Name, Checker: ch}, probe{file: f, report: func(e check.Event) {
			switch {
			case e.Result.Weighted:
				if t.report(vrrp.TrackValue, e.Result.Weight) {
					c.log.Info("tracked file " + f.Name + ": " + e.Result.Detail)
				}
			case t.report(vrrp.TrackDown, 0):
				c.log.Warn("tracked file " + f.Name + ": " + e.Result.Detail)
			}
		}}))
	}
	return errors.Join(errs...)
}

// addProcesses makes runners of the processes that are tracked.
func (c *Composition) addProcesses(cfg *confparse.Config) error {
	var errs []error
	for _, p := range cfg.TrackProcesses {
		if !trackedBy(cfg, func(t *confparse.Trackers) bool {
			return slices.ContainsFunc(t.TrackProcesses, func(e confparse.TrackedProcess) bool { return e.Process == p })
		}) {
			continue
		}
		ch, err := check.NewProcess(processConfig(p))
		if err != nil {
			errs = append(errs, fmt.Errorf("%v: %w", p.Pos, err))
			continue
		}
		t := c.tracker(processTracker(p.Name))
		run := check.Config{Name: "vrrp_track_process " + p.Name, Checker: ch, RiseDelay: p.ForkDelay, FallDelay: p.TerminateDelay}
		errs = append(errs, c.addProbe(p.Pos, run, probe{report: func(e check.Event) {
			switch {
			case e.To == check.Up && t.report(vrrp.TrackUp, 0):
				c.log.Info("Quorum gained for tracked process " + p.Name)
			case e.To == check.Down && t.report(vrrp.TrackDown, 0):
				c.log.Warn("Quorum lost for tracked process "+p.Name, "detail", e.Result.Detail)
			}
		}}))
	}
	return errors.Join(errs...)
}

// processConfig translates a vrrp_track_process. Without arguments and
// param_match, arguments do not matter.
func processConfig(p *confparse.TrackProcess) check.ProcessConfig {
	cfg := check.ProcessConfig{
		Name: p.Process, FullCommand: p.FullCommand, Args: p.Args,
		Quorum: p.Quorum, Max: max(p.QuorumMax, 0), Absent: p.QuorumMax == 0,
	}
	if len(p.Args) > 0 || p.MatchArgs {
		cfg.Match = map[confparse.ParamMatch]check.ArgMatch{
			confparse.MatchExact: check.MatchExact, confparse.MatchInitial: check.MatchInitial, confparse.MatchPartial: check.MatchPartial,
		}[p.Match]
	}
	return cfg
}

// initFiles writes what init_file wants written.
func (c *Composition) initFiles() {
	for _, p := range c.probes {
		f := p.file
		if f == nil || !f.Init {
			continue
		}
		if _, err := os.Lstat(f.Path); !f.Overwrite && !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := os.WriteFile(f.Path, []byte(strconv.Itoa(f.InitValue)+"\n"), 0o644); err != nil {
			c.log.Warn("track_file "+f.Name+": init_file cannot be written", "err", err)
		}
	}
}

// trackedBy reports whether any instance or sync group has such trackers.
func trackedBy(cfg *confparse.Config, has func(*confparse.Trackers) bool) bool {
	return slices.ContainsFunc(cfg.Instances, func(i *confparse.Instance) bool { return has(&i.Trackers) }) ||
		slices.ContainsFunc(cfg.SyncGroups, func(g *confparse.SyncGroup) bool { return has(&g.Trackers) })
}
