package check_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/check"
)

// TestFileFIFO: a file that is none is a failure, and is not waited for.
func TestFileFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := check.NewFile(check.FileConfig{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if r := checkWithin(t, f, time.Second); r.OK || r.Detail != path+" is not a regular file" {
		t.Errorf("%+v", r)
	}
}

// TestNoDescriptors: where no descriptor is left there is no verdict.
func TestNoDescriptors(t *testing.T) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	path := l.Addr().String()
	process, err := check.NewProcess(check.ProcessConfig{Name: "init", Absent: true})
	checkers := []check.Checker{process}
	add := func(c check.Checker, e error) {
		checkers = append(checkers, c)
		if err == nil {
			err = e
		}
	}
	add(check.NewFile(check.FileConfig{Path: "/etc/passwd"}))
	add(check.NewUnix(check.UnixConfig{Path: path}))
	add(check.NewHAProxy(check.HAProxyConfig{Path: path}))
	add(check.NewTCP(check.TCPConfig{Target: target(closedPort(t))}))
	add(check.NewGRPC(check.GRPCConfig{Target: target(closedPort(t))}))
	if err != nil {
		t.Fatal(err)
	}

	low := limit
	low.Cur = min(limit.Cur, 256)
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Setrlimit(unix.RLIMIT_NOFILE, &limit) }()
	var files []*os.File
	for {
		f, err := os.Open(os.DevNull)
		if err != nil {
			break
		}
		defer f.Close()
		files = append(files, f)
	}
	files[0].Close() // enough for /proc, but not for what is in it
	results := []check.Result{process.Check(t.Context())}
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, c := range checkers[1:] {
		results = append(results, c.Check(t.Context()))
	}
	for i, r := range results {
		if r.OK || r.Reason != check.ReasonLocal || !strings.Contains(r.Detail, "too many open files") {
			t.Errorf("%v: %+v", checkers[i], r)
		}
	}
}
