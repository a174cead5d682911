package vrrp_test

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

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
