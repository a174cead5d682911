package failover_test

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/check/checktest"
	failover "github.com/vrrpkit/vrrpkit/examples/failover-test"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// A machine of a test is a Node with three things under it that are fakes: a port
// of a network segment, a kernel with an interface, and a checker that finds what
// it is told to find.
type machine struct {
	*failover.Node
	port    *vrrptest.Port
	kernel  *viptest.Kernel
	service *checktest.Checker
	events  *vrrptest.Recorder
	stop    func() error // a planned shutdown; returns what Run returned
}

// start starts a machine. Everything of one test must be made in its bubble: the
// function that synctest.Test calls. There, time.Sleep takes no time: it jumps
// to the next moment in which anything happens, until the sleep is over.
func start(t *testing.T, lan *vrrptest.Segment, addr string, priority uint8) *machine {
	t.Helper()
	m := &machine{
		port:    lan.Attach(addr),
		kernel:  viptest.NewKernel("eth0"),
		service: checktest.New(),
	}
	var err error
	m.Node, err = failover.New(failover.Config{
		Network: m.port, Kernel: m.kernel, Service: m.service,
		Priority: priority, Address: netip.MustParsePrefix("192.0.2.100/24"),
	})
	if err != nil {
		t.Fatal(err)
	}
	m.events = vrrptest.Record(m.Router.Events()) // before Run, to miss none
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	m.stop = func() error { cancel(); err := <-done; done <- err; return err }
	t.Cleanup(func() {
		if err := m.stop(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// holds reports whether the machine's kernel has the address: what a client
// sees, whatever the router thinks.
func (m *machine) holds() bool { return strings.Contains(m.kernel.String(), "192.0.2.100/24") }

// want compares who has the address with what should be.
func want(t *testing.T, when string, a *machine, aHolds bool, b *machine, bHolds bool) {
	t.Helper()
	if a.holds() != aHolds || b.holds() != bHolds {
		t.Errorf("%s: A holds the address: %v, want %v; B: %v, want %v\nA: %s\nB: %s",
			when, a.holds(), aHolds, b.holds(), bHolds, a.Router.Snapshot().Explain(), b.Router.Snapshot().Explain())
	}
}

// pair starts two machines and waits until A is master.
func pair(t *testing.T) (lan *vrrptest.Segment, a, b *machine) {
	t.Helper()
	lan = vrrptest.NewSegment()
	a, b = start(t, lan, "192.0.2.1", 200), start(t, lan, "192.0.2.2", 150)
	time.Sleep(10 * time.Second)
	want(t, "after ten seconds", a, true, b, false)
	return lan, a, b
}

// A crash: the machine that holds the address loses power. The other one has it
// after three advertisement intervals and the skew time of its priority, counted
// from the last advertisement, and has told the neighbours.
func TestCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lan, a, b := pair(t)
		lan.Cut(a.port) // nothing reaches it or leaves it: to the others it is dead
		crash := time.Now()
		time.Sleep(4 * time.Second)
		if !b.holds() {
			t.Fatalf("B does not hold the address: %s", b.Router.Snapshot().Explain())
		}
		// Skew time: (256-150)/256 of an interval. A's advertisements leave
		// each second, so that the last one is up to a second old.
		s := b.Router.Snapshot()
		outage := s.Since.Sub(crash)
		if longest := 3*time.Second + 106*time.Second/256 + vrrptest.DefaultDelay; outage > longest || outage < longest-time.Second {
			t.Errorf("the outage took %v, want up to a second less than %v", outage, longest)
		}
		if s.Reason != vrrp.ReasonNoResponse {
			t.Errorf("B is master because of: %v", s.Reason)
		}
		if len(b.kernel.Announced()) == 0 {
			t.Error("the neighbours have not been told")
		}
	})
}

// A planned shutdown is not a crash: A says that it goes, and B waits for no
// more than its skew time. What is left behind is nothing.
func TestShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := pair(t)
		asked := time.Now()
		if err := a.stop(); err != nil {
			t.Error(err)
		}
		want(t, "when A has ended", a, false, b, false)
		time.Sleep(time.Second)
		want(t, "a second later", a, false, b, true)
		if gap := b.Router.Snapshot().Since.Sub(asked); gap > 106*time.Second/256+vrrptest.DefaultDelay {
			t.Errorf("nobody had the address for %v", gap)
		}
		if !a.kernel.Closed() {
			t.Error("A's kernel is still open")
		}
	})
}

// A partition: both live and neither hears the other, so that each serves its
// side. Nothing in VRRP prevents that; what can be tested is that it ends well.
func TestPartition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lan, a, b := pair(t)
		lan.Partition(a.port)
		time.Sleep(10 * time.Second)
		want(t, "in the partition", a, true, b, true)

		announced := len(a.kernel.Announced())
		lan.Heal()
		time.Sleep(2 * time.Second)
		want(t, "after it", a, true, b, false)
		// Clients of B's side still send to B until A has announced itself again.
		if len(a.kernel.Announced()) == announced {
			t.Error("A has not told the neighbours that the address is its own again")
		}
		wantEvents(t, b, `eth0/51 INIT->BACKUP: startup
eth0/51 BACKUP->MASTER: no response
eth0/51 MASTER->BACKUP: higher priority
`)
	})
}

// wantEvents compares a whole history with a golden text.
func wantEvents(t *testing.T, m *machine, want string) {
	t.Helper()
	if got := m.events.Transitions(); got != want {
		t.Errorf("events:\n%swant:\n%s", got, want)
	}
}

// One-way loss: B hears nothing of A, A hears B. Two masters again, but this
// time one of them can see it, and says whose fault it is. That is what to alert on.
func TestOneWayLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lan, a, b := pair(t)
		conflicts := a.Router.Conflicts()
		lan.Lose(a.port, b.port, true)
		time.Sleep(10 * time.Second)
		want(t, "while A is not heard", a, true, b, true)
		s := a.Router.Snapshot()
		if !s.SplitBrain {
			t.Error("A does not know of the other master")
		}
		c := <-conflicts
		if c.Cause != vrrp.CauseUnheard || c.Offender.String() != "192.0.2.2" {
			t.Errorf("conflict: %v with %v: %s", c.Cause, c.Offender, c.Detail)
		}
		lan.Heal()
		time.Sleep(2 * time.Second)
		want(t, "after it", a, true, b, false)
	})
}

// A flapping check: the service fails now and then, never three times in a row,
// and nothing happens. When it fails for good B takes over; when it works again,
// twice in a row, A takes the address back.
func TestFlappingCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := pair(t)
		bad, good := checktest.Fail("connection refused"), checktest.OK()
		a.service.Play(bad, bad, good, bad, good, bad, bad, good)
		time.Sleep(10 * time.Second)
		want(t, "after the flapping", a, true, b, false)
		if n := len(a.events.Events()); n != 2 { // to backup at the start, to master
			t.Errorf("%d transitions:\n%s", n, a.events.Transitions())
		}

		a.service.Play(bad) // from now on: up to 3 s until it counts, 1 s until B hears, 3.4 s of B's patience
		time.Sleep(10 * time.Second)
		want(t, "with a service that is down", a, false, b, true)
		if p := a.Router.Snapshot().Priority; p != 100 {
			t.Errorf("A has priority %d, want 200 less 100", p)
		}

		a.service.Play(good)
		time.Sleep(10 * time.Second)
		want(t, "with the service back", a, true, b, false)
	})
}

// The service fails on both machines, as when the database behind it is gone. An
// answer that says so is better than none: somebody keeps the address.
func TestNobodyIsWell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := pair(t)
		a.service.Play(checktest.Fail("no database"))
		b.service.Play(checktest.Fail("no database"))
		time.Sleep(20 * time.Second)
		want(t, "with every service down", a, true, b, false)
	})
}

// Split brain by mistake: a third machine claims the address under another VRID.
// No protocol helps against that, but the routers find out, and name it.
func TestSplitBrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lan, a, _ := pair(t)
		stranger := vrrp.NewHost(vrrp.HostConfig{Network: lan.Attach("192.0.2.3")})
		_, err := stranger.Add(vrrp.Config{
			Interface: "eth0", VRID: 52, // a slip of the finger
			Addresses: []netip.Prefix{netip.MustParsePrefix("192.0.2.100/24")},
		})
		if err != nil {
			t.Fatal(err)
		}
		conflicts := a.Router.Conflicts()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- stranger.Run(ctx) }()
		time.Sleep(10 * time.Second)
		c := <-conflicts
		if c.Cause != vrrp.CauseVRID || c.Offender.String() != "192.0.2.3" {
			t.Errorf("conflict: %v with %v: %s", c.Cause, c.Offender, c.Detail)
		}
		if !a.Router.Snapshot().SplitBrain {
			t.Error("A does not know that somebody else has its address")
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// Somebody removes the address by hand, or a network manager does. It is put
// back, and the router stays master.
func TestAddressTakenAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := pair(t)
		took := a.Router.Snapshot().Counters.OwnerErrors
		for _, held := range a.kernel.Changed() {
			if err := a.kernel.Take(held.Object); err != nil { // ip addr del
				t.Fatal(err)
			}
		}
		time.Sleep(100 * time.Millisecond)
		want(t, "after the removal", a, true, b, false)
		if a.Router.Snapshot().Counters.OwnerErrors == took {
			t.Error("nobody has been told")
		}
	})
}
