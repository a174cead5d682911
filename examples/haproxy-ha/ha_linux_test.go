package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// rate is how many requests a second the client makes: under the race detector,
// and beside other tests, fewer than where figures are taken.
func rate() int { return netlab.Count(100, 500) }

// Nothing that is planned costs a request: two reloads of HAProxy, one of them of
// a configuration that is wrong, and a hand-over. Some clients wait a second more.
func TestPlanned(t *testing.T) {
	t.Parallel()
	s := newStand(t, netlab.New(t, "haproxy", netlab.NFT))
	s.pair()
	client := s.load(rate())
	time.Sleep(300 * time.Millisecond)

	before := s.worker(s.a)
	s.configure(s.a, "frontend more\n\tbind :81\n\tdefault_backend app\n")
	s.a.Signal(syscall.SIGHUP)
	netlab.Eventually(t, 10*time.Second, "another worker", func() bool { now := s.worker(s.a); return now != "" && now != before })
	time.Sleep(500 * time.Millisecond)
	s.configure(s.a, "backend broken\n\tno such keyword\n")
	s.a.Signal(syscall.SIGHUP)
	netlab.Eventually(t, 10*time.Second, "a refusal", func() bool { return strings.Contains(s.a.Log(), "old configuration") })
	if !s.a.HasAddress(address) || s.b.HasAddress(address) {
		t.Error("a reload made the address move")
	}
	if code := s.a.Stop(); code != 0 {
		t.Errorf("exit status %d", code)
	}
	netlab.Eventually(t, 5*time.Second, "b to have the address", func() bool { return s.b.HasAddress(address) })
	if s.a.HasAddress(address) {
		t.Error("a still has it")
	}
	time.Sleep(500 * time.Millisecond)
	rs := client.report()
	t.Logf("two reloads and a hand-over: %v", rs)
	for _, r := range rs.failed() {
		t.Errorf("failed: %v", r.result)
	}
	if tables := s.a.Run("nft", "list", "tables"); strings.Contains(tables, "haproxy-ha") {
		t.Errorf("left behind: %s", tables)
	}
}

// worker returns the pid of HAProxy's newest worker, as it says itself.
func (s *stand) worker(m *machine) string {
	info, _ := ask(s.t.Context(), m.socket(), "show info") // between two workers there may be no answer
	for line := range strings.Lines(info) {
		if pid, ok := strings.CutPrefix(line, "Pid: "); ok {
			return strings.TrimSpace(pid)
		}
	}
	return ""
}

// A HAProxy that is killed, or hangs, costs the machine the address. The killed
// one is started again, the hanging one is well as soon as it goes on; neither
// takes the address back.
func TestHAProxyDies(t *testing.T) {
	t.Parallel()
	s := newStand(t, netlab.New(t, "haproxy", netlab.NFT))
	s.pair()
	client := s.load(rate())
	time.Sleep(300 * time.Millisecond)
	s.signal(s.a, syscall.SIGKILL)
	netlab.Eventually(t, 5*time.Second, "b alone to have the address", func() bool { return s.b.HasAddress(address) && !s.a.HasAddress(address) })
	netlab.Eventually(t, 20*time.Second, "a to be well again", func() bool { return strings.Count(s.a.Log(), "to=BACKUP") == 2 })
	rs := client.report()
	t.Logf("HAProxy killed: %v", rs)

	client = s.load(rate())
	s.signal(s.b, syscall.SIGSTOP)
	netlab.Eventually(t, 10*time.Second, "a alone to have the address", func() bool { return s.a.HasAddress(address) && !s.b.HasAddress(address) })
	s.signal(s.b, syscall.SIGCONT)
	netlab.Eventually(t, 20*time.Second, "b to be well again", func() bool { return strings.Count(s.b.Log(), "to=BACKUP") == 2 })
	time.Sleep(4 * interval)
	if !s.a.HasAddress(address) {
		t.Error("a has lost the address")
	}
	t.Logf("HAProxy frozen: %v", client.report())
}

// signal signals all of a machine's HAProxy, and nothing else there, and returns
// when.
func (s *stand) signal(m *machine, sig syscall.Signal) time.Time {
	s.t.Helper()
	var pids []int
	procs, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		s.t.Fatal(err)
	}
	for _, file := range procs {
		line, _ := os.ReadFile(file) // gone meanwhile
		if bytes.HasPrefix(line, []byte("haproxy\x00")) && bytes.Contains(line, []byte(m.config)) {
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	at := time.Now()
	for _, pid := range pids {
		_ = syscall.Kill(pid, sig) // one may be gone with the one before
	}
	return at
}
