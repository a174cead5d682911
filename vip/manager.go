package vip

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/asynclog"
)

const (
	// logQueue is how many records may wait for a slow log.
	logQueue = 1024

	// logPatience is how long Run waits in the end for a log that is stuck.
	logPatience = time.Second
)

// ErrStopped is returned by Acquire once the manager has ended.
var ErrStopped = errors.New("vip: manager has stopped")

// Config says what a Manager works on. The zero Config is usable.
type Config struct {
	// Kernel is where the addresses go. Nil means NewKernel(Namespace). The
	// manager owns it: Run closes it, and so does Close.
	Kernel Kernel

	// Namespace is a descriptor of the network namespace to work in, used where
	// Kernel is nil. Zero means the caller's own.
	Namespace int

	// Lifetime is a dead-man switch: addresses are given to the kernel for so
	// long, and renewed while a router vouches for them; see Set.Renew. When the
	// process is killed, stopped or hangs, the kernel removes them, up to a
	// second late; see Overhang. It is a whole number of seconds, at least
	// MinLifetime. Zero: addresses stay until they are removed. Static addresses,
	// which nobody vouches for, need NoLifetime in their SetConfig. Run must
	// run: it is what renews.
	Lifetime time.Duration

	// Announcer is told of addresses as the neighbours are. Nil: nobody else is.
	Announcer Announcer

	// Paces limit how fast addresses are announced.
	Paces []Pace

	// StateFile is where CleanUp and Filter note what this process will hold, so
	// that its successor finds what it leaves when it is killed, whatever the
	// successor's configuration says. The directory must exist; /run is the
	// place for it. Run removes the file once all is released. Empty: none, and
	// CleanUp goes by the configuration alone.
	StateFile string

	// Logger gets what goes wrong behind the caller's back, from Run on. It
	// may be slow: nothing waits for it. Nil discards.
	Logger *slog.Logger
}

// Manager looks after the virtual addresses of one network namespace.
type Manager struct {
	kernel    Kernel
	log       *slog.Logger // Config.Logger, queued
	queue     *asynclog.Handler
	commits   *committer
	announcer Announcer
	state     stateFile
	epoch     time.Time // what Set.Renew counts from
	lifetime  time.Duration
	wake      chan struct{} // Run has something new to look at
	updating  sync.Mutex    // one commit of Prepare at a time

	mu      sync.Mutex
	alarm   alarm // when Run goes on
	pacer   pacer
	filter  *Filter // in force; nil: none
	claims  map[place]*claim
	due     map[*Set]time.Time // when Sets have to announce again
	leases  map[*Set]time.Time // when they have to renew
	leased  int                // Sets with a Lifetime so far
	look    time.Time          // when the guard is to look at the kernel; zero: no need
	news    int                // how often the kernel has told of changes
	changed time.Time          // when a Set last acquired or released
	begun   bool               // by Run, or Close
	stopped bool

	complaint string // what the guard last logged; its own
}

// NewManager returns a manager. It fails where the kernel's sockets cannot be
// opened, which takes CAP_NET_ADMIN and CAP_NET_RAW on Linux.
func NewManager(cfg Config) (*Manager, error) {
	if err := errors.Join(validateLifetime(cfg.Lifetime), validatePaces(cfg.Paces)); err != nil {
		return nil, err
	}
	if cfg.Kernel == nil {
		k, err := NewKernel(cfg.Namespace)
		if err != nil {
			return nil, err
		}
		cfg.Kernel = k
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	queue := asynclog.New(cfg.Logger.Handler(), logQueue)
	return &Manager{
		kernel:    cfg.Kernel,
		log:       slog.New(queue),
		queue:     queue,
		commits:   newCommitter(cfg.Kernel),
		epoch:     time.Now(),
		wake:      make(chan struct{}, 1),
		claims:    make(map[place]*claim),
		due:       make(map[*Set]time.Time),
		leases:    make(map[*Set]time.Time),
		lifetime:  cfg.Lifetime,
		state:     stateFile{cfg.StateFile},
		announcer: cfg.Announcer,
		pacer:     newPacer(slices.Clone(cfg.Paces)),
	}, nil
}

// Run makes the announcements that come later than Acquire, and puts addresses
// back that someone else removed. When ctx ends it releases what is still held,
// closes the kernel, and returns nil, or what could not be undone. Sets work
// before Run is called, without that. It can be called once.
func (m *Manager) Run(ctx context.Context) error {
	if !m.begin() {
		return errors.New("vip: a manager runs only once, and not after Close")
	}
	defer m.writeLog()()
	watching, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	var watchErr error
	wg.Go(func() {
		defer cancel()
		watchErr = m.kernel.Watch(watching, m.kernelChanged)
	})
	m.loop(watching)

	cancel()
	wg.Wait()
	return errors.Join(watchErr, m.end())
}

// Close frees a manager that is not Run, and releases what its Sets hold. After
// Run, or during it, it does nothing.
func (m *Manager) Close() error {
	if !m.begin() {
		return nil
	}
	return m.end()
}

// end releases everything and closes the kernel.
func (m *Manager) end() error {
	err := errors.Join(m.stop(), m.unfilter())
	if err == nil { // or the successor needs the file
		err = m.state.remove()
	}
	return errors.Join(err, m.kernel.Close())
}

// begin reports whether neither Run nor Close has been called before.
func (m *Manager) begin() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	first := !m.begun
	m.begun = true
	return first
}

// writeLog starts writing the log. What it returns waits until all is written,
// but not for ever.
func (m *Manager) writeLog() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		m.queue.Run(ctx)
		close(done)
	}()
	return func() {
		cancel()
		select {
		case <-done:
		case <-time.After(logPatience):
		}
	}
}

func (m *Manager) loop(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var guarded time.Time // when the guard last looked
	var pause time.Time   // until when to announce nothing
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.wake:
		case <-timer.C:
		}
		m.mu.Lock()
		m.alarm.rise()
		m.mu.Unlock()
		now := time.Now()
		next := pause
		if !now.Before(pause) {
			var sent int
			if sent, next = m.announce(now); sent >= stepFrames {
				pause = now.Add(stepPause)
				next = pause
			}
		}
		look := m.lookAt(guarded)
		if due(look, now) {
			m.guard()
			guarded = time.Now()
			look = m.lookAt(guarded)
		}
		next = earliest(next, look, m.renew(time.Now()))
		m.mu.Lock()
		next = m.alarm.sleep(next)
		m.mu.Unlock()
		if next.IsZero() {
			timer.Stop()
		} else {
			timer.Reset(time.Until(next))
		}
	}
}

// announce makes the announcements that are due, up to about a step's worth,
// and returns their number and when more are due; the zero time: never.
func (m *Manager) announce(now time.Time) (sent int, next time.Time) {
	var ready []*Set
	m.mu.Lock()
	for s, at := range m.due {
		if at.After(now) {
			next = earliest(next, at)
		} else {
			ready = append(ready, s)
		}
	}
	m.mu.Unlock()

	for _, s := range ready {
		if sent >= stepFrames {
			return sent, now
		}
		n, at := s.continueAnnouncing(now)
		sent += n
		next = earliest(next, at)
	}
	return sent, next
}

// stop releases everything and lets nothing be acquired any more.
func (m *Manager) stop() error {
	m.mu.Lock()
	m.stopped = true
	sets := make(map[*Set]struct{})
	for _, c := range m.claims {
		sets[c.set] = struct{}{}
	}
	m.mu.Unlock()

	var errs []error
	for s := range sets {
		errs = append(errs, s.Release(context.Background()))
	}
	return errors.Join(errs...)
}

// failures returns the errors of changes as one, or nil.
func failures(changes []Change, errs []error) error {
	var list []error
	for i, err := range errs {
		if err != nil {
			list = append(list, &ChangeError{Change: changes[i], Err: err})
		}
	}
	return errors.Join(list...)
}

// ChangeError is a change that the kernel refused.
type ChangeError struct {
	Change Change
	Err    error
}

// Error implements error.
func (e *ChangeError) Error() string { return fmt.Sprintf("vip: %v: %v", e.Change, e.Err) }

// Unwrap returns the kernel's error.
func (e *ChangeError) Unwrap() error { return e.Err }

func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
