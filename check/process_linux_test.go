package check

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/internal/proconn"
)

func newProcess(t *testing.T, cfg ProcessConfig) *Process {
	t.Helper()
	p, err := NewProcess(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// sleeper starts a program of the given name that does nothing.
func sleeper(t *testing.T, path string, args ...string) (stop func()) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		sleep, err := exec.LookPath("sleep")
		if err != nil {
			netlab.Missing(t, "needs sleep")
		}
		b, err := os.ReadFile(sleep)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(path, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	t.Cleanup(stop)
	return stop
}

func TestProcess(t *testing.T) {
	dir := t.TempDir()
	name := fmt.Sprintf("vk%d-does-nothing", os.Getpid()) // longer than the kernel keeps
	path := filepath.Join(dir, name)
	stop := sleeper(t, path, "60", "60")
	sleeper(t, path, "61")
	for _, tt := range []struct {
		cfg  ProcessConfig
		want string
	}{
		{ProcessConfig{Name: name}, "process NAME: 2 running"},
		{ProcessConfig{Name: name, Quorum: 2}, "process NAME: 2 running"},
		{ProcessConfig{Name: name, Quorum: 3}, "failed: process NAME: 2 running, fewer than 3"},
		{ProcessConfig{Name: name, Max: 1}, "failed: process NAME: 2 running, more than 1"},
		{ProcessConfig{Name: name, Absent: true}, "failed: process NAME: 2 running, more than 0"},
		{ProcessConfig{Name: "x" + name}, "failed: process xNAME: 0 running, fewer than 1"},
		{ProcessConfig{Name: "x" + name, Absent: true}, "process xNAME: 0 running"},
		{ProcessConfig{Name: name[:maxName-1]}, "failed"},
		{ProcessConfig{Name: name, FullCommand: true}, "process NAME: 2 running"},
		{ProcessConfig{Name: name[:maxName], FullCommand: true}, "failed"},
		{ProcessConfig{Name: path}, "process "},
		{ProcessConfig{Name: "/bin/" + name}, "failed"},
		{ProcessConfig{Name: name, Match: MatchAny}, "process NAME: 2 running"},
		{ProcessConfig{Name: name, Match: MatchExact, Args: []string{"60", "60"}}, "process NAME 60 60: 1 running"},
		{ProcessConfig{Name: name, Match: MatchExact, Args: []string{"60"}}, "failed"},
		{ProcessConfig{Name: name, Match: MatchExact}, "failed"},
		{ProcessConfig{Name: name, Match: MatchInitial, Args: []string{"60"}}, "process NAME 60: 1 running"},
		{ProcessConfig{Name: name, Match: MatchInitial}, "process NAME: 2 running"},
		{ProcessConfig{Name: name, Match: MatchInitial, Args: []string{"6"}}, "failed"},
		{ProcessConfig{Name: name, Match: MatchPartial, Args: []string{"6"}}, "process NAME 6: 2 running"},
		{ProcessConfig{Name: name, Match: MatchPartial, Args: []string{"60", "6"}}, "process NAME 60 6: 1 running"},
		{ProcessConfig{Name: name, Match: MatchPartial, Args: []string{"60", "60", "6"}}, "failed"},
	} {
		r := newProcess(t, tt.cfg).Check(t.Context())
		got := strings.ReplaceAll(r.Detail, name, "NAME")
		if !r.OK {
			got = string(r.Reason) + ": " + got
		}
		if !strings.HasPrefix(got, tt.want) {
			t.Errorf("%+v: %s, want %s", tt.cfg, got, tt.want)
		}
	}
	stop()
	if r := newProcess(t, ProcessConfig{Name: name}).Check(t.Context()); !strings.HasSuffix(r.Detail, ": 1 running") {
		t.Errorf("when one has ended: %+v", r)
	}
}

func TestNewProcess(t *testing.T) {
	for _, tt := range []struct {
		cfg  ProcessConfig
		want string
	}{
		{ProcessConfig{}, `process check of "": no name`},
		{ProcessConfig{Name: "a", Quorum: 3, Max: 2}, `process check of "a": quorum 3 and maximum 2 cannot both be met`},
		{ProcessConfig{Name: "a", Args: []string{"b"}}, `process check of "a": arguments that Match does not compare`},
		{ProcessConfig{Name: "a", Match: 9}, `process check of "a": match 9 does not exist`},
	} {
		if _, err := NewProcess(tt.cfg); err == nil || err.Error() != tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
}

// TestProcessZombie: a process that has ended does not count, even if nobody
// has collected it.
func TestProcessZombie(t *testing.T) {
	name := fmt.Sprintf("vkz%d", os.Getpid())
	path := filepath.Join(t.TempDir(), name)
	sleeper(t, path, "0")
	p := newProcess(t, ProcessConfig{Name: name})
	for limit := time.Now().Add(10 * time.Second); p.Check(t.Context()).OK; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("a zombie counts")
		}
	}
}

// TestProcessFollow: what the kernel tells keeps the count right.
func TestProcessFollow(t *testing.T) {
	p := newProcess(t, ProcessConfig{Name: "none-of-this-name"})
	p.learn([]int{10, 11})
	for _, tt := range []struct {
		event   proconn.Event
		changed bool
		known   []int
	}{
		{proconn.Event{Kind: proconn.Fork, PID: 12, Parent: 10}, true, []int{10, 11, 12}},
		{proconn.Event{Kind: proconn.Fork, PID: 13, Parent: 9}, false, []int{10, 11, 12}},
		{proconn.Event{Kind: proconn.Exit, PID: 13}, false, []int{10, 11, 12}},
		{proconn.Event{Kind: proconn.Exit, PID: 11}, true, []int{10, 12}},
		{proconn.Event{Kind: proconn.Exec, PID: os.Getpid()}, false, []int{10, 12}},
		{proconn.Event{Kind: proconn.Rename, PID: 12}, true, []int{10}},
	} {
		changed := p.follow([]proconn.Event{tt.event})
		var known []int
		for pid := range p.known {
			known = append(known, pid)
		}
		slices.Sort(known)
		if changed != tt.changed || !slices.Equal(known, tt.known) {
			t.Errorf("%+v: changed %v, known %v", tt.event, changed, known)
		}
	}
	if r := p.Check(t.Context()); !r.OK { // by what is known, not by /proc
		t.Errorf("%+v", r)
	}
	p.counted = time.Now().Add(-recount)
	if r := p.Check(t.Context()); r.OK || len(p.known) != 0 {
		t.Errorf("counted anew: %+v", r)
	}
	p.learn([]int{10})
	p.forget()
	if r := p.Check(t.Context()); r.OK {
		t.Errorf("no longer watched: %+v", r)
	}
}

// TestProcessWatch: starts and ends are seen long before the interval is over.
func TestProcessWatch(t *testing.T) {
	c, err := proconn.Listen(t.Context())
	if err != nil {
		t.Skipf("needs the process connector, which containers have not: %v", err)
	}
	c.Close()
	name := fmt.Sprintf("vkw%d", os.Getpid())
	path := filepath.Join(t.TempDir(), name)
	r, err := NewRunner(Config{Checker: newProcess(t, ProcessConfig{Name: name}), Interval: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	results := r.Results()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- r.Run(ctx) }()
	wait := func(want State) {
		t.Helper()
		limit := time.After(10 * time.Second)
		for {
			select {
			case e := <-results:
				if e.To == want {
					return
				}
			case <-limit:
				t.Fatalf("never %v: %+v", want, r.Snapshot().Last)
			}
		}
	}
	wait(Down)
	<-results // once more, since the watch began
	stop := sleeper(t, path, "60")
	wait(Up)
	stop()
	wait(Down)
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
