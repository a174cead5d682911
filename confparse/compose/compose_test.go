package compose_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// config is an ordinary pair's file: %d is the priority.
const config = `
global_defs {
    router_id proxy
    enable_script_security
}
static_ipaddress {
    198.51.100.1/24 dev eth1
}
vrrp_script chk_haproxy {
    script "/usr/bin/killall -0 haproxy"
    interval 2
    weight -50
    fall 3
    rise 2
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority %d
    virtual_ipaddress {
        192.0.2.100/24 label eth0:web
        192.0.2.101/24 dev eth1
    }
    virtual_ipaddress_excluded {
        192.0.2.102
    }
    track_script {
        chk_haproxy
    }
    track_interface {
        eth2 weight -20
        eth3
    }
}
`

// node is a composition over the fakes.
type node struct {
	*compose.Composition
	port   *vrrptest.Port
	kernel *viptest.Kernel
	good   atomic.Bool // what the script finds
	log    *bytes.Buffer
	events *vrrptest.Recorder
	stop   func() error
}

func parse(t *testing.T, text string) *confparse.Config {
	t.Helper()
	cfg, diags := confparse.Parse("test.conf", []byte(text), confparse.Options{})
	if diags.HasErrors() {
		t.Fatal(diags.Render())
	}
	return cfg
}

func start(t *testing.T, seg *vrrptest.Segment, addr, text string) *node {
	t.Helper()
	n := &node{
		port: seg.Attach(addr), kernel: viptest.NewKernel("eth0", "eth1"),
		log: &bytes.Buffer{},
	}
	n.good.Store(true)
	c, err := compose.New(parse(t, text), compose.Options{
		Network: n.port, Kernel: n.kernel,
		Checker: func(*confparse.Script) (check.Checker, error) {
			return check.Func(func(context.Context) check.Result { return check.Result{OK: n.good.Load()} }), nil
		},
		Logger: slog.New(slog.NewTextHandler(n.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	n.Composition = c
	n.events = vrrptest.Record(c.Events())
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	n.stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() { n.stop() })
	return n
}

// holds reports whether the node's kernel has the address.
func (n *node) holds(address string) bool { return strings.Contains(n.kernel.String(), address) }

func (n *node) priority() uint8 { return n.Instances()[0].Router.Snapshot().Priority }

// A whole pair: addresses with their labels and devices move with the role, the
// static one stays, and everything is gone in the end.
func TestPair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seg := vrrptest.NewSegment()
		a := start(t, seg, "192.0.2.1", fmt.Sprintf(config, 100))
		b := start(t, seg, "192.0.2.2", fmt.Sprintf(config, 90))
		time.Sleep(5 * time.Second)
		for _, want := range []string{"192.0.2.100/24", "eth0:web", "192.0.2.101/24", "192.0.2.102/32", "198.51.100.1/24"} {
			if !a.holds(want) {
				t.Errorf("the master lacks %s:\n%s", want, a.kernel)
			}
		}
		if b.holds("192.0.2.10") || !b.holds("198.51.100.1/24") {
			t.Errorf("the backup holds:\n%s", b.kernel)
		}
		if err := a.stop(); err != nil {
			t.Error(err)
		}
		if a.holds("/24") || a.holds("/32") {
			t.Errorf("left behind:\n%s", a.kernel)
		}
		time.Sleep(time.Second)
		if !b.holds("192.0.2.100/24") {
			t.Errorf("nobody took over:\n%s", b.kernel)
		}
		want := "VI_1 INIT->BACKUP: startup\nVI_1 BACKUP->MASTER: no response\nVI_1 MASTER->INIT: shutdown\n"
		if got := a.events.Transitions(); got != want {
			t.Errorf("events:\n%swant:\n%s", got, want)
		}
	})
}

// Seeds 001.3, 001.4, 002.8: a failing script lowers the priority after fall
// failures, and the backup takes over; it is raised again after rise successes.
func TestTrackedScript(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seg := vrrptest.NewSegment()
		a := start(t, seg, "192.0.2.1", fmt.Sprintf(config, 100))
		b := start(t, seg, "192.0.2.2", fmt.Sprintf(config, 90))
		time.Sleep(5 * time.Second) // checks at 0, 2, 4 s
		a.good.Store(false)         // seen at 6, 8, 10 s
		time.Sleep(4500 * time.Millisecond)
		if p := a.priority(); p != 100 {
			t.Errorf("priority %d after two failures", p)
		}
		time.Sleep(time.Second)
		if p := a.priority(); p != 50 {
			t.Errorf("priority %d after three failures", p)
		}
		time.Sleep(4 * time.Second)
		if a.holds("192.0.2.100") || !b.holds("192.0.2.100") {
			t.Errorf("no failover:\n%s", b.kernel)
		}
		a.good.Store(true)
		time.Sleep(10 * time.Second)
		a.stop()
		for _, want := range []string{"VRRP_Script(chk_haproxy) failed", "VRRP_Script(chk_haproxy) succeeded", "Changing effective priority from 100 to 50"} {
			if !strings.Contains(a.log.String(), want) {
				t.Errorf("no %q in the log:\n%s", want, a.log)
			}
		}
	})
}

// The same, back to where it was.
func TestScriptRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := start(t, vrrptest.NewSegment(), "192.0.2.1", fmt.Sprintf(config, 100))
		a.good.Store(false)
		time.Sleep(10 * time.Second)
		a.good.Store(true)
		time.Sleep(10 * time.Second)
		if a.priority() != 100 || !a.holds("192.0.2.100") {
			t.Errorf("priority %d after recovery", a.priority())
		}
	})
}

// Seed 002.9: a weighted interface changes the priority, another one is a fault.
func TestTrackedInterfaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := start(t, vrrptest.NewSegment(), "192.0.2.1", fmt.Sprintf(config, 100))
		time.Sleep(5 * time.Second)
		a.port.SetInterface("eth2", false)
		time.Sleep(time.Second)
		if p := a.priority(); p != 80 || !a.holds("192.0.2.100") {
			t.Errorf("priority %d", p)
		}
		for _, dev := range []string{"eth3", "eth1"} { // eth1 carries an address
			a.port.SetInterface(dev, false)
			time.Sleep(time.Second)
			if s := a.Instances()[0].Router.Snapshot(); s.State.String() != "FAULT" || a.holds("192.0.2.100") {
				t.Errorf("%s is down: %v", dev, s.State)
			}
			events := a.events.Events()
			if e := events[len(events)-1]; e.Detail != "interface "+dev {
				t.Errorf("%s is down, the event says %q", dev, e.Detail)
			}
			a.port.SetInterface(dev, true)
			time.Sleep(5 * time.Second)
			if !a.holds("192.0.2.100") {
				t.Errorf("%s is up again: %v", dev, a.Instances()[0].Router.Snapshot().State)
			}
		}
	})
}

// FSM-25: addresses that a killed predecessor left are removed at the start, and
// not before: New changes nothing.
func TestLeftovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seg := vrrptest.NewSegment()
		kernel := viptest.NewKernel("eth0", "eth1")
		left := vip.Addresses("eth0", netip.MustParsePrefix("192.0.2.100/32"), netip.MustParsePrefix("192.0.2.9/24"))
		for _, a := range left {
			if err := kernel.Put(a); err != nil {
				t.Fatal(err)
			}
		}
		start(t, seg, "192.0.2.2", fmt.Sprintf(config, 254)) // a better router
		time.Sleep(5 * time.Second)
		c, err := compose.New(parse(t, fmt.Sprintf(config, 200)), compose.Options{
			Network: seg.Attach("192.0.2.1"), Kernel: kernel,
			Checker: func(*confparse.Script) (check.Checker, error) {
				return check.Func(func(context.Context) check.Result { return check.Result{OK: true} }), nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(kernel.String(), "192.0.2.100/32") {
			t.Error("New removed an address")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.Run(ctx); err != nil {
			t.Error(err)
		}
		if text := kernel.String(); strings.Contains(text, "192.0.2.100") || !strings.Contains(text, "192.0.2.9/24") {
			t.Errorf("after a run as backup:\n%s", text)
		}
	})
}

// What could not be undone is told.
func TestUndoFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := start(t, vrrptest.NewSegment(), "192.0.2.1", fmt.Sprintf(config, 100))
		time.Sleep(time.Second)
		a.kernel.Fail(func(c vip.Change) error {
			if c.Op == vip.Delete {
				return errors.New("device is wedged")
			}
			return nil
		})
		if err := a.stop(); err == nil || !strings.Contains(err.Error(), "device is wedged") {
			t.Errorf("Run returned %v", err)
		}
	})
}

// What can fail fails in New, with a position, and what was handed over is
// closed.
func TestNewFails(t *testing.T) {
	cfg := parse(t, fmt.Sprintf(config, 100))
	kernel := viptest.NewKernel("eth0", "eth1")
	_, err := compose.New(cfg, compose.Options{
		Network: vrrptest.NewSegment().Attach("192.0.2.1"), Kernel: kernel,
		Checker: func(*confparse.Script) (check.Checker, error) { return nil, errors.New("no such user") },
	})
	if err == nil || !strings.Contains(err.Error(), "test.conf:") || !strings.Contains(err.Error(), "no such user") {
		t.Errorf("error %v, want its position and its cause", err)
	}
	if !kernel.Closed() {
		t.Error("the kernel is left open")
	}
}
