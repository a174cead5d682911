package check_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// TestGroupScale: many checks a second, TCP and pages, each of an address of its
// own, and nothing grows. A long run makes 5000 and 1000 a second for 10 minutes,
// and demands that none falls behind.
func TestGroupScale(t *testing.T) {
	checks, pages, duration := 250, 50, 3*time.Second
	if netlab.Soak() {
		checks, pages, duration = 5000, 1000, 10*time.Minute
	}
	talk := answerAll(t, func(net.Conn) {})
	page := answerAll(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 1024))
		_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n"))
	})
	g := check.NewGroup()
	var runners []*check.Runner
	for i := range checks + pages {
		port := talk
		if i >= checks {
			port = page
		}
		addr := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 1, byte(i / 250), byte(i%250 + 1)}), port)
		var c check.Checker
		var err error
		if i < checks {
			c, err = check.NewTCP(check.TCPConfig{Target: check.Target{Addr: addr}})
		} else {
			c, err = check.NewHTTP(check.HTTPConfig{Target: check.Target{Addr: addr}, URLs: []check.URL{{Digest: helloDigest}}})
		}
		if err != nil {
			t.Fatal(err)
		}
		runners = append(runners, add(t, g, check.Config{Name: fmt.Sprint(addr), Checker: c, Interval: time.Second, Timeout: 5 * time.Second, Fall: 3, Warmup: time.Second}))
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- g.Run(ctx) }()

	time.Sleep(duration / 3)
	before := measure(t)
	time.Sleep(duration - duration/3)
	after := measure(t)
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	late, failed, made := 0, 0, uint64(0)
	for _, r := range runners {
		s := r.Snapshot()
		if s.State != check.Up {
			failed++
			t.Logf("%s is %v: %s", s.Name, s.State, s.Last.Detail)
		}
		// A stall of the machine costs a check or two; who falls behind loses more and more.
		made += s.Runs
		if float64(s.Runs+3) < 0.98*duration.Seconds() {
			late++
		}
	}
	t.Logf("%d TCP checks and %d pages a second for %v: before %v, after %v, %d were made, %d runners were late", checks, pages, duration, before, after, made, late)
	if failed > 0 {
		t.Errorf("%d checks failed", failed)
	}
	if netlab.Soak() && late > 0 {
		t.Errorf("%d runners fell behind", late)
	}
	if after.goroutines > before.goroutines+200 || after.descriptors > before.descriptors+200 || after.heap > 2*before.heap+4<<20 {
		t.Errorf("grown from %v to %v", before, after)
	}
}

// answerAll has talk answer whoever connects, and returns the port.
func answerAll(t *testing.T, talk func(net.Conn)) (port uint16) {
	t.Helper()
	l, err := net.Listen("tcp4", ":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				talk(c)
				c.Close()
			}()
		}
	}()
	return l.Addr().(*net.TCPAddr).AddrPort().Port()
}

type usage struct {
	goroutines, descriptors int
	heap                    uint64 // bytes that are reachable
	cpu                     time.Duration
}

func (u usage) String() string {
	return fmt.Sprintf("%d goroutines, %d descriptors, %d KiB, %v of CPU", u.goroutines, u.descriptors, u.heap>>10, u.cpu)
}

func measure(t *testing.T) usage {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	var ru unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &ru); err != nil {
		t.Fatal(err)
	}
	return usage{runtime.NumGoroutine(), len(fds), m.HeapAlloc, time.Duration(ru.Utime.Nano() + ru.Stime.Nano()).Round(time.Millisecond)}
}
