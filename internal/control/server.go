// Package control is how a running daemon is asked: HTTP over a Unix socket, and
// over TCP where that is wanted.
package control

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/metrics"
	"github.com/vrrpkit/vrrpkit/internal/report"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

const (
	// heartbeat is how often a stream of events says that it lives.
	heartbeat = 15 * time.Second

	// patience limits everything a client may be slow with, but for reading
	// events.
	patience = 10 * time.Second
)

// ErrInUse means that a daemon answers on the socket already.
var ErrInUse = errors.New("another daemon answers there")

// Server answers questions about a daemon.
type Server struct {
	// Status returns how the daemon stands. It is called for every request,
	// by several goroutines.
	Status func() report.Status

	// Drain has an instance stand back, or ends that. Nil: it cannot be asked for.
	Drain func(instance string, on bool) error

	// DrainServer gives a real server no new connections, or ends that. Nil: it
	// cannot be asked for.
	DrainServer func(virtual, real string, on bool) error

	// Reload has the configuration read again, and Confirm keeps one that waits for
	// it. Nil: they cannot be asked for.
	Reload  func(ReloadRequest) (*ReloadAnswer, error)
	Confirm func() error

	// Metrics answers at /metrics, and counts transitions. Nil: nothing does.
	Metrics *metrics.Exporter

	// Page answers at /, for browsers. Nil: nothing does.
	Page http.Handler

	// Profile has /debug/pprof/ of net/http/pprof answer on the socket, never on
	// TCP: profiles show command lines and addresses, and cost time.
	Profile bool

	// Logger is told what goes wrong with the listener. Nil discards.
	Logger *slog.Logger

	hub hub
}

// Publish hands a transition to the clients that read events. It never blocks.
func (s *Server) Publish(e report.Event) {
	s.hub.publish(e)
	if s.Metrics != nil {
		s.Metrics.Publish(e)
	}
}

// PublishIncident hands an incident to the clients that read events. It never
// blocks.
func (s *Server) PublishIncident(e report.Event) { s.hub.publishIncident(e) }

// History returns the last transitions and incidents, the oldest first.
func (s *Server) History() []report.Event { return s.hub.past() }

// Listen opens the socket at path, with its directory. One that a killed daemon
// has left is replaced; if a daemon answers there, the error is ErrInUse. Owner
// and group may use it.
func Listen(path string) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
		_ = c.Close()
		return nil, fmt.Errorf("control socket %s: %w", path, ErrInUse)
	}
	if info, err := os.Lstat(path); err == nil {
		if info.Mode().Type() != fs.ModeSocket {
			return nil, fmt.Errorf("control socket: %s exists and is no socket: remove it", path)
		}
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("control socket: %w", err)
		}
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	if err := os.Chmod(path, 0o660); err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("control socket: %w", err)
	}
	return l, nil
}

// ListenTCP opens a TCP port, for those who cannot reach the socket: a scraper,
// a browser. Whoever reaches it may read everything. Without a host in address
// it is one of the loopback interface.
func ListenTCP(address string) (net.Listener, error) {
	if !strings.Contains(address, ":") {
		address = ":" + address
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("control listener: %w: want [HOST]:PORT, as :9650", err)
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return nil, fmt.Errorf("control listener: %q is no port: want [HOST]:PORT, as :9650", port)
	}
	l, err := net.Listen("tcp", net.JoinHostPort(cmp.Or(host, "127.0.0.1"), port))
	if err != nil {
		return nil, fmt.Errorf("control listener: %w", err)
	}
	return l, nil
}

// Run serves until ctx is done, and closes the listener. Requests under way are
// cut off. It may run for several listeners at once.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	logger := s.Logger
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	srv := &http.Server{
		Handler: s.handler(l.Addr().Network() == "unix"), ReadTimeout: patience, IdleTimeout: time.Minute,
		ErrorLog:    slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("control listener: %w", err)
	}
	return nil
}

// handler returns the answers by their paths. What changes something is only for
// those who may write to the socket.
func (s *Server) handler(trusted bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/status", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, s.Status()) })
	mux.HandleFunc("GET /v1/instances", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, s.Status().Instances)
	})
	mux.HandleFunc("GET /v1/instances/{name}", s.instance)
	mux.HandleFunc("GET /v1/explain", s.explain)
	mux.HandleFunc("GET /v1/explain/{name}", s.explain)
	mux.HandleFunc("GET /v1/events", s.events)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		s.Status() // answers only while the protocol's loop does
		fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("GET /readyz", s.ready)
	if s.Page != nil {
		mux.Handle("GET /{$}", s.Page)
	}
	if s.Drain != nil && trusted {
		mux.HandleFunc("POST /v1/instances/{name}/drain", s.drain(true))
		mux.HandleFunc("POST /v1/instances/{name}/undrain", s.drain(false))
	}
	if s.DrainServer != nil && trusted {
		mux.HandleFunc("POST /v1/virtual_servers/{virtual}/{real}/drain", s.drainServer(true))
		mux.HandleFunc("POST /v1/virtual_servers/{virtual}/{real}/undrain", s.drainServer(false))
	}
	if s.Reload != nil && trusted {
		mux.HandleFunc("POST /v1/reload", s.reload)
		mux.HandleFunc("POST /v1/confirm", s.confirm)
	}
	if s.Metrics != nil {
		mux.Handle("GET /metrics", s.Metrics)
	}
	if s.Profile && trusted {
		profile(mux)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if !trusted && r.Method != http.MethodGet && r.Method != http.MethodHead {
			refuse(w, http.StatusForbidden, "read_only", r.Method+" is not for TCP, where everything can only be read", "use keepalived-lite on the machine itself, or its control socket")
			return
		}
		refuse(w, http.StatusNotFound, "not_found", "there is nothing at "+r.Method+" "+r.URL.Path, "see /v1/status, /v1/instances, /v1/explain, /v1/events, /healthz, /readyz, /metrics")
	})
	return mux
}

func (s *Server) instance(w http.ResponseWriter, r *http.Request) {
	for _, i := range s.Status().Instances {
		if i.Name == r.PathValue("name") {
			answer(w, http.StatusOK, i)
			return
		}
	}
	refuse(w, http.StatusNotFound, "no_instance", fmt.Sprintf("there is no instance %q", r.PathValue("name")), "/v1/instances lists them")
}

// drain has an instance stand back, or ends that, and answers with the instance.
func (s *Server) drain(on bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := s.Drain(r.PathValue("name"), on); err != nil {
			refuse(w, http.StatusConflict, "refused", err.Error(), "/v1/instances lists the instances")
			return
		}
		s.instance(w, r)
	}
}

// drainServer gives a real server no new connections, or ends that, and answers
// with the virtual servers.
func (s *Server) drainServer(on bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := s.DrainServer(r.PathValue("virtual"), r.PathValue("real"), on); err != nil {
			refuse(w, http.StatusConflict, "refused", err.Error(), "virtual_servers of /v1/status lists them")
			return
		}
		answer(w, http.StatusOK, s.Status().VirtualServers)
	}
}

// ready is good once every instance takes part or knows why not.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	for _, i := range s.Status().Instances {
		if i.State == vrrp.Init.String() {
			refuse(w, http.StatusServiceUnavailable, "not_ready", i.Name+" has not started", "")
			return
		}
	}
	fmt.Fprintln(w, "ready")
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v) // to a client that may be gone
}

// refusal is the form of all our errors.
type refusal struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Hint    string `json:"hint,omitempty"`
	} `json:"error"`
}

func refuse(w http.ResponseWriter, status int, code, message, hint string) {
	var r refusal
	r.Error.Code, r.Error.Message, r.Error.Hint = code, message, hint
	answer(w, status, r)
}
