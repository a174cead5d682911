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
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// sleepy is an Owner that can keep its host's goroutine from running.
type sleepy struct {
	stubborn
	nap atomic.Int64
}

func (s *sleepy) Renew(time.Time) { time.Sleep(time.Duration(s.nap.Swap(0))) }

// R1, RX-18: contests and stalls are events, of the router and of the host, in
// order, apart from transitions, and closed in the end. A reader that does not
// read loses the oldest.
func TestIncidents(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		o := &sleepy{stubborn: stubborn{release: func(context.Context) error { return nil }, trouble: make(chan error)}}
		h := b.host("192.0.2.1")
		r := h.add(t, 100, func(c *vrrp.Config) { c.Owner = o })
		mine, all := r.Incidents(), h.Incidents()
		time.Sleep(4 * time.Second)
		begun := time.Now()
		lose := func() {
			p := vrrp.Packet{Source: netip.MustParseAddr("192.0.2.9"), Destination: packet.GroupIPv4, TTL: 255}
			a := wellFormed(vrrp.V3)
			a.Priority = 50
			p.Payload, _ = a.Append(nil, p.Source, p.Destination, packet.MessageOnly)
			b.seg.Inject(p)
		}
		lose()
		time.Sleep(time.Second)
		o.trouble <- rival{errors.New("192.0.2.100 is claimed by 02:00:00:00:00:09")}
		time.Sleep(time.Second)
		o.nap.Store(int64(10 * time.Second))
		time.Sleep(12 * time.Second)
		synctest.Wait()
		var got []string
		for len(mine) > 0 {
			i, j := <-mine, <-all
			if i != j || i.Router != r {
				t.Errorf("the router says %+v, the host %+v", i, j)
			}
			got = append(got, fmt.Sprintf("%d %v %v %v", i.Seq, i.Kind, i.Peer, i.At.Sub(begun).Round(time.Second)))
			if i.Kind == vrrp.IncidentStall && (i.Late < 9*time.Second || i.Late > 10*time.Second) {
				t.Errorf("late by %v", i.Late)
			}
		}
		want := []string{"1 rival 192.0.2.9 0s", "2 foreign claim invalid IP 1s", "3 stall invalid IP 12s"}
		if !slices.Equal(got, want) {
			t.Errorf("got %q\nwant %q", got, want)
		}
		if c := r.Snapshot().Counters; c.Contested != 3 || c.Stalls != 1 {
			t.Errorf("contested %d, stalls %d; want 3, 1", c.Contested, c.Stalls)
		}
		for range 260 {
			lose()
			time.Sleep(20 * time.Millisecond)
		}
		if i := <-mine; i.Seq != 8 {
			t.Errorf("the oldest one kept is %d, want 8", i.Seq)
		}
		h.stop()
		for i := range mine {
			if i.Seq == 263 && i.Missed == 0 {
				t.Error("the last one says that nothing was missed")
			}
		}
		for range all {
		}
	})
}

// V3-RX-10: a learned interval that only a quick machine can keep is logged.
func TestHastyInterval(t *testing.T) {
	for interval, want := range map[time.Duration]bool{90 * time.Millisecond: true, 100 * time.Millisecond: false} {
		inBubble(t, func(t *testing.T, b *bench) {
			var log bytes.Buffer
			h := b.host("192.0.2.1")
			h.add(t, 100, func(c *vrrp.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
			b.host("192.0.2.2").add(t, 200, func(c *vrrp.Config) { c.Interval = interval })
			time.Sleep(5 * time.Second)
			h.stop()
			if got := strings.Contains(log.String(), "MinInterval"); got != want {
				t.Errorf("%v: %v in the log, want %v:\n%s", interval, got, want, &log)
			}
		})
	}
}

// Pain R1: a master that did not run finds what another router has sent meanwhile.
// That one could not hear us: it is not accused of being deaf.
func TestStalledMasterAccusesNobody(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		o := &sleepy{stubborn: stubborn{release: func(context.Context) error { return nil }}}
		a, c := b.host("192.0.2.1"), b.host("192.0.2.2")
		ra := a.add(t, 150, func(c *vrrp.Config) { c.Owner = o })
		rc := c.add(t, 100, nil)
		time.Sleep(6 * time.Second)
		wantState(t, ra, vrrp.Master)
		o.nap.Store(int64(10 * time.Second))
		time.Sleep(9 * time.Second)
		wantState(t, rc, vrrp.Master)
		time.Sleep(5 * time.Second)
		wantState(t, ra, vrrp.Master)
		wantState(t, rc, vrrp.Backup)
		if s := ra.Snapshot(); s.Counters.Stalls != 1 || len(s.Conflicts) > 0 {
			t.Errorf("%d stalls, conflicts %+v", s.Counters.Stalls, s.Conflicts)
		}
	})
}

// The last word of the master before is no reason to worry; that of another router
// later is one.
func TestLastWordIsNoWarning(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		var log bytes.Buffer
		a, c := b.host("192.0.2.1"), b.idle("192.0.2.2")
		a.add(t, 100, nil)
		c.add(t, 200, func(c *vrrp.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
		time.Sleep(6 * time.Second)
		c.run(t)
		time.Sleep(20 * time.Second)
		c.stop()
		if text := log.String(); !strings.Contains(text, `level=INFO msg="the master before was heard once more`) || strings.Contains(text, "level=WARN") {
			t.Errorf("the log:\n%s", text)
		}
	})
}

// A router that cannot take part says which address it lacks.
func TestNoAddressIsExplained(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		h := b.host("192.0.2.1")
		r := h.add(t, 100, func(c *vrrp.Config) { c.Addresses = prefixes("192.0.2.1/24") })
		e := <-r.Events()
		if want := "eth0 has no IPv4 address of its own to advertise from"; e.Reason != vrrp.ReasonNoAddress || e.Detail != want {
			t.Errorf("%v: %q, want %q", e.Reason, e.Detail, want)
		}
	})
}
