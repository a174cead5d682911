package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

// stageVariable tells a program what it was started again for, as JSON.
const stageVariable = "KEEPALIVED_LITE_DEMO_STAGE"

// stage is a part of the demo that takes a process of its own: the lab, which is
// the first in a network namespace, and each node. A stage ends when its
// standard input does.
type stage struct {
	Node    bool // a node, of Configs[0]; else the lab
	Configs [2]string
	Where   string // what the lab is in
}

// startedAs returns the stage that this process is, if any.
func startedAs() (s stage, ok bool) {
	text, ok := os.LookupEnv(stageVariable)
	return s, ok && json.Unmarshal([]byte(text), &s) == nil
}

func (s stage) run(ctx context.Context, o Options) error {
	if s.Node {
		// The lab says when the network is there.
		if _, err := os.Stdin.Read(make([]byte, 1)); err != nil {
			return err
		}
		filterNothing()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	if s.Node {
		return o.Node(ctx, s.Configs[0])
	}
	return s.lab(ctx, o)
}

// filterNothing has the kernel take packets from any interface of this namespace,
// whatever the machine's own are told: configurations may have several on one
// LAN. Where it cannot be set it is rarely needed.
func filterNothing() {
	files, _ := filepath.Glob("/proc/sys/net/ipv4/conf/*/rp_filter")
	for _, f := range files {
		_ = os.WriteFile(f, []byte("0"), 0)
	}
}

// outcomeFile is the descriptor where the lab says what became of it.
const outcomeFile = 3

// outcome is what the lab says.
type outcome struct {
	Refused string // why it could not be built
	Error   string // anything else, apart from a failure that has been shown
	Failed  bool
}

func (out outcome) err() error {
	switch {
	case out.Refused != "":
		return &refusal{out.Refused}
	case out.Error != "":
		return errors.New(out.Error)
	case out.Failed:
		return ErrFailed
	}
	return nil
}

func newOutcome(err error) outcome {
	var refused *refusal
	switch {
	case errors.As(err, &refused):
		return outcome{Refused: refused.reason}
	case errors.Is(err, ErrFailed):
		return outcome{Failed: true}
	case err != nil:
		return outcome{Error: err.Error()}
	}
	return outcome{}
}

// inNamespaces runs the demo in namespaces of its own: as root just a network
// namespace, otherwise a user namespace around it. The error is a refusal if
// neither can be had.
func inNamespaces(ctx context.Context, o Options, files [2]string) error {
	const own = "network namespaces of its own; nothing outside them is touched"
	const inside = "network namespaces inside a user namespace, without root"
	if os.Geteuid() != 0 {
		return runLab(ctx, o, files, inside, syscall.CLONE_NEWUSER)
	}
	first := runLab(ctx, o, files, own, 0)
	var refused *refusal
	if !errors.As(first, &refused) {
		return first
	}
	if err := runLab(ctx, o, files, inside, syscall.CLONE_NEWUSER); !errors.As(err, &refused) {
		return err
	}
	return first // of the two reasons the one that root can act on
}

// runLab runs the lab's stage.
func runLab(ctx context.Context, o Options, files [2]string, where string, flags uintptr) error {
	attr := &syscall.SysProcAttr{Cloneflags: flags | syscall.CLONE_NEWNET}
	if flags&syscall.CLONE_NEWUSER != 0 {
		attr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}
	}
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer r.Close()
	p, err := spawn(stage{Configs: files, Where: where}, attr, func(cmd *exec.Cmd) {
		cmd.Stdout, cmd.Stderr = o.Out, os.Stderr
		cmd.ExtraFiles = []*os.File{w}
	})
	w.Close()
	if err != nil {
		return &refusal{explain(err)}
	}
	defer context.AfterFunc(ctx, func() { p.end() })()

	var out outcome
	told := json.NewDecoder(r).Decode(&out)
	p.end()
	<-p.done
	if told != nil {
		if ctx.Err() != nil {
			return ErrFailed
		}
		return fmt.Errorf("demo: the lab ended early: %v", p.err)
	}
	return out.err()
}

// explain says what a user can make of an error of the kernel's.
func explain(err error) string {
	if number := syscall.Errno(0); errors.As(err, &number) {
		switch number {
		case syscall.EPERM, syscall.EACCES:
			return fmt.Sprintf("the kernel, or the container, does not let this user have any (%v)", err)
		case syscall.ENOSPC, syscall.EUSERS:
			return fmt.Sprintf("user.max_user_namespaces or user.max_net_namespaces allows no more (%v)", err)
		case syscall.EINVAL, syscall.EOPNOTSUPP, syscall.ENOSYS:
			return fmt.Sprintf("the kernel is built without what they need (%v)", err)
		}
	}
	return err.Error()
}

// process is a stage that runs.
type process struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	killed atomic.Bool // by kill
	done   chan struct{}
	err    error // how it ended, when done is closed
}

// grace is how long a stage may take to end by itself.
const grace = 3 * time.Second

// spawn starts this program again. It dies with this process, however that
// ends.
func spawn(s stage, attr *syscall.SysProcAttr, configure func(*exec.Cmd)) (*process, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.Command(exe, os.Args[1:]...), done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), stageVariable+"="+string(text))
	p.cmd.SysProcAttr = attr
	attr.Pdeathsig = syscall.SIGKILL
	configure(p.cmd)
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	started := make(chan error)
	go func() {
		// The kernel sends Pdeathsig when the thread ends that started the
		// process: this one stays for as long as the process does.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		if path := (*os.PathError)(nil); errors.As(err, &path) {
			err = path.Err // the path is our own, and no news
		}
		started <- err
		if err == nil {
			p.err = p.cmd.Wait()
			close(p.done)
		}
	}()
	return p, <-started
}

// end asks the process to end, and sees to it that it does.
func (p *process) end() {
	_ = p.stdin.Close()
	time.AfterFunc(grace, func() { _ = p.cmd.Process.Kill() })
}

// kill ends the process at once.
func (p *process) kill() {
	p.killed.Store(true)
	_ = p.cmd.Process.Kill()
}
