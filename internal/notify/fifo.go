package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/internal/script"
)

const (
	// fifoRestart is how long a reader of a FIFO that has ended stays away; it
	// doubles each time, up to fifoRestartMax.
	fifoRestart    = time.Second
	fifoRestartMax = time.Minute
)

// FIFOConfig is a named pipe that gets a line for each transition (notify_fifo,
// vrrp_notify_fifo, lvs_notify_fifo).
type FIFOConfig struct {
	Path        string
	User, Group string // who owns the pipe; empty: ourselves

	// Script reads the pipe, whose path is put behind its arguments
	// (notify_fifo_script). It is started again when it ends. Nil: somebody
	// else reads.
	Script *check.ScriptConfig
}

// FIFO writes transitions to a named pipe, and keeps its reader running.
type FIFO struct {
	cfg     FIFOConfig
	log     *slog.Logger
	created bool
	closing chan struct{}      // closed by Close: the reader is not started again
	stop    context.CancelFunc // ends the reader
	ended   chan struct{}      // closed when it has

	mu   sync.Mutex
	file *os.File
	lost int // lines since the pipe was full
}

// OpenFIFO makes the pipe if there is none, and starts its reader. A file of
// another kind, or somebody else's pipe, is an error. A nil log discards.
func OpenFIFO(cfg FIFOConfig, log *slog.Logger) (*FIFO, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	f := &FIFO{cfg: cfg, log: log.With("fifo", cfg.Path), closing: make(chan struct{}), ended: make(chan struct{})}
	var err error
	if f.file, f.created, err = openPipe(cfg); err != nil {
		return nil, fmt.Errorf("notify_fifo: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	f.stop = cancel
	go func() {
		defer close(f.ended)
		f.keepReading(ctx)
	}()
	return f, nil
}

// Notify writes a line. It never blocks: when the pipe is full, because nobody
// reads, the line is lost, and that is logged.
func (f *FIFO) Notify(t Transition) {
	if t.server() { // keepalived 2.4 writes a NUL behind each of these lines
		f.write(t.Type + " " + t.Name + " " + t.State + "\n")
		return
	}
	f.write(t.Type + " " + quoteName(t.Name) + " " + t.State + " " + strconv.Itoa(int(t.Priority)) + "\n")
}

// quoteName puts a name in quotes, as keepalived does: without escapes.
func quoteName(name string) string { return `"` + name + `"` }

func (f *FIFO) write(line string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return
	}
	err := writeNow(f.file, line)
	switch {
	case err == nil && f.lost > 0:
		f.log.Warn("the pipe is read again", "lost_lines", f.lost)
		f.lost = 0
	case err == nil:
	case f.lost == 0:
		f.log.Warn("a line is lost: the pipe is not read", "line", strings.TrimSpace(line), "err", err)
		f.lost++
	default:
		f.lost++
	}
}

// keepReading runs the reader until ctx is done.
func (f *FIFO) keepReading(ctx context.Context) {
	if f.cfg.Script == nil {
		return
	}
	c := script.Command{Argv: slices.Concat(f.cfg.Script.Argv, []string{f.cfg.Path}), Secure: f.cfg.Script.Secure, Discard: true}
	if f.cfg.Script.Shell != "" {
		c.Argv, c.Shell = nil, f.cfg.Script.Shell+" '"+strings.ReplaceAll(f.cfg.Path, "'", `'\''`)+"'"
	}
	if u := f.cfg.Script; u.User != "" {
		var err error
		if c.User, err = script.LookupIdentity(u.User, u.Group, u.Supplementary); err != nil {
			f.log.Error("the reader of the pipe cannot be run", "err", err)
			return
		}
	}
	for wait := fifoRestart; ; wait = min(2*wait, fifoRestartMax) {
		r := script.Run(ctx, c, grace)
		select {
		case <-f.closing:
			return
		default:
		}
		if r.Duration > fifoRestartMax {
			wait = fifoRestart
		}
		f.log.Warn("the reader of the pipe has ended: "+r.String(), "script", c.String(), "again_in", wait)
		t := time.NewTimer(wait)
		select {
		case <-f.closing:
			t.Stop()
			return
		case <-t.C:
		}
	}
}

// Close closes the pipe, so that its reader comes to an end, and stops a reader
// that does not within patience. A pipe that OpenFIFO has made is removed.
func (f *FIFO) Close(patience time.Duration) error {
	close(f.closing)
	f.mu.Lock()
	err := f.file.Close()
	f.file = nil
	f.mu.Unlock()
	timer := time.AfterFunc(patience, f.stop)
	defer timer.Stop()
	<-f.ended
	f.stop()
	if f.created {
		err = errors.Join(err, os.Remove(f.cfg.Path))
	}
	return err
}
