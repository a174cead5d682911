package vrrp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
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
	h.stop = sync.OnceValue(func() error { cancel(); return <-done })
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

func (j *journal) Acquire(ctx context.Context) error  { return j.call(ctx, "acquire") }
func (j *journal) Release(ctx context.Context) error  { return j.call(ctx, "release") }
func (j *journal) Announce(ctx context.Context) error { return j.call(ctx, "announce") }
func (j *journal) Trouble() <-chan error              { return nil }
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

// FSM-19, FSM-20: at takeover the advertisement goes first, at the end priority
// 0; the peer takes over after its skew time.
func TestGracefulStop(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		j := &journal{}
		a, c := b.host("192.0.2.1"), b.host("192.0.2.2")
		j.tap(b, a.port)
		ra := a.add(t, 200, func(cfg *vrrp.Config) { cfg.Owner = j; cfg.Name = "A" })
		rc := c.add(t, 100, func(cfg *vrrp.Config) { cfg.Name = "C" })
		time.Sleep(3500 * time.Millisecond)
		synctest.Wait()
		if got, want := j.take(), []string{"advert 200", "acquire"}; !slices.Equal(got, want) {
			t.Errorf("takeover: %v, want %v", got, want)
		}
		if n := j.renews; n != 3 { // with the advertisement, and at once and after 250 ms by the clock
			t.Errorf("%d proofs of life in 281 ms as master", n)
		}
		j.note("event at stop: %d", len(a.events.Events()))
		stopped := time.Now()
		if err := a.stop(); err != nil {
			t.Error(err)
		}
		if got, want := j.take(), []string{"event at stop: 2", "advert 0", "release"}; !slices.Equal(got, want) {
			t.Errorf("stop: %v, want %v", got, want)
		}
		wantText(t, a.events.Transitions(), "A INIT->BACKUP: startup", "A BACKUP->MASTER: no response", "A MASTER->INIT: shutdown")
		wantState(t, ra, vrrp.Init)
		if c := ra.Snapshot().Counters; c.PriorityZeroSent != 1 || c.AdvertsSent != 2 || c.BecameMaster != 1 || c.ReleasedMaster != 1 {
			t.Errorf("counters %+v", c)
		}
		time.Sleep(time.Second)
		wantState(t, rc, vrrp.Master)
		if c := rc.Snapshot().Counters; c.PriorityZeroReceived != 1 {
			t.Errorf("counters %+v", c)
		}
		skew := 609375 * time.Microsecond
		if s := rc.Snapshot(); s.Reason != vrrp.ReasonPriorityZero || s.Since.Sub(stopped) != skew+vrrptest.DefaultDelay {
			t.Errorf("took over %v after the stop: %v", s.Since.Sub(stopped), s.Reason)
		}
		if _, err := a.Add(ra.Config()); err == nil {
			t.Error("a host that has ended takes a router")
		}
		if err := a.Run(context.Background()); err == nil {
			t.Error("a host runs twice")
		}
	})
}

// Law 8: a stuck owner delays neither advertisements, nor other routers, nor its
// own event for more than OwnerTimeout; the newest wish wins.
func TestStuckOwner(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		j := &journal{block: make(chan struct{})}
		a, c := b.host("192.0.2.1"), b.host("192.0.2.2")
		r := a.add(t, 100, func(cfg *vrrp.Config) { cfg.Owner = j; cfg.Name = "stuck" })
		other := a.add(t, 100, func(cfg *vrrp.Config) { cfg.VRID = 52; cfg.Name = "free"; cfg.Addresses = prefixes("192.0.2.101/32") })
		time.Sleep(4 * time.Second)
		wantState(t, other, vrrp.Master)
		if got := a.events.Transitions(); strings.Contains(got, "stuck BACKUP->MASTER") {
			t.Errorf("the event did not wait for the owner:\n%s", got)
		}
		time.Sleep(time.Second)
		events := a.events.Events()
		last := events[len(events)-1]
		if last.Router != r || last.To != vrrp.Master || !errors.Is(last.Err, vrrp.ErrOwnerTimeout) {
			t.Errorf("last event: %+v", last)
		}
		if sent := r.Snapshot().Counters.AdvertsSent; sent != 2 {
			t.Errorf("%d advertisements, want 2: at 3.6 s and 4.6 s", sent)
		}
		c.add(t, 200, nil) // preempts: the acquisition is overtaken
		time.Sleep(4 * time.Second)
		close(j.block)
		time.Sleep(time.Second)
		if got, want := j.take(), []string{"acquire", "acquire cancelled", "release"}; !slices.Equal(got, want) {
			t.Errorf("calls: %v, want %v", got, want)
		}
		wantState(t, r, vrrp.Backup)
	})
}

// An owner that ignores its context does not keep Run from returning.
func TestOwnerIgnoresItsContext(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		a := b.host("192.0.2.1")
		o := &deaf{free: make(chan struct{})}
		a.add(t, 255, func(cfg *vrrp.Config) { cfg.Owner = o; cfg.Name = "VI_1" })
		time.Sleep(2 * time.Second)
		start := time.Now()
		err := a.stop()
		if err == nil || !strings.Contains(err.Error(), "VI_1") || !strings.Contains(err.Error(), "acquire") {
			t.Errorf("error %v, want one that names the router and the call", err)
		}
		if took := time.Since(start); took > 3*vrrp.DefaultOwnerTimeout {
			t.Errorf("Run returned after %v", took)
		}
		close(o.free)
	})
}

type deaf struct {
	journal
	free chan struct{}
}

func (d *deaf) Acquire(context.Context) error { <-d.free; return nil }

// Law 6: a reader that never reads loses the oldest events and is told.
func TestSlowReader(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		a := b.host("192.0.2.1")
		r := a.add(t, 255, nil)
		synctest.Wait()
		before := r.Snapshot().Seq
		events := r.Events()
		for range 200 {
			a.port.SetUp(false)
			synctest.Wait()
			a.port.SetUp(true)
			synctest.Wait()
		}
		a.stop()
		var n, missed uint64
		var last vrrp.Event
		for e := range events {
			n++
			missed += e.Missed
			if e.Seq <= last.Seq {
				t.Errorf("event %d follows %d", e.Seq, last.Seq)
			}
			last = e
		}
		if n != 256 || before+n+missed != r.Snapshot().Seq || last.To != vrrp.Init {
			t.Errorf("%d events read, %d missed, of %d; last %v->%v", n, missed, r.Snapshot().Seq, last.From, last.To)
		}
	})
}

// FSM-21 and back, on the wire of the fake.
func TestCablePulled(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		a, c := b.host("192.0.2.1"), b.host("192.0.2.2")
		ra, rc := a.add(t, 200, nil), c.add(t, 100, nil)
		time.Sleep(5 * time.Second)
		a.port.SetUp(false)
		time.Sleep(4 * time.Second)
		wantState(t, ra, vrrp.Fault)
		wantState(t, rc, vrrp.Master)
		if s := ra.Snapshot(); s.LinkUp || s.LinkWhy != "no carrier" {
			t.Errorf("link up %v, why %q", s.LinkUp, s.LinkWhy)
		}
		a.port.SetUp(true)
		time.Sleep(4 * time.Second)
		wantState(t, ra, vrrp.Master)
		wantState(t, rc, vrrp.Backup)
	})
}

// ENC-12: without a source address there is nothing to send from; an address of
// a virtual router is none.
func TestSourceAddress(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		a := b.host("192.0.2.100")
		r := a.add(t, 200, nil)
		time.Sleep(5 * time.Second)
		wantState(t, r, vrrp.Fault)
		a.port.SetAddresses("192.0.2.100", "192.0.2.1")
		time.Sleep(4 * time.Second)
		wantState(t, r, vrrp.Master)
		if s := r.Snapshot(); s.Source != netip.MustParseAddr("192.0.2.1") {
			t.Errorf("source %v", s.Source)
		}
		a.port.SetAddresses("192.0.2.100", "192.0.2.7") // ENC-13
		synctest.Wait()
		if s := r.Snapshot(); s.Source != netip.MustParseAddr("192.0.2.7") || s.State != vrrp.Master {
			t.Errorf("source %v, state %v", s.Source, s.State)
		}
	})
}

func TestNoPreempt(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		a, c := b.host("192.0.2.1"), b.host("192.0.2.2")
		rc := c.add(t, 100, nil)
		time.Sleep(4 * time.Second)
		ra := a.add(t, 200, func(cfg *vrrp.Config) { cfg.NoPreempt = true })
		time.Sleep(time.Hour)
		wantState(t, ra, vrrp.Backup)
		wantState(t, rc, vrrp.Master)
	})
}

// EL-01, EL-08, FSM-17: two masters of equal priority meet.
func TestPartitionHeals(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		j := &journal{}
		a, c := b.host("192.0.2.9"), b.host("192.0.2.10")
		b.seg.Partition(a.port)
		ra := a.add(t, 100, nil)
		rc := c.add(t, 100, func(cfg *vrrp.Config) { cfg.Owner = j })
		time.Sleep(5 * time.Second)
		wantState(t, ra, vrrp.Master)
		wantState(t, rc, vrrp.Master)
		b.seg.Heal()
		time.Sleep(time.Second)
		wantState(t, ra, vrrp.Backup)
		wantState(t, rc, vrrp.Master)
		time.Sleep(time.Hour)
		if s := rc.Snapshot(); s.Counters.BecameMaster != 1 || s.Peer.Priority != 100 {
			t.Errorf("counters %+v, peer %+v", s.Counters, s.Peer)
		}
	})
}

func TestPriorityAndTrackers(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		a, c := b.host("192.0.2.1"), b.host("192.0.2.2")
		ra := a.add(t, 100, func(cfg *vrrp.Config) { cfg.Trackers = []vrrp.Tracker{{Name: "chk", Weight: -20}, {Name: "eth1"}} })
		rc := c.add(t, 90, nil)
		eth1, err := ra.Track("eth1")
		if err != nil {
			t.Fatal(err)
		}
		chk, err := ra.Track("chk")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ra.Track("chck"); err == nil || !strings.Contains(err.Error(), `no tracker "chck": it has "chk", "eth1"`) {
			t.Errorf("a name that there is not: %v", err)
		}
		eth1.Set(vrrp.TrackUp)
		time.Sleep(5 * time.Second)
		wantState(t, ra, vrrp.Master)
		chk.Set(vrrp.TrackDown) // 80: C preempts by its own timer
		time.Sleep(5 * time.Second)
		wantState(t, rc, vrrp.Master)
		if err := ra.SetPriority(120); err != nil { // 100 again
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		wantState(t, ra, vrrp.Master)
		eth1.Set(vrrp.TrackDown)
		synctest.Wait()
		wantState(t, ra, vrrp.Fault)
		s := ra.Snapshot()
		if s.Configured != 120 || s.Priority != 100 || s.Trackers[0].Status != vrrp.TrackDown {
			t.Errorf("configured %d, effective %d, trackers %v", s.Configured, s.Priority, s.Trackers)
		}
		_, heavy := ra.SetTracker(vrrp.Tracker{Name: "x", Weight: 254})
		for _, err := range []error{heavy, ra.SetPriority(0), ra.SetPriority(255), ra.Run(context.Background())} {
			if err == nil {
				t.Error("a mistake was accepted")
			}
		}
	})
}

// ENC-01, ENC-02, ENC-07, GEN-11, TX-01, CK-04, UC-01, MGT-02: a host advertises
// what it is asked to, to whom it is asked to.
func TestOnTheWire(t *testing.T) {
	for _, tt := range []struct {
		name  string
		addrs [2]string
		edit  func(*vrrp.Config)
		want  string // destination, source and message of the first advertisement
	}{
		{"v3", [2]string{"192.0.2.1", "192.0.2.2"}, nil,
			"224.0.0.18 192.0.2.1 3133960100647602c0000264"},
		{"v3 pseudo-header", [2]string{"192.0.2.1", "192.0.2.2"},
			func(c *vrrp.Config) { c.Checksum = packet.PseudoHeader }, "224.0.0.18 192.0.2.1 313396010064d371c0000264"},
		{"v2", [2]string{"192.0.2.1", "192.0.2.2"},
			func(c *vrrp.Config) { c.Version = vrrp.V2 }, "224.0.0.18 192.0.2.1 2133960100018665c00002640000000000000000"},
		{"v2 password", [2]string{"192.0.2.1", "192.0.2.2"},
			func(c *vrrp.Config) { c.Version, c.Password = vrrp.V2, "s3cret99 and more" },
			"224.0.0.18 192.0.2.1 2133960101011012c00002647333637265743939"},
		{"v3 unicast", [2]string{"192.0.2.1", "192.0.2.2"},
			func(c *vrrp.Config) {
				c.Checksum = packet.PseudoHeader
				c.Peers = []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")}
			}, "192.0.2.2 192.0.2.1 313396010064f181c0000264"},
		{"v3 IPv6", [2]string{"fe80::ff:fe00:1", "fe80::ff:fe00:2"},
			func(c *vrrp.Config) {
				c.Addresses = prefixes("fe80::5e:100/64", "2001:db8:1::100/64", "2001:db8:1::101/64")
			}, "ff02::12 fe80::ff:fe00:1 313396030064ddd1fe8000000000000000000000005e0100" +
				"20010db800010000000000000000010020010db8000100000000000000000101"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bench) {
				a, c := b.host(tt.addrs[0]), b.host(tt.addrs[1])
				var first string
				b.seg.Tap(func(f vrrptest.Frame) {
					if first == "" {
						first = fmt.Sprintf("%v %v %x", f.Destination, f.Source, f.Payload)
					}
					if f.TTL != 255 || f.TOS != 0xc0 || f.Protocol != 112 {
						t.Errorf("TTL %d, TOS %#x, protocol %d", f.TTL, f.TOS, f.Protocol)
					}
				})
				ra, rc := a.add(t, 150, tt.edit), c.add(t, 100, tt.edit)
				time.Sleep(10 * time.Second)
				synctest.Wait()
				if first != tt.want {
					t.Errorf("first packet:\n%s\nwant:\n%s", first, tt.want)
				}
				wantState(t, ra, vrrp.Master)
				wantState(t, rc, vrrp.Backup)
				if s := rc.Snapshot(); s.Counters.AdvertsReceived != 7 || s.Counters.Errors != [packet.NumReasons]uint64{} {
					t.Errorf("received %d, errors %v", s.Counters.AdvertsReceived, s.Counters.Errors)
				}
			})
		})
	}
}

// FSM-17 and after: a contested master announces again, unless the role is gone
// by then.
func TestContest(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		j := &journal{}
		h := b.host("192.0.2.1")
		r := h.add(t, 100, func(cfg *vrrp.Config) { cfg.Owner = j })
		time.Sleep(4 * time.Second)
		j.take()
		claim := func(priority uint8) {
			a := wellFormed(vrrp.V3)
			a.Priority = priority
			p := vrrp.Packet{Source: netip.MustParseAddr("192.0.2.9"), Destination: packet.GroupIPv4, TTL: 255}
			p.Payload, _ = a.Append(nil, p.Source, p.Destination, packet.MessageOnly)
			b.seg.Inject(p)
		}
		claim(50)
		time.Sleep(100 * time.Millisecond)
		if got, want := j.take(), []string{"announce"}; !slices.Equal(got, want) {
			t.Errorf("calls: %v, want %v", got, want)
		}
		if c := r.Snapshot().Counters; c.Answered != 1 {
			t.Errorf("answered %d", c.Answered)
		}
		claim(50)
		claim(200)
		time.Sleep(100 * time.Millisecond)
		if got := j.take(); got[len(got)-1] != "release" {
			t.Errorf("calls: %v, want the release last", got)
		}
	})
}

// quietNetwork remembers how quiet the host asked to be left.
type quietNetwork struct {
	*vrrptest.Port
	mu    sync.Mutex
	quiet time.Duration
}

func (q *quietNetwork) Wait(until, quiet time.Time, ready []vrrp.Link) []vrrp.Link {
	q.mu.Lock()
	q.quiet = 0
	if !quiet.IsZero() {
		q.quiet = time.Until(quiet)
	}
	q.mu.Unlock()
	return q.Port.Wait(until, quiet, ready)
}

// A host may let packets lie for a moment while all its routers are backups,
// none of which would notice the difference.
func TestQuiet(t *testing.T) {
	for _, tt := range []struct {
		priority uint8
		interval time.Duration
		after    time.Duration
		want     time.Duration
	}{
		{100, time.Second, time.Second, 4 * time.Millisecond},
		{100, time.Second, 4 * time.Second, 0},                                       // master
		{254, 100 * time.Millisecond, 100 * time.Millisecond, 0},                     // skew time 0.8 ms
		{192, 40 * time.Millisecond, 40 * time.Millisecond, 2500 * time.Microsecond}, // 10 ms
	} {
		inBubble(t, func(t *testing.T, b *bench) {
			network := &quietNetwork{Port: b.seg.Attach("192.0.2.1")}
			h := vrrp.NewHost(vrrp.HostConfig{Network: network})
			_, err := h.Add(vrrp.Config{Interface: "eth0", VRID: 51, Priority: tt.priority, Interval: tt.interval, Addresses: prefixes("192.0.2.100/32")})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			go func() { done <- h.Run(ctx) }()
			time.Sleep(tt.after)
			synctest.Wait()
			network.mu.Lock()
			if network.quiet != tt.want {
				t.Errorf("priority %d, interval %v, after %v: quiet for %v, want %v", tt.priority, tt.interval, tt.after, network.quiet, tt.want)
			}
			network.mu.Unlock()
			cancel()
			<-done
		})
	}
}

// RX-11, RX-12: the log names a bad packet once, and then once a minute with a count;
// it never names a password.
func TestComplaints(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		var out bytes.Buffer
		h := b.host("192.0.2.1")
		h.add(t, 100, func(cfg *vrrp.Config) {
			cfg.Version, cfg.Password = vrrp.V2, "secret"
			cfg.Logger = slog.New(slog.NewTextHandler(&out, nil))
		})
		a := wellFormed(vrrp.V2)
		a.Auth = packet.PasswordAuth("guessed")
		p := vrrp.Packet{Source: netip.MustParseAddr("192.0.2.9"), Destination: packet.GroupIPv4, TTL: 255}
		p.Payload, _ = a.Append(nil, p.Source, p.Destination, packet.MessageOnly)
		for range 70 {
			b.seg.Inject(p)
			time.Sleep(time.Second)
		}
		h.stop()
		var lines []string
		for line := range strings.Lines(out.String()) {
			if strings.Contains(line, "invalid passwd") {
				lines = append(lines, line)
			}
		}
		if len(lines) != 2 || !strings.Contains(lines[0], "from=192.0.2.9") || !strings.Contains(lines[1], "repeated=59") {
			t.Errorf("log:\n%s", out.String())
		}
		if strings.Contains(out.String(), "secret") || strings.Contains(out.String(), "guessed") {
			t.Errorf("a password is in the log:\n%s", out.String())
		}
	})
}
