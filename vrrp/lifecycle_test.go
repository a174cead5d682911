package vrrp_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

// What was asked of a router before the host runs, or by a group whose members
// leave in the same moment, is void once the router has left.
func TestRouterCloseWithSomethingToDo(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		h := vrrp.NewHost(vrrp.HostConfig{Network: b.seg.Attach("192.0.2.1")})
		cfg := vrrp.Config{Interface: "eth0", VRID: 51, Addresses: prefixes("192.0.2.100/24")}
		r, err := h.Add(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.SetPriority(50); err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := h.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	inBubble(t, func(t *testing.T, b *bench) {
		h := b.host("192.0.2.1")
		g, err := h.AddGroup(vrrp.GroupConfig{Name: "G"})
		if err != nil {
			t.Fatal(err)
		}
		for vrid := range 3 {
			r := h.add(t, 100, func(c *vrrp.Config) {
				c.VRID, c.Sync = uint8(51+vrid), g
				c.Trackers = []vrrp.Tracker{{Name: c.Interface + string(rune('a'+vrid)), Weight: 10, Initial: vrrp.TrackUp}}
			})
			go r.Close()
		}
		time.Sleep(5 * time.Second)
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
}

// Readers of a host that never runs get to know its end.
func TestHostCloseEndsChannels(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		h := vrrp.NewHost(vrrp.HostConfig{Network: b.seg.Attach("192.0.2.1")})
		g, err := h.AddGroup(vrrp.GroupConfig{Name: "G"})
		if err != nil {
			t.Fatal(err)
		}
		r, err := h.Add(vrrp.Config{Interface: "eth0", VRID: 51, Addresses: prefixes("192.0.2.100/24"), Sync: g})
		if err != nil {
			t.Fatal(err)
		}
		events := []<-chan vrrp.Event{r.Events(), g.Events(), h.Events()}
		conflicts := []<-chan vrrp.Conflict{r.Conflicts(), h.Conflicts()}
		for range 2 {
			if err := h.Close(); err != nil {
				t.Error(err)
			}
		}
		for _, c := range events {
			for e := range c {
				t.Errorf("event %v->%v", e.From, e.To)
			}
		}
		for _, c := range conflicts {
			for range c {
				t.Error("a conflict")
			}
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}

// A host without a network is an error wherever that shows.
func TestHostWithoutNetwork(t *testing.T) {
	h := vrrp.NewHost(vrrp.HostConfig{})
	if _, err := h.Add(vrrp.Config{Interface: "eth0", VRID: 51, Addresses: prefixes("192.0.2.100/24")}); err == nil {
		t.Error("Add: no error")
	}
	if _, err := h.AddGroup(vrrp.GroupConfig{Name: "G"}); err == nil {
		t.Error("AddGroup: no error")
	}
	if err := h.Run(t.Context()); err == nil {
		t.Error("Run: no error")
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
}

// many is an Owner of a type that Go cannot compare.
type many []vrrp.Owner

func (m many) Acquire(context.Context) error  { return nil }
func (m many) Release(context.Context) error  { return nil }
func (m many) Announce(context.Context) error { return nil }
func (m many) Renew(time.Time)                {}
func (m many) Trouble() <-chan error          { return nil }

func TestUpdateWithAnyTypeOfOwner(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		r := b.host("192.0.2.1").add(t, 100, func(c *vrrp.Config) { c.Owner = many{} })
		cfg := r.Config()
		cfg.Owner, cfg.Priority = nil, 150 // it stays
		if err := r.Update(cfg); err != nil {
			t.Error(err)
		}
		cfg.Owner = &journal{}
		if err := r.Update(cfg); err == nil {
			t.Error("another owner was accepted")
		}
		cfg.Owner = many{}
		if err := r.Update(cfg); err == nil {
			t.Error("an owner that cannot be told from another was accepted")
		}
	})
}

// slowOwner takes its time to give back.
type slowOwner struct {
	journal
	released bool
}

func (s *slowOwner) Release(context.Context) error {
	time.Sleep(500 * time.Millisecond)
	s.released = true
	return nil
}

// Close of a router whose host is about to end waits for the end.
func TestRouterCloseAtTheEndOfRun(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		s := &slowOwner{}
		h := vrrp.NewHost(vrrp.HostConfig{Network: b.seg.Attach("192.0.2.1")})
		r, err := h.Add(vrrp.Config{
			Interface: "eth0", VRID: 51, Priority: 255, Addresses: prefixes("192.0.2.100/24"), Owner: s, OwnerTimeout: 100 * time.Millisecond,
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		go h.Run(ctx)
		time.Sleep(1200 * time.Millisecond) // the owner is late, Run waits for it
		if err := r.Close(); err != nil || !s.released {
			t.Errorf("Close: %v, released %v", err, s.released)
		}
	})
}

// eager is an Owner that hears of its renewals after it has had to give back.
type eager struct {
	journal
	held bool
	late int
}

func (e *eager) Acquire(context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.held = true
	return nil
}
func (e *eager) Release(context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.held = false
	return nil
}

func (e *eager) Renew(time.Time) {
	synctest.Wait() // for a Release that has begun
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.held {
		e.late++
	}
}

// The last advertisement of a master that yields is no proof of life.
func TestNoRenewAfterRelease(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		e := &eager{}
		r := b.host("192.0.2.1").add(t, 100, func(c *vrrp.Config) { c.Owner = e })
		time.Sleep(5 * time.Second)
		better := b.host("192.0.2.2")
		better.add(t, 200, func(c *vrrp.Config) { c.Priority = 200 })
		time.Sleep(10 * time.Second)
		wantState(t, r, vrrp.Backup)
		if e.mu.Lock(); e.late > 0 {
			t.Errorf("renewed %d times after Release", e.late)
		}
		e.mu.Unlock()
	})
}
