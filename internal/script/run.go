package script

import (
	"context"
	"errors"
	"os/exec"
	"syscall"
	"time"
)

// drain is how long output is awaited after the program has ended: only what it
// left running in the background can still print.
const drain = 100 * time.Millisecond

// Run runs the command and waits for it. When ctx ends, the program's process
// group gets SIGTERM, and after grace, or once the program itself has ended,
// SIGKILL; on Linux also what it or its children have moved to a group of its
// own (setsid), unless its parent had ended by then. Run returns later than that only if the kernel cannot end the
// program. Where there are no process groups, the program alone is killed.
func Run(ctx context.Context, c Command, grace time.Duration) Result {
	start := time.Now()
	r := run(ctx, c, grace)
	r.Duration = time.Since(start)
	return r
}

func run(ctx context.Context, c Command, grace time.Duration) Result {
	if err := ctx.Err(); err != nil {
		return Result{Err: err, ExitCode: -1}
	}
	var output tail
	cmd, err := start(c, &output)
	if err != nil {
		return Result{Err: err, ExitCode: -1}
	}

	ended := make(chan struct{})
	go func() {
		defer close(ended)
		awaitEnd(cmd)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		err = end(ctx, cmd, ended, grace)
	}
	_ = cmd.Wait() // cmd.ProcessState tells
	if err != nil {
		reapGroup(cmd.Process)
	}

	r := Result{Err: err, ExitCode: cmd.ProcessState.ExitCode(), Output: output.String()}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		r.Signal = status.Signal()
	}
	return r
}

// end ends the program's process group and returns the context's error, unless
// the program has just ended by itself.
func end(ctx context.Context, cmd *exec.Cmd, ended <-chan struct{}, grace time.Duration) error {
	select {
	case <-ended:
		return nil
	default:
	}
	others := outsiders(cmd.Process) // while their parents are there to tell
	signalAll := func(sig syscall.Signal) {
		signalGroup(cmd.Process, sig)
		for _, o := range others {
			_ = o.Signal(sig)
		}
	}
	signalAll(syscall.SIGTERM)
	patience := time.NewTimer(grace)
	defer patience.Stop()
	select {
	case <-ended:
	case <-patience.C:
		others = append(others, outsiders(cmd.Process)...)
	}
	signalAll(syscall.SIGKILL)
	<-ended
	for _, o := range others {
		reap(o)
		_ = o.Release()
	}
	return ctx.Err()
}

// start starts the program. A file that is neither a binary nor names an
// interpreter is run by sh, as a shell would do.
func start(c Command, output *tail) (*exec.Cmd, error) {
	argv, err := c.argv()
	if err != nil {
		return nil, err
	}
	path, err := c.find(argv[0])
	if err != nil {
		return nil, err
	}
	if c.Secure {
		if err := CheckSecurity(path, c.User); err != nil && !errors.Is(err, errors.ErrUnsupported) {
			return nil, err
		}
	}
	cmd, err := startFile(c, path, argv, output)
	if errors.Is(err, syscall.ENOEXEC) {
		var sh string
		if sh, err = c.find("sh"); err == nil {
			cmd, err = startFile(c, sh, append([]string{"sh", path}, argv[1:]...), output)
		}
	}
	if err != nil {
		return nil, explain(err, path, c)
	}
	return cmd, nil
}

func startFile(c Command, path string, argv []string, output *tail) (*exec.Cmd, error) {
	attr, err := attributes(c.User)
	if err != nil {
		return nil, err
	}
	cmd := &exec.Cmd{
		Path:        path,
		Args:        argv,
		Env:         c.environ(),
		Dir:         c.Dir,
		SysProcAttr: attr,
		WaitDelay:   drain,
	}
	if !c.Discard {
		cmd.Stdout, cmd.Stderr = output, output
	}
	sealDescriptors()
	if c.NoNewPrivs {
		return cmd, startNoNewPrivs(cmd)
	}
	return cmd, cmd.Start()
}
