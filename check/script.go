package check

import (
	"context"
	"fmt"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/script"
)

// scriptGrace is how long a program has between SIGTERM and SIGKILL.
const scriptGrace = time.Second

// ErrUnsafe is what errors.Is finds in the error of [Script.Secure] if somebody
// other than root decides what root executes.
var ErrUnsafe = script.ErrUnsafe

// ScriptConfig describes a program that checks something (keepalived's
// vrrp_script and MISC_CHECK). Exit status 0 is success; anything else is failure, also if the
// program cannot be executed at all.
type ScriptConfig struct {
	// Argv is the program and its arguments, run without a shell. A program
	// without a slash is looked up in PATH.
	Argv []string

	// Shell is text to be run by bash, or by sh where there is no bash,
	// instead of Argv: "< /dev/tcp/127.0.0.1/80".
	Shell string

	// User and Group, by name or number, run the program. An empty User is our
	// own, an empty Group is the user's. To become somebody else takes root.
	User, Group string

	// Supplementary gives the program the user's other groups too.
	Supplementary bool

	// NoNewPrivs keeps the program, and all that it starts, from gaining
	// privileges by set-user-ID programs (sudo) and file capabilities (some
	// systems' ping). Linux only.
	NoNewPrivs bool

	// Secure refuses to run, each time, what [Script.Secure] objects to
	// (keepalived's enable_script_security).
	Secure bool

	// Dynamic makes the exit status a weight, which Result has (keepalived's
	// misc_dynamic): 0 is success and says nothing about the weight, 1 is
	// failure, and 2 to 255 are success with a weight of 0 to 253.
	Dynamic bool

	Env []string // "NAME=value", besides our own environment
	Dir string   // working directory; empty: our own

	// Grace is how long the program has between SIGTERM, at its timeout, and
	// SIGKILL; 0: 1 s. Both go to its whole process group.
	Grace time.Duration
}

// Script is a Checker that runs a program.
type Script struct {
	command script.Command
	grace   time.Duration
	dynamic bool
}

var _ Checker = (*Script)(nil)

// NewScript returns a checker that runs a program. It reports a user or group
// that does not exist; the program itself may be installed later, see
// [Script.Executable].
func NewScript(cfg ScriptConfig) (*Script, error) {
	s := &Script{
		command: script.Command{Argv: cfg.Argv, Shell: cfg.Shell, Env: cfg.Env, Dir: cfg.Dir, NoNewPrivs: cfg.NoNewPrivs, Secure: cfg.Secure},
		grace:   cfg.Grace,
		dynamic: cfg.Dynamic,
	}
	if (len(cfg.Argv) == 0) == (cfg.Shell == "") {
		return nil, fmt.Errorf("script %q: give either Argv or Shell", &s.command)
	}
	if s.grace == 0 {
		s.grace = scriptGrace
	}
	if cfg.User != "" {
		id, err := script.LookupIdentity(cfg.User, cfg.Group, cfg.Supplementary)
		if err != nil {
			return nil, fmt.Errorf("script %q: %w", &s.command, err)
		}
		s.command.User = id
	} else if cfg.Group != "" || cfg.Supplementary {
		return nil, fmt.Errorf("script %q: a group without a user", &s.command)
	}
	return s, nil
}

// Check runs the program. At the deadline of ctx its process group is ended:
// SIGTERM, then SIGKILL, and Check returns within Grace after the deadline. On
// Linux that includes children in a session of their own (setsid); only what was
// started as a daemon, and so has lost its parent, stays.
func (s *Script) Check(ctx context.Context) Result {
	r := script.Run(ctx, s.command, s.grace)
	result := Result{
		OK:       r.OK(),
		Detail:   r.String(),
		Output:   r.Output,
		ExitCode: r.ExitCode,
		Latency:  r.Duration,
	}
	if s.dynamic && r.Err == nil && r.ExitCode >= 2 {
		result.OK, result.Weighted, result.Weight = true, true, r.ExitCode-2
	}
	switch {
	case result.OK:
		result.Reason = ReasonOK
	case r.TimedOut():
		result.Reason = ReasonTimeout
	case ctx.Err() != nil && r.Err != nil:
		result.Reason = ReasonCanceled
	case r.Err != nil:
		result.Reason = ReasonExec
	case r.Signal != 0:
		result.Reason = ReasonSignal
	default:
		result.Reason = ReasonExit
	}
	return result
}

// Executable reports why the program cannot be executed now, without running
// it: it does not exist, or its user may not execute it.
func (s *Script) Executable() error {
	if _, err := s.command.Path(); err != nil {
		return fmt.Errorf("script %q: %w", &s.command, err)
	}
	return nil
}

// Secure reports who besides root could replace a program that runs as root:
// every component of its path that is not root's alone, and how to repair it
// (keepalived's enable_script_security). Of shell text, the shell is checked.
func (s *Script) Secure() error {
	path, err := s.command.Path()
	if err == nil {
		err = script.CheckSecurity(path, s.command.User)
	}
	if err != nil {
		return fmt.Errorf("script %q: %w", &s.command, err)
	}
	return nil
}

// String returns the command much as it was written.
func (s *Script) String() string { return s.command.String() }
