// Package daemon is keepalived-lite as a process: its command line, signals, pid
// files, log and exit status. What it does to the network is done by
// confparse/compose.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/internal/report"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// Exit statuses, keepalived's.
const (
	exitOK         = 0
	exitFatal      = 1
	exitConfig     = 2
	exitPermission = 4
	exitNoConfig   = 6
)

var (
	errRunning  = errors.New("a daemon is running already")
	errNoConfig = errors.New("no configuration")
	errConfig   = errors.New("the configuration cannot be used")
)

// notifyPatience is how long notify scripts, readers of pipes and mail may each
// go on after everything else has ended; the last scripts, for STOP, get as much
// again.
const notifyPatience = 5 * time.Second

// Run runs the daemon until ctx is done, then hands over and returns nil.
func Run(ctx context.Context, o Options, log *slog.Logger) error {
	doc, err := load(o, log)
	if err != nil {
		return err
	}
	cfg, hash := doc.Config, configHash(doc)
	if o.Dump {
		dump(cfg, log)
	}
	removePIDFiles, err := writePIDFiles(o, log)
	if err != nil {
		return err
	}
	defer removePIDFiles()

	options := compose.Options{Logger: log, StateFile: o.stateFile(), KeepIPVS: o.KeepIPVS}
	if o.Rehearse {
		options.Checker = func(*confparse.Script) (check.Checker, error) {
			return check.Func(func(context.Context) check.Result { return check.Result{OK: true} }), nil
		}
	}
	if !o.Rehearse {
		applyProcess(cfg, log)
		runHook(ctx, "startup_script", &cfg.Global, &cfg.Global.Startup, log)
	}
	c, err := compose.New(cfg, options)
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("not permitted; run as root, or with the capabilities NET_ADMIN and NET_RAW: %w", err)
	}
	if err != nil {
		return fmt.Errorf("%w:\n%w", errConfig, err)
	}
	notifications := newNotifications(cfg, o.Rehearse, log)
	told, toldServers := make(chan struct{}), make(chan struct{})
	events, serverEvents, incidents := c.Events(), c.ServerEvents(), c.Incidents()
	done, dumped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(dumped)
		writeDumps(o.dumps, done, func() *report.Dump { return report.TakeDump(c.Config(), c) }, log)
	}()
	manager := &serviceManager{log: log}
	reloads := newReloader(o, c, notifications, manager, hash, log)
	followed := make(chan struct{})
	go func() { defer close(followed); reloads.follow(done) }()
	defer func() { close(done); <-dumped; <-followed }()
	server, stopServer := serveControl(o, c, reloads, log)
	defer stopServer()
	manager.status = server.Status
	go func() {
		defer close(told)
		newFollower(c).follow(events, func(e *vrrp.Event) {
			notifications.tell(transition(e))
			server.Publish(report.NewEvent(e))
			manager.changed.Store(true)
		})
	}()

	toldIncidents := make(chan struct{})
	go func() {
		defer close(toldIncidents)
		for i := range incidents {
			server.PublishIncident(report.NewIncident(&i))
		}
	}()

	go func() {
		defer close(toldServers)
		for e := range serverEvents {
			notifications.tellServer(&e)
		}
	}()

	log.Info("Starting "+version(), "config", o.ConfigFile, "instances", len(cfg.Instances), "pid", os.Getpid())
	if !o.Rehearse {
		defer manager.run(ctx, c)()
	}
	err = c.Run(ctx)
	reloads.close()
	<-told
	<-toldServers
	<-toldIncidents
	cfg = c.Config()
	notifications.close(cfg.Process.ChildWait)
	if !o.Rehearse {
		runHook(context.WithoutCancel(ctx), "shutdown_script", &cfg.Global, &cfg.Global.Shutdown, log)
	}
	log.Info("Stopped " + version())
	return err
}

// load reads the configuration and logs what is to be said about it.
func load(o Options, log *slog.Logger) (*confparse.Document, error) {
	doc, diags, err := readConfig(o)
	for _, d := range diags {
		logDiagnostic(log, d)
	}
	if err != nil {
		return nil, err
	}
	if o.OnlyChecks && len(doc.Config.VirtualServers) == 0 {
		log.Warn("-C runs virtual servers only, and " + o.ConfigFile + " has none: there is nothing to do")
	}
	return doc, nil
}

// readConfig reads the configuration. In its values only what o wants to be run
// is left.
func readConfig(o Options) (*confparse.Document, confparse.Diagnostics, error) {
	doc, diags := confparse.ReadDocument(o.ConfigFile, o.parse())
	cfg := doc.Config
	if cfg != nil && !o.Rehearse && !diags.HasErrors() {
		diags = append(diags, compose.Inspect(cfg)...)
	}
	if cfg == nil {
		return nil, diags, fmt.Errorf("%w: %s", errNoConfig, o.ConfigFile)
	}
	if diags.HasErrors() {
		return nil, diags, fmt.Errorf("%w: see the errors above; %q shows them with their lines", errConfig, "keepalived-lite -t -f "+o.ConfigFile)
	}
	if o.OnlyChecks {
		cfg.Instances, cfg.SyncGroups, cfg.StaticAddresses, cfg.StaticRoutes, cfg.StaticRules = nil, nil, nil, nil, nil
		return doc, diags, nil
	}
	if o.OnlyVRRP || o.Rehearse {
		if o.Rehearse && len(cfg.VirtualServers) > 0 {
			diags = append(diags, confparse.Diagnostic{
				Pos: cfg.VirtualServers[0].Pos, Severity: confparse.Note, Code: confparse.CodeUnused, Message: "virtual_server is left out of the rehearsal",
			})
		}
		cfg.VirtualServers, cfg.Global.LVS = nil, confparse.LVS{}
	}
	if len(cfg.Instances)+len(cfg.StaticAddresses)+len(cfg.StaticRoutes)+len(cfg.StaticRules)+len(cfg.VirtualServers) == 0 {
		return nil, diags, fmt.Errorf("%w: %s has no vrrp_instance and no virtual_server: there is nothing to run", errConfig, o.ConfigFile)
	}
	return doc, diags, nil
}

// stateFile returns where to note what is held: beside the pid file. A rehearsal
// holds nothing that outlives it.
func (o Options) stateFile() string {
	if o.PIDFile == "" || o.Rehearse {
		return ""
	}
	return strings.TrimSuffix(o.PIDFile, ".pid") + ".state"
}

func (o Options) parse() confparse.Options {
	return confparse.Options{ConfigID: o.ConfigID, StrictIncludes: o.StrictIncludes, AllowUnsupported: o.AllowUnsupported}
}

func logDiagnostic(log *slog.Logger, d confparse.Diagnostic) {
	level := slog.LevelInfo
	switch d.Severity {
	case confparse.Warning:
		level = slog.LevelWarn
	case confparse.Error:
		level = slog.LevelError
	}
	text := fmt.Sprintf("%v: %s [%s]", d.Pos, d.Message, d.Code)
	if d.Help != "" {
		text += ": " + strings.ReplaceAll(d.Help, "\n", " ")
	}
	log.Log(context.Background(), level, text)
}

// writePIDFiles writes those that are asked for. A default one that cannot be
// written, as for an ordinary user, is not worth failing.
func writePIDFiles(o Options, log *slog.Logger) (remove func(), err error) {
	var removes []func()
	remove = func() {
		for _, r := range removes {
			r()
		}
	}
	for _, name := range []string{o.PIDFile, o.VRRPPID, o.CheckPID} {
		if name == "" {
			continue
		}
		r, err := writePIDFile(name)
		switch {
		case err == nil:
			removes = append(removes, r)
		case name == defaultPIDFile && !errors.Is(err, errRunning):
			log.Info("no pid file", "err", err)
		default:
			remove()
			return nil, err
		}
	}
	return remove, nil
}

// exitStatus returns keepalived's exit status for an error of Run.
func exitStatus(err error) int {
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errNoConfig):
		return exitNoConfig
	case errors.Is(err, fs.ErrPermission):
		return exitPermission
	case errors.Is(err, errConfig):
		return exitConfig
	}
	return exitFatal
}
