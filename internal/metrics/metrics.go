// Package metrics shows a daemon to Prometheus: under names of its own, and under
// those of the two exporters that people run beside keepalived, so that their
// dashboards go on working.
package metrics

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/vrrpkit/vrrpkit/internal/report"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// Sample is a daemon at one moment.
type Sample struct {
	Node   report.Node
	Config report.ConfigStatus
	Host   vrrp.HostCounters
	Dump   *report.Dump

	Servers []report.VirtualServer

	// Present are the addresses that the machine has. Nil: that cannot be told.
	Present map[report.Spot]bool

	// Failed is how many objects the kernel refuses that belong to no instance.
	Failed int
}

// Exporter answers scrapes.
type Exporter struct {
	// Take returns how the daemon stands. It is called for every scrape, by
	// several goroutines.
	Take func() Sample

	// Logger is told what is wrong with a scrape. Nil discards.
	Logger *slog.Logger

	transitions transitions
}

// Sets of names, as ?set= has them.
const (
	SetNative    = "native"
	SetMehdy     = "mehdy"     // of github.com/mehdy/keepalived-exporter
	SetGen2brain = "gen2brain" // of github.com/gen2brain/keepalived_exporter
)

var sets = []string{SetNative, SetMehdy, SetGen2brain}

// Publish counts a transition. It never blocks.
func (e *Exporter) Publish(ev report.Event) { e.transitions.count(ev) }

// ServeHTTP answers a scrape with all sets of names, or with those that ?set=
// lists.
func (e *Exporter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	wanted := sets
	if q := r.URL.Query(); q.Has("set") {
		wanted = strings.FieldsFunc(strings.Join(q["set"], ","), func(c rune) bool { return c == ',' || c == ' ' })
		for _, s := range wanted {
			if !slices.Contains(sets, s) {
				http.Error(w, fmt.Sprintf("there is no set %q of names; there are %s", s, strings.Join(sets, ", ")), http.StatusBadRequest)
				return
			}
		}
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(&collector{e.Take(), &e.transitions, wanted})
	if slices.Contains(wanted, SetNative) {
		registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	}
	logger := e.Logger
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelWarn), ErrorHandling: promhttp.ContinueOnError,
	}).ServeHTTP(w, r)
}

// collector shows one sample.
type collector struct {
	Sample
	transitions *transitions
	sets        []string
}

// Describe says nothing: what there is depends on the configuration.
func (c *collector) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (c *collector) Collect(to chan<- prometheus.Metric) {
	for _, s := range c.sets {
		switch s {
		case SetNative:
			c.native(to)
			c.nativeServers(to)
		case SetMehdy:
			c.mehdy(to)
		case SetGen2brain:
			c.gen2brain(to)
			c.gen2brainServers(to)
		}
	}
	up.emit(to, 1)
}

var up = gauge("keepalived_up", "Whether the daemon answers: 1.")
