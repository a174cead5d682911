package check

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"
)

// maxName is how much of a program's name the kernel keeps (TASK_COMM_LEN).
const maxName = 15

// recount is how long the kernel's word about processes is taken before they are
// counted anew: a command line may change silently.
const recount = time.Minute

// ArgMatch says how the arguments of a process are compared.
type ArgMatch uint8

// keepalived's param_match; MatchAny is its absence without parameters.
const (
	MatchAny     ArgMatch = iota // they are not compared
	MatchExact                   // they are exactly those given
	MatchInitial                 // they begin with those given
	MatchPartial                 // as MatchInitial, and of the last one given only the start is
)

// ProcessConfig describes the processes that have to run (keepalived's
// vrrp_track_process). Only Name is needed.
type ProcessConfig struct {
	// Name is the program's name, of which the kernel keeps 15 bytes, or its
	// path: a name with a slash is compared with the first word of the command
	// line, as is any name if FullCommand is set or arguments are compared.
	Name        string
	FullCommand bool

	Args  []string
	Match ArgMatch

	Quorum int  // so many at least; 0: 1
	Max    int  // so many at most; 0: any number
	Absent bool // none at all, whatever Quorum and Max are
}

// Process is a Checker and, on Linux, a Watcher that counts processes. Threads
// and zombies do not count. Watch needs the kernel's process connector, which
// is there for root in the initial namespaces; elsewhere each check goes through
// /proc.
type Process struct {
	cfg      ProcessConfig
	min, max int

	mu      sync.Mutex
	known   map[int]bool // processes that match, by the connector
	counted time.Time    // when known was counted; zero: nothing is known
}

var _ Watcher = (*Process)(nil)

// NewProcess returns a checker of processes.
func NewProcess(cfg ProcessConfig) (*Process, error) {
	var errs []error
	if cfg.Name == "" {
		errs = append(errs, errors.New("no name"))
	}
	if cfg.Match > MatchPartial {
		errs = append(errs, fmt.Errorf("match %d does not exist", cfg.Match))
	}
	if cfg.Match == MatchAny && len(cfg.Args) > 0 {
		errs = append(errs, errors.New("arguments that Match does not compare"))
	}
	p := &Process{cfg: cfg, min: max(cfg.Quorum, 1), max: cfg.Max}
	p.cfg.Args = slices.Clone(cfg.Args)
	if p.max == 0 {
		p.max = math.MaxInt
	}
	if cfg.Absent {
		p.min, p.max = 0, 0
	}
	if cfg.Quorum < 0 || p.max < p.min {
		errs = append(errs, fmt.Errorf("quorum %d and maximum %d cannot both be met", p.min, p.max))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("process check of %q: %w", cfg.Name, err)
	}
	return p, nil
}

// Check counts the processes that run.
func (p *Process) Check(context.Context) Result {
	n, err := p.count()
	if err != nil {
		return noAnswer(err)
	}
	r := Result{OK: true, Reason: ReasonOK, Detail: fmt.Sprintf("process %s: %d running", p, n), ExitCode: -1}
	switch {
	case n < p.min:
		r.Detail += fmt.Sprintf(", fewer than %d", p.min)
	case n > p.max:
		r.Detail += fmt.Sprintf(", more than %d", p.max)
	default:
		return r
	}
	r.OK, r.Reason = false, ReasonFailed
	return r
}

// String returns the program's name and arguments.
func (p *Process) String() string {
	return strings.Join(append([]string{p.cfg.Name}, p.cfg.Args...), " ")
}

// count returns how many processes match: by what the connector has told, or
// by going through all.
func (p *Process) count() (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	watched := !p.counted.IsZero()
	if watched && time.Since(p.counted) < recount {
		return len(p.known), nil
	}
	pids, err := p.scan()
	if err == nil && watched {
		p.learn(pids)
	}
	return len(pids), err
}

// learn takes over what a scan found.
func (p *Process) learn(pids []int) {
	p.known, p.counted = make(map[int]bool, len(pids)), time.Now()
	for _, pid := range pids {
		p.known[pid] = true
	}
}

// byCommand reports whether the command line has to be looked at.
func (p *Process) byCommand() bool {
	return p.cfg.FullCommand || p.cfg.Match != MatchAny || strings.Contains(p.cfg.Name, "/")
}

// isNamed compares the name that the kernel has.
func (p *Process) isNamed(comm string) bool {
	return comm == p.cfg.Name[:min(len(p.cfg.Name), maxName)]
}

// isCommand compares a command line. A name without a slash is found behind any
// path.
func (p *Process) isCommand(argv []string) bool {
	if len(argv) == 0 {
		return false
	}
	name, args, want := argv[0], argv[1:], p.cfg.Args
	if !strings.Contains(p.cfg.Name, "/") {
		name = name[strings.LastIndexByte(name, '/')+1:]
	}
	if name != p.cfg.Name {
		return false
	}
	switch p.cfg.Match {
	case MatchExact:
		return slices.Equal(args, want)
	case MatchInitial:
		return len(args) >= len(want) && slices.Equal(args[:len(want)], want)
	case MatchPartial:
		last := len(want) - 1
		return last < 0 || len(args) > last && slices.Equal(args[:last], want[:last]) && strings.HasPrefix(args[last], want[last])
	}
	return true
}
