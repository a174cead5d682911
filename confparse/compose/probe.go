package compose

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
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

func fileTracker(name string) string    { return "file " + name }
func processTracker(name string) string { return "process " + name }

// fileRunner makes the runner of a tracked file. Those who track it get the
// numbers, which their weights multiply.
func (c *Composition) fileRunner(f *confparse.TrackFile) (*runner, error) {
	ch, err := check.NewFile(check.FileConfig{Path: f.Path, Weight: 1})
	if err != nil {
		return nil, at(f.Pos, err)
	}
	r := &runner{
		pos: f.Pos, tracker: fileTracker(f.Name), file: f, subject: f.Path,
		config: check.Config{Name: "track_file " + f.Name, Checker: ch, Interval: probeInterval},
	}
	r.report = func(e check.Event) {
		switch t := c.tracker(r.tracker); {
		case e.Result.Weighted:
			if t.report(vrrp.TrackValue, e.Result.Weight) {
				c.log.Info("tracked file " + f.Name + ": " + e.Result.Detail)
			}
		case t.report(vrrp.TrackDown, 0):
			c.log.Warn("tracked file " + f.Name + ": " + e.Result.Detail)
		}
	}
	return r, nil
}

// processRunner makes the runner of a tracked process.
func (c *Composition) processRunner(p *confparse.TrackProcess) (*runner, error) {
	cfg := processConfig(p)
	ch, err := check.NewProcess(cfg)
	if err != nil {
		return nil, at(p.Pos, err)
	}
	r := &runner{
		pos: p.Pos, tracker: processTracker(p.Name), subject: fmt.Sprintf("%+v", cfg), manner: fmt.Sprint(p.ForkDelay, p.TerminateDelay),
		config: check.Config{
			Name: "vrrp_track_process " + p.Name, Checker: ch, Interval: probeInterval, RiseDelay: p.ForkDelay, FallDelay: p.TerminateDelay,
		},
	}
	r.report = func(e check.Event) {
		t := c.tracker(r.tracker)
		switch {
		case e.To == check.Up && t.report(vrrp.TrackUp, 0):
			c.log.Info("Quorum gained for tracked process " + p.Name)
		case e.To == check.Down && t.report(vrrp.TrackDown, 0):
			c.log.Warn("Quorum lost for tracked process "+p.Name, "detail", e.Result.Detail)
		}
	}
	return r, nil
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

// initFiles writes what init_file wants written; at the start only.
func initFiles(runners []*runner, log *slog.Logger) {
	for _, r := range runners {
		f := r.file
		if f == nil || !f.Init {
			continue
		}
		if _, err := os.Lstat(f.Path); !f.Overwrite && !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := os.WriteFile(f.Path, []byte(strconv.Itoa(f.InitValue)+"\n"), 0o644); err != nil {
			log.Warn("track_file "+f.Name+": init_file cannot be written", "err", err)
		}
	}
}

// trackedBy reports whether any instance or sync group has such trackers.
func trackedBy(cfg *confparse.Config, has func(*confparse.Trackers) bool) bool {
	return slices.ContainsFunc(cfg.Instances, func(i *confparse.Instance) bool { return has(&i.Trackers) }) ||
		slices.ContainsFunc(cfg.SyncGroups, func(g *confparse.SyncGroup) bool { return has(&g.Trackers) })
}
