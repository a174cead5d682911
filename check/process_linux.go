package check

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/proconn"
)

// scan goes through all processes.
func (p *Process) scan() ([]int, error) {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	pids := []int{}
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		is, err := p.matches(pid)
		if err != nil {
			return nil, err
		}
		if is {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// matches looks at one process. One that has ended meanwhile, or is none of our
// business, does not match; an error says that nothing can be looked at now.
func (p *Process) matches(pid int) (bool, error) {
	dir := "/proc/" + strconv.Itoa(pid)
	stat, err := os.ReadFile(dir + "/stat") // 123 (name) S ...
	if err != nil {
		return false, exhausted(err)
	}
	open, end := bytes.IndexByte(stat, '('), bytes.LastIndexByte(stat, ')')
	if open < 0 || end < open || len(stat) < end+3 || bytes.IndexByte([]byte("ZXx"), stat[end+2]) >= 0 {
		return false, nil
	}
	if !p.byCommand() {
		return p.isNamed(string(stat[open+1 : end])), nil
	}
	line, err := os.ReadFile(dir + "/cmdline")
	if err != nil || len(line) == 0 {
		return false, exhausted(err)
	}
	return p.isCommand(strings.Split(strings.TrimSuffix(string(line), "\x00"), "\x00")), nil
}

// Watch listens to the kernel's process connector.
func (p *Process) Watch(ctx context.Context, changed func()) error {
	events, err := proconn.Listen(ctx)
	if err != nil {
		return fmt.Errorf("watch processes: %w", err)
	}
	defer events.Close()
	defer p.forget()
	if err := p.relearn(); err != nil {
		return err
	}
	changed() // what has happened before we watched
	for {
		list, err := events.Read()
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, unix.ENOBUFS): // some are lost
			if err := p.relearn(); err != nil {
				return err
			}
			changed()
		case err != nil:
			return fmt.Errorf("watch processes: %w", err)
		case p.follow(list):
			changed()
		}
	}
}

func (p *Process) relearn() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	pids, err := p.scan()
	if err == nil {
		p.learn(pids)
	}
	return err
}

func (p *Process) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known, p.counted = nil, time.Time{}
}

// follow takes events in, and reports whether the number has changed.
func (p *Process) follow(events []proconn.Event) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	before, recounts := len(p.known), false
	for _, e := range events {
		is := p.known[e.PID]
		switch e.Kind {
		case proconn.Fork:
			is = p.known[e.Parent]
		case proconn.Exit:
			is = false
		case proconn.Exec, proconn.Rename:
			var err error
			if is, err = p.matches(e.PID); err != nil {
				p.counted, recounts = p.counted.Add(-recount), true
			}
		}
		if is {
			p.known[e.PID] = true
		} else {
			delete(p.known, e.PID)
		}
	}
	return recounts || len(p.known) != before
}
