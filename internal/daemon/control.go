package daemon

import (
	"cmp"
	"context"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/internal/control"
	"github.com/vrrpkit/vrrpkit/internal/report"
)

// controlSocket returns where the daemon can be asked; empty: nowhere. A
// rehearsal must not stand in for the real daemon.
func (o Options) controlSocket() string {
	switch {
	case o.Control != "":
		return o.Control
	case o.Rehearse || o.PIDFile == "":
		return ""
	case o.PIDFile == defaultPIDFile:
		return defaultControl
	}
	return strings.TrimSuffix(o.PIDFile, ".pid") + ".sock"
}

// serveControl has the daemon answer on its control socket until stop is
// called. Without the socket it does its work all the same.
func serveControl(o Options, cfg *confparse.Config, c *compose.Composition, log *slog.Logger) (s *control.Server, stop func()) {
	host, _ := os.Hostname()
	node := report.Node{
		Version: version(), RouterID: cmp.Or(cfg.Global.RouterID, host), PID: os.Getpid(), Config: o.ConfigFile, Started: time.Now(),
	}
	s = &control.Server{Status: func() report.Status { return report.Take(node, c) }, Logger: log}
	path := o.controlSocket()
	if path == "" {
		return s, func() {}
	}
	l, err := control.Listen(path)
	if err != nil {
		log.Warn("the daemon cannot be asked how it stands", "err", err)
		return s, func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.Run(ctx, l); err != nil {
			log.Error("the daemon cannot be asked any more", "err", err)
		}
	}()
	return s, func() { cancel(); <-done }
}
