package vrrp_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// bench is a segment with hosts on it, inside a bubble.
type bench struct {
	t   *testing.T
	seg *vrrptest.Segment
}

// inBubble runs a test over a fresh segment in virtual time.
func inBubble(t *testing.T, f func(*testing.T, *bench)) {
	synctest.Test(t, func(t *testing.T) { f(t, &bench{t, vrrptest.NewSegment()}) })
}

type testHost struct {
	*vrrp.Host
	port   *vrrptest.Port
	events *vrrptest.Recorder
	stop   func() error // ends Run and returns its error; may be called again
}

// host attaches and runs a host. It is stopped at the end of the test.
func (b *bench) host(addrs ...string) *testHost {
	h := b.idle(addrs...)
	h.run(b.t)
	return h
}

// idle attaches a host that is yet to be run: what is added before starts
// together.
func (b *bench) idle(addrs ...string) *testHost {
	port := b.seg.Attach(addrs...)
	h := &testHost{Host: vrrp.NewHost(vrrp.HostConfig{Network: port}), port: port}
	h.events = vrrptest.Record(h.Events())
	return h
}

func (h *testHost) run(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	h.stop = sync.OnceValue(func() error {
		cancel()
		err := <-done
		h.events.Wait() // and not only the host has come to its end
		return err
	})
	t.Cleanup(func() { h.stop() })
	synctest.Wait()
}

// runHost runs a host until the test ends, and returns what ends it before.
func runHost(t testing.TB, h *vrrp.Host) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// add adds a router for VRID 51 with what edit changes.
func (h *testHost) add(t *testing.T, priority uint8, edit func(*vrrp.Config)) *vrrp.Router {
	t.Helper()
	cfg := vrrp.Config{Interface: "eth0", VRID: 51, Priority: priority, Addresses: prefixes("192.0.2.100/24")}
	if edit != nil {
		edit(&cfg)
	}
	r, err := h.Add(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func prefixes(list ...string) (p []netip.Prefix) {
	for _, s := range list {
		p = append(p, netip.MustParsePrefix(s))
	}
	return p
}

// wantState is for use inside a bubble.
func wantState(t *testing.T, r *vrrp.Router, want vrrp.State) {
	t.Helper()
	synctest.Wait() // for whoever acts at this very instant
	if s := r.Snapshot(); s.State != want {
		t.Errorf("%s is %v (%v), want %v", s.Name, s.State, s.Reason, want)
	}
}

func wantText(t *testing.T, got string, want ...string) {
	t.Helper()
	if w := strings.Join(want, "\n") + "\n"; got != w {
		t.Errorf("got:\n%swant:\n%s", got, w)
	}
}

// journal is an Owner that writes down its calls, shared with a tap of the wire.
type journal struct {
	mu     sync.Mutex
	lines  []string
	block  chan struct{} // if not nil, calls wait for it or their context
	fail   error
	renews int
}

func (j *journal) note(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, fmt.Sprintf(format, args...))
}

func (j *journal) call(ctx context.Context, name string) error {
	j.note("%s", name)
	if j.block != nil {
		select {
		case <-j.block:
		case <-ctx.Done():
			j.note("%s cancelled", name)
			return ctx.Err()
		}
	}
	return j.fail
}

func (j *journal) Acquire(ctx context.Context) error { return j.call(ctx, "acquire") }

func (j *journal) Release(ctx context.Context) error { return j.call(ctx, "release") }

func (j *journal) Announce(ctx context.Context) error { return j.call(ctx, "announce") }

func (j *journal) Trouble() <-chan error { return nil }

func (j *journal) Renew(time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.renews++
}

func (j *journal) take() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	lines := j.lines
	j.lines = nil
	return lines
}

// tap notes the priority of every advertisement of a port.
func (j *journal) tap(b *bench, port *vrrptest.Port) {
	b.seg.Tap(func(f vrrptest.Frame) {
		if h, err := packet.ParseHeader(f.Payload); err == nil && f.From == port {
			j.note("advert %d", h.Priority)
		}
	})
}
