package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/check/checktest"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

var backends = []netip.AddrPort{
	netip.MustParseAddrPort("198.51.100.1:80"),
	netip.MustParseAddrPort("198.51.100.2:80"),
}

// listener is a net.Listener in memory.
type listener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newListener() *listener {
	return &listener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error   { l.once.Do(func() { close(l.closed) }); return nil }
func (l *listener) Addr() net.Addr { return &net.TCPAddr{} }

// machine is a node with fakes under it. Its backends say their address, after
// some time, and hang up.
type machine struct {
	*node
	t      *testing.T
	port   *vrrptest.Port
	kernel *viptest.Kernel
	checks map[netip.AddrPort]*checktest.Checker
	takes  atomic.Int64 // how long an answer takes, in nanoseconds
	stop   func() error

	mu sync.Mutex
	l  *listener
}

func start(t *testing.T, lan *vrrptest.Segment, addr string, priority uint8) *machine {
	t.Helper()
	m := &machine{t: t, port: lan.Attach(addr), kernel: viptest.NewKernel("eth0"), checks: map[netip.AddrPort]*checktest.Checker{}}
	for _, b := range backends {
		m.checks[b] = checktest.New()
	}
	var err error
	m.node, err = newNode(config{
		iface: "eth0", vrid: 51, priority: priority, interval: time.Second,
		address: netip.MustParsePrefix("192.0.2.100/24"), backends: backends, patience: 2 * time.Second,
		network: m.port, kernel: m.kernel, log: slog.New(slog.DiscardHandler),
		checker: func(b netip.AddrPort) (check.Checker, error) { return m.checks[b], nil },
		listen: func(context.Context) (net.Listener, error) {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.l = newListener()
			return m.l, nil
		},
		dial: func(_ context.Context, to netip.AddrPort) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() {
				defer theirs.Close()
				time.Sleep(time.Duration(m.takes.Load()))
				_, _ = io.WriteString(theirs, to.String())
			}()
			return ours, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.run(ctx) }()
	m.stop = func() error { cancel(); err := <-done; done <- err; return err }
	t.Cleanup(func() {
		if err := m.stop(); err != nil {
			t.Error(err)
		}
		if !m.kernel.Closed() {
			t.Error("the kernel is still open")
		}
	})
	return m
}

// ask connects as a client of the machine, and returns the answer: empty if it
// does not listen.
func (m *machine) ask() string {
	m.mu.Lock()
	l := m.l
	m.mu.Unlock()
	if l == nil {
		return ""
	}
	client, server := net.Pipe()
	defer client.Close()
	select {
	case l.conns <- server:
		answer, _ := io.ReadAll(client)
		return string(answer)
	case <-l.closed:
		return ""
	}
}

func (m *machine) holds() bool { return strings.Contains(m.kernel.String(), "192.0.2.100/24") }

// want checks that the machine serves, or does not: that it holds the address and
// answers on it, or neither.
func (m *machine) want(when string, serves bool) {
	m.t.Helper()
	if answer := m.ask(); m.holds() != serves || (answer != "") != serves {
		m.t.Errorf("%s: holds the address: %v, answers %q; want %v: %v", when, m.holds(), answer, serves, m.router.Snapshot().Explain())
	}
}

func pair(t *testing.T) (lan *vrrptest.Segment, a, b *machine) {
	lan = vrrptest.NewSegment()
	a, b = start(t, lan, "192.0.2.1", 200), start(t, lan, "192.0.2.2", 150)
	time.Sleep(10 * time.Second)
	a.want("a at the start", true)
	b.want("b at the start", false)
	return lan, a, b
}

func TestFailover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lan, a, b := pair(t)
		lan.Cut(a.port)
		time.Sleep(4 * time.Second)
		b.want("b without a", true)
		lan.Heal()
		time.Sleep(4 * time.Second)
		a.want("a with b", true)
		b.want("b with a", false)
	})
}

// Connections are spread over the backends that are up; a machine without any
// yields.
func TestBackends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := pair(t)
		if first, second := a.ask(), a.ask(); first == second {
			t.Errorf("%s answered twice, of two", first)
		}
		a.checks[backends[0]].Play(checktest.Fail("refused"))
		time.Sleep(3 * time.Second)
		for range 3 {
			if got := a.ask(); got != backends[1].String() {
				t.Errorf("%q answered, of which one is up", got)
			}
		}
		a.checks[backends[1]].Play(checktest.Fail("refused"))
		time.Sleep(5 * time.Second)
		a.want("a without backends", false)
		b.want("b with backends", true)
		a.checks[backends[1]].Play(checktest.OK())
		time.Sleep(10 * time.Second)
		a.want("a with a backend", true)
	})
}

// A connection that ends in time ends well; one that does not is cut off, and the
// hand-over does not wait for it.
func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := pair(t)
		a.takes.Store(int64(time.Second))
		answers := make(chan string, 2)
		go func() { answers <- a.ask() }()
		time.Sleep(500 * time.Millisecond)
		a.takes.Store(int64(time.Minute))
		go func() { answers <- a.ask() }()
		time.Sleep(time.Millisecond)
		asked := time.Now()
		if err := a.stop(); err != nil {
			t.Error(err)
		}
		if took := time.Since(asked); took != 2*time.Second {
			t.Errorf("the hand-over took %v", took)
		}
		a.want("a afterwards", false)
		b.want("b afterwards", true)
		if got := <-answers; got == "" {
			t.Error("the short request failed")
		}
		if got := <-answers; got != "" {
			t.Errorf("the long request got %q", got)
		}
		time.Sleep(time.Minute) // the backend's end of it
	})
}
