package vrrp_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

// ENC-03, FSM-01: the address owner's virtual address is the interface's own, and
// it is what it sends from.
func TestAddressOwnerSendsFromItsOwn(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		a := b.host("192.0.2.1")
		r := a.add(t, 255, func(c *vrrp.Config) { c.Addresses = prefixes("192.0.2.1/24") })
		time.Sleep(time.Second)
		wantState(t, r, vrrp.Master)
		if s := r.Snapshot().Source; s != netip.MustParseAddr("192.0.2.1") {
			t.Errorf("sends from %v", s)
		}
	})
}

// When the owner comes back, its address is also the one that we hold. That must
// not make us deaf to it.
func TestAddressOwnerReturns(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		vips := func(c *vrrp.Config) { c.Addresses = prefixes("fe80::1/64") }
		backup := b.host("fe80::2")
		rb := backup.add(t, 100, vips)
		time.Sleep(5 * time.Second)
		backup.port.SetAddresses("fe80::2", "fe80::1") // as its Owner does
		ra := b.host("fe80::1").add(t, 255, vips)
		time.Sleep(2 * time.Second)
		wantState(t, ra, vrrp.Master)
		wantState(t, rb, vrrp.Backup)
	})
}

// stubborn is an Owner whose Release does what release says.
type stubborn struct {
	journal
	release func(context.Context) error
	trouble chan error
}

func (s *stubborn) Release(ctx context.Context) error { return s.release(ctx) }
func (s *stubborn) Trouble() <-chan error             { return s.trouble }

// What could not be given back is told by Run; what only takes its time is
// waited for.
func TestReleaseAtTheEnd(t *testing.T) {
	for _, tt := range []struct {
		name    string
		release func(context.Context) error
		want    string
	}{
		{"fails", func(context.Context) error { return errors.New("no permission") }, "no permission"},
		{"slow", func(ctx context.Context) error {
			select {
			case <-time.After(1500 * time.Millisecond):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}, ""},
		{"hangs", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, "context canceled"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bench) {
				h := b.host("192.0.2.1")
				h.add(t, 255, func(c *vrrp.Config) { c.Owner = &stubborn{release: tt.release} })
				time.Sleep(time.Second)
				err := h.stop()
				switch {
				case tt.want == "" && err != nil:
					t.Error(err)
				case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "eth0/51")):
					t.Errorf("Run returned %v, want %q and the router's name", err, tt.want)
				}
			})
		})
	}
}

// What an owner notices by itself, and what it fails to do, is logged and
// counted.
func TestTrouble(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		var out bytes.Buffer
		o := &stubborn{release: func(context.Context) error { return nil }, trouble: make(chan error)}
		o.fail = errors.New("no such device")
		h := b.host("192.0.2.1")
		r := h.add(t, 255, func(c *vrrp.Config) { c.Owner, c.Logger = o, slog.New(slog.NewTextHandler(&out, nil)) })
		time.Sleep(time.Second)
		o.trouble <- errors.New("somebody else has 192.0.2.100")
		synctest.Wait()
		if n := r.Snapshot().Counters.OwnerErrors; n != 2 {
			t.Errorf("%d owner errors, want 2", n)
		}
		h.stop()
		for _, want := range []string{"somebody else has 192.0.2.100", "cannot acquire", "no such device"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("no %q in the log:\n%s", want, out.String())
			}
		}
	})
}

// curious is an Owner that asks its router for everything, whenever it is called.
type curious struct {
	journal
	router *vrrp.Router
}

func (c *curious) Renew(time.Time) {
	c.router.Snapshot()
	_ = c.router.SetPriority(200)
}

func TestOwnerMayCallBack(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		o := &curious{}
		h := vrrp.NewHost(vrrp.HostConfig{Network: b.seg.Attach("192.0.2.1")})
		cfg := vrrp.Config{Interface: "eth0", VRID: 51, Addresses: prefixes("192.0.2.100/24"), Owner: o}
		var err error
		if o.router, err = h.Add(cfg); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := h.Run(ctx); err != nil {
			t.Error(err)
		}
		if s := o.router.Snapshot(); s.Configured != 200 || s.Counters.BecameMaster != 1 {
			t.Errorf("priority %d, master %d times", s.Configured, s.Counters.BecameMaster)
		}
	})
}

// MGT-03, MGT-04: an event tells what was when the state changed, even if the owner took so long
// that it is not so any more.
func TestEventsTellTheMoment(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		j := &journal{block: make(chan struct{})}
		h := b.host("192.0.2.1")
		r := h.add(t, 100, func(c *vrrp.Config) { c.Owner = j })
		time.Sleep(3700 * time.Millisecond)
		if err := r.SetPriority(7); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		h.port.SetUp(false)
		time.Sleep(100 * time.Millisecond)
		h.port.SetUp(true)
		time.Sleep(100 * time.Millisecond)
		close(j.block)
		synctest.Wait()
		var got []string
		for _, e := range h.events.Events() {
			got = append(got, e.To.String()+" "+e.Detail)
			if e.To == vrrp.Master && e.Priority != 100 {
				t.Errorf("became master with priority %d, says the event", e.Priority)
			}
		}
		if want := []string{"BACKUP ", "MASTER ", "FAULT no carrier", "BACKUP "}; !slices.Equal(got, want) {
			t.Errorf("events %q, want %q", got, want)
		}
	})
}
