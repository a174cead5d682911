package daemon

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/internal/control"
	"github.com/vrrpkit/vrrpkit/internal/metrics"
	"github.com/vrrpkit/vrrpkit/internal/page"
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

// serveControl has the daemon answer on its control socket, and on TCP if it is
// told, until stop is called. Without a listener it does its work all the same.
func serveControl(o Options, c *compose.Composition, r *reloader, log *slog.Logger) (s *control.Server, stop func()) {
	host, _ := os.Hostname()
	now := time.Now()
	node := func(cfg *confparse.Config) report.Node {
		return report.Node{
			Version: version(), RouterID: cmp.Or(cfg.Global.RouterID, host), PID: os.Getpid(), Config: o.ConfigFile, Started: now,
		}
	}
	sample := func() metrics.Sample {
		cfg := c.Config()
		return metrics.Sample{Node: node(cfg), Config: r.state(), Host: c.Counters(), Dump: report.TakeDump(cfg, c), Present: report.Present(c), Failed: len(c.Failed()), Servers: report.VirtualServers(c)}
	}
	s = &control.Server{
		Status: func() report.Status {
			cfg := c.Config()
			status := report.Take(node(cfg), r.state(), cfg, c)
			status.Remember(s.History())
			return status
		},
		Reload: r.reload, Confirm: r.confirm,
		Drain: func(name string, on bool) error {
			if on {
				return c.Drain(name)
			}
			return c.Undrain(name)
		},
		DrainServer: c.DrainServer, Profile: o.Pprof,
		Metrics: &metrics.Exporter{Take: sample, Logger: log}, Logger: log,
	}
	web := &page.Page{Status: s.Status, History: s.History}
	if len(o.Peers) > 0 {
		var err error
		if web.Nodes, err = page.NewNodes(o.Peers); err != nil {
			log.Warn("the page does not show what --peer names: want HOST:PORT or a URL", "err", err)
		}
	}
	s.Page = web
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	serve := func(where string, l net.Listener, err error) {
		if err != nil {
			log.Warn("the daemon cannot be asked by "+where, "err", err)
			return
		}
		wg.Go(func() {
			if err := s.Run(ctx, l); err != nil {
				log.Error("the daemon cannot be asked by "+where+" any more", "err", err)
			}
		})
	}
	if path := o.controlSocket(); path != "" {
		l, err := control.Listen(path)
		serve("commands", l, err)
	}
	if o.Listen != "" {
		l, err := control.ListenTCP(o.Listen)
		if err == nil {
			log.Info("answering questions", "at", "http://"+l.Addr().String())
		}
		serve("TCP, as --listen wants", l, err)
	}
	return s, func() { cancel(); wg.Wait() }
}

// configHash returns a number that changes with the configuration as this host
// reads it. It is salted with what remote readers do not know, so that nobody
// can try out passwords with it.
func configHash(doc *confparse.Document) uint64 {
	salt, _ := os.ReadFile("/etc/machine-id")
	sum := sha256.New()
	_, _ = sum.Write(salt)
	_, _ = io.WriteString(sum, doc.Print())
	return binary.BigEndian.Uint64(append([]byte{0, 0}, sum.Sum(nil)[:6]...))
}

// fileHash returns configHash of the file as it is now; 0 if it cannot be read.
func fileHash(o Options) uint64 {
	doc, _ := confparse.ReadDocument(o.ConfigFile, o.parse())
	if doc.Config == nil {
		return 0
	}
	return configHash(doc)
}
