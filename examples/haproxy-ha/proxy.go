//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	restartPause    = 100 * time.Millisecond // before HAProxy is started again, and
	maxRestartPause = 5 * time.Second        // when it ends again and again
	endPatience     = 3 * time.Second        // between SIGTERM and SIGKILL
)

// proxy is the HAProxy: one that we start, or one that runs.
type proxy struct {
	*settings
	log *slog.Logger

	mu      sync.Mutex
	process *os.Process   // the master process, of ours
	gone    chan struct{} // closed when it has ended
	leaving bool          // it is not started again
}

// run keeps HAProxy running until ctx is done and then ends it. It tells up
// whenever it has been started, and when it has ended unasked.
func (p *proxy) run(ctx context.Context, up func(bool)) {
	pause := restartPause
	for ctx.Err() == nil && !p.isLeaving() {
		began := time.Now()
		err := p.once(ctx, up)
		if ctx.Err() != nil || p.isLeaving() {
			break
		}
		p.log.Error("HAProxy has ended, and is started again", "err", err)
		if time.Since(began) > time.Minute {
			pause = restartPause
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, maxRestartPause)
	}
	<-ctx.Done()
}

// once runs HAProxy until it ends. Should we be killed, the kernel ends it: two
// that share a port and know nothing of each other help nobody.
func (p *proxy) once(ctx context.Context, up func(bool)) error {
	runtime.LockOSThread() // the kernel takes the thread for the parent
	defer runtime.UnlockOSThread()
	// -W: a master process that keeps the listening sockets over a reload.
	cmd := exec.CommandContext(ctx, p.binary, "-W", "-db", "-f", p.file)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = endPatience
	if err := cmd.Start(); err != nil {
		return err
	}
	gone := make(chan struct{})
	p.mu.Lock()
	p.process, p.gone = cmd.Process, gone
	p.mu.Unlock()
	up(true)
	err := cmd.Wait()
	p.mu.Lock()
	p.process = nil
	p.mu.Unlock()
	if !p.isLeaving() {
		up(false)
	}
	close(gone)
	return err
}

// reload gives HAProxy its new configuration, if there is nothing wrong with it:
// new processes take the listening sockets, the old ones end when they have
// nothing more to do.
func (p *proxy) reload(ctx context.Context) error {
	if out, err := exec.CommandContext(ctx, p.binary, "-c", "-f", p.file).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", p.file, err, out)
	}
	return p.signal(syscall.SIGUSR2)
}

// drain has HAProxy answer the requests under way, tell its clients to come again
// on another connection, and end. One that we are attached to goes on: other
// addresses may be served by it.
func (p *proxy) drain(ctx context.Context) error {
	if p.attach != "" {
		return idle(ctx, p.socket)
	}
	p.mu.Lock()
	p.leaving = true
	gone := p.gone
	p.mu.Unlock()
	if err := p.signal(syscall.SIGUSR1); err != nil {
		return err
	}
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("requests that take longer than %v are cut off", p.settings.drain)
	}
}

func (p *proxy) isLeaving() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.leaving
}

// signal signals HAProxy's master process.
func (p *proxy) signal(sig syscall.Signal) error {
	if p.attach != "" {
		text, err := os.ReadFile(p.attach)
		if err != nil {
			return err
		}
		pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil || pid <= 1 {
			return fmt.Errorf("%s: %q is no process id", p.attach, text)
		}
		return syscall.Kill(pid, sig)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.process == nil {
		return errors.New("HAProxy does not run")
	}
	return p.process.Signal(sig)
}
