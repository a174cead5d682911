package vip

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/asynclog"
)

// logQueue is how many records may wait for a slow log.
const logQueue = 1024

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
	// MinLifetime, which is right for advertisements every second or less; with
	// longer intervals choose one whose Overhang the backups' down interval
	// exceeds. Zero: addresses stay until they are removed, and after a kill -9
	// two machines have them. Static addresses,
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
	filtering sync.Mutex    // one change of the packet filter at a time

	mu      sync.Mutex
	alarm   alarm // when Run goes on
	pacer   pacer
	filter  *Filter // in force; nil: none
	claims  map[place]*claim
	due     map[*Set]time.Time // when Sets have to announce again
	leases  map[*Set]time.Time // when they have to renew
	leased  int                // Sets with a Lifetime so far
	look    time.Time          // when the guard is to look at the kernel; zero: no need
	reach   map[string]reach   // of the interfaces that the guard saw last
	news    int                // how often the kernel has told of changes
	changed time.Time          // when a Set last acquired or released
	begun   bool               // by Run, or Close
	stopped bool

	anew      map[*Set]bool // to be announced anew; the guard's own
	complaint string        // what the guard last logged; its own
	unfilters failure       // of the packet filter to be put back; the guard's own
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
		reach:     make(map[string]reach),
		anew:      make(map[*Set]bool),
		due:       make(map[*Set]time.Time),
		leases:    make(map[*Set]time.Time),
		lifetime:  cfg.Lifetime,
		state:     stateFile{name: cfg.StateFile},
		announcer: cfg.Announcer,
		pacer:     newPacer(slices.Clone(cfg.Paces)),
	}, nil
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
