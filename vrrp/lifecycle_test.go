package vrrp_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
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

// moody is an Owner that answers when it likes, and says what it should not be
// asked: two calls at a time.
type moody struct {
	journal
	busy atomic.Int32
	t    *testing.T
}

func (m *moody) wait(ctx context.Context) error {
	if m.busy.Add(1) > 1 {
		m.t.Error("two calls at a time")
	}
	defer m.busy.Add(-1)
	select {
	case <-time.After(time.Duration(1+rand.IntN(3000)) * time.Millisecond):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m *moody) Acquire(ctx context.Context) error  { return m.wait(ctx) }
func (m *moody) Release(ctx context.Context) error  { return m.wait(ctx) }
func (m *moody) Announce(ctx context.Context) error { return m.wait(ctx) }

// Routers and groups come, change and go from several goroutines at once, with
// owners that answer late, while another host wins and loses: whatever the
// order, nothing panics or hangs, Run ends, and so does every channel.
func TestChurn(t *testing.T) {
	for seed := range uint64(netlab.Count(5, 500)) {
		inBubble(t, func(t *testing.T, b *bench) {
			rival, h := b.host("192.0.2.2"), b.host("192.0.2.1")
			for vrid := range uint8(4) {
				rival.add(t, 150, func(c *vrrp.Config) { c.VRID = 51 + vrid })
			}
			g, err := h.AddGroup(vrrp.GroupConfig{Name: "G"})
			if err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			for worker := range uint64(4) {
				random := rand.New(rand.NewPCG(seed, worker))
				wg.Go(func() { churn(t, h, g, random, 51+uint8(worker)) })
			}
			wg.Wait()
			if err := g.Close(); err != nil {
				t.Error(err)
			}
			if err := h.stop(); err != nil {
				t.Error(err)
			}
			h.events.Wait()
		})
	}
}

// churn is one of those goroutines, with a router of its own.
func churn(t *testing.T, h *testHost, g *vrrp.Group, random *rand.Rand, vrid uint8) {
	cfg := vrrp.Config{
		Interface: "eth0", VRID: vrid, Addresses: prefixes("192.0.2.100/24"), Sync: g,
		Owner: &moody{t: t}, Trackers: []vrrp.Tracker{{Name: "chk", Weight: -20}},
	}
	for range 10 {
		r, err := h.Add(cfg)
		if err != nil {
			t.Error(err)
			return
		}
		events := r.Events()
		for range 20 {
			switch random.IntN(7) {
			case 0:
				err = r.SetPriority(uint8(1 + random.IntN(254)))
			case 1:
				c := r.Config()
				c.Priority, c.Addresses = uint8(1+random.IntN(254)), prefixes("192.0.2.100/24", "192.0.2.101/24")[:1+random.IntN(2)]
				if c.Sync = g; random.IntN(4) == 0 {
					c.Sync = nil
				}
				err = r.Update(c)
			case 2:
				var tr *vrrp.Track
				if tr, err = r.SetTracker(vrrp.Tracker{Name: "chk", Weight: -20 * random.IntN(2)}); err == nil {
					tr.Set(vrrp.TrackStatus(random.IntN(3)))
				}
			case 3:
				err = g.Update(vrrp.GroupConfig{Name: "G", Trackers: []vrrp.Tracker{{Name: "all", Weight: 10, Initial: vrrp.TrackUp}}[:random.IntN(2)]})
			case 4:
				h.port.SetUp(random.IntN(4) > 0)
			case 5:
				_ = r.Snapshot().Explain().String()
			default:
				time.Sleep(time.Duration(1+random.IntN(5000)) * time.Millisecond)
			}
			if err != nil {
				t.Error(err)
			}
		}
		go r.Close()
		_ = r.Close() // what could not be released in time is not the point
		for range events {
		}
		cfg.Owner = &moody{t: t} // the old one may still be busy
	}
}
