package vip_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
)

// update changes Sets, which has to succeed.
func (w world) update(updates ...vip.SetUpdate) {
	w.Helper()
	commit, err := w.m.Prepare(nil, updates...)
	if err == nil {
		err = commit()
	}
	if err != nil {
		w.Fatal(err)
	}
}

// changed returns what was changed in the kernel since the first n changes.
func (w world) changed(n int) string {
	var list []string
	for _, c := range w.Changed()[n:] {
		_, text, _ := strings.Cut(fmt.Sprint(c.Change), " ") // without the kind
		list = append(list, text)
	}
	return strings.Join(list, "\n")
}

// What a held Set is about changes while it is held: the rest is not touched.
func TestUpdateHeldSet(t *testing.T) {
	route := func(via string) vip.Route {
		return vip.Route{Destination: netip.MustParsePrefix("10.0.0.0/8"), Hop: vip.Hop{Via: netip.MustParseAddr(via)}}
	}
	label := func(list []vip.Address, label string) []vip.Address { list[0].Label = label; return list }
	once := vip.Schedule{Repeat: 1}
	for _, tt := range []struct {
		name      string
		from, to  vip.SetConfig
		changes   string
		announced string // afterwards
	}{
		{
			"nothing", vip.SetConfig{Addresses: addresses("eth0", "192.0.2.4/24")}, vip.SetConfig{Name: "other", Addresses: addresses("eth0", "192.0.2.4/24")},
			"", "",
		},
		{
			"one more, one less", vip.SetConfig{Addresses: addresses("eth0", "192.0.2.4/24", "192.0.2.5/24")}, vip.SetConfig{Addresses: addresses("eth0", "192.0.2.5/24", "192.0.2.6/24")},
			"add 192.0.2.6/24 dev eth0\ndel 192.0.2.4/24 dev eth0", "192.0.2.5 192.0.2.6",
		},
		{
			"one less", vip.SetConfig{Addresses: addresses("eth0", "192.0.2.4/24", "192.0.2.5/24")}, vip.SetConfig{Addresses: addresses("eth0", "192.0.2.5/24")},
			"del 192.0.2.4/24 dev eth0", "",
		},
		{
			"another label", vip.SetConfig{Addresses: addresses("eth0", "192.0.2.4/24")}, vip.SetConfig{Addresses: label(addresses("eth0", "192.0.2.4/24"), "eth0:x")},
			"del 192.0.2.4/24 dev eth0\nadd 192.0.2.4/24 dev eth0 label eth0:x", "",
		},
		{
			"another route",
			vip.SetConfig{Addresses: addresses("eth0", "192.0.2.4/24"), Routes: []vip.Route{route("192.0.2.7")}},
			vip.SetConfig{Addresses: addresses("eth0", "192.0.2.4/24"), Routes: []vip.Route{route("192.0.2.8")}},
			"del 10.0.0.0/8 via 192.0.2.7\nadd 10.0.0.0/8 via 192.0.2.8", "",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inWorld(t, func(w world) {
				tt.from.Schedule, tt.to.Schedule = once, once
				s := w.add(tt.from)
				w.do(s.Acquire)
				time.Sleep(time.Second)
				n, told := len(w.Changed()), len(w.Announced())
				w.update(vip.SetUpdate{Set: s, Config: tt.to})
				time.Sleep(time.Minute)
				if got := w.changed(n); got != tt.changes {
					w.Errorf("changes:\n%s\nwant:\n%s", got, tt.changes)
				}
				var again []string
				for _, a := range w.Announced()[told:] {
					again = append(again, a.Addr.String())
				}
				if got := strings.Join(again, " "); got != tt.announced {
					w.Errorf("announced %s, want %s", got, tt.announced)
				}
			})
		})
	}
}

// A Set that holds nothing takes the new objects when it acquires, and an update
// with mistakes changes nothing.
func TestUpdateIdleSet(t *testing.T) {
	inWorld(t, func(w world) {
		s := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.4/24")})
		w.update(vip.SetUpdate{Set: s, Config: vip.SetConfig{Interface: "eth1", Addresses: addresses("", "192.0.2.5/24")}})
		w.expect("")
		_, err := w.m.Prepare(nil, vip.SetUpdate{Set: s, Config: vip.SetConfig{Name: "bad", Addresses: addresses("eth0", "192.0.2.6/24", "192.0.2.6/24")}})
		if err == nil || !strings.Contains(err.Error(), "set bad") || !strings.Contains(err.Error(), "twice") {
			w.Errorf("error %v", err)
		}
		w.do(s.Acquire)
		w.expect("eth1 192.0.2.5/24")
		w.do(s.Release)
		w.update(vip.SetUpdate{Set: s, Config: vip.SetConfig{Addresses: addresses("eth0", "192.0.2.6/24")}})
		w.expect("")
	})
}

// An address that moves between Sets is there all the time, whichever comes
// first, and goes with the Set that has it now.
func TestUpdateMovesAddresses(t *testing.T) {
	for _, backwards := range []bool{false, true} {
		inWorld(t, func(w world) {
			a, b := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.4/24", "192.0.2.5/24")}), w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.6/24")})
			w.do(a.Acquire)
			w.do(b.Acquire)
			n := len(w.Changed())
			updates := []vip.SetUpdate{
				{Set: a, Config: vip.SetConfig{Addresses: addresses("eth0", "192.0.2.5/24")}},
				{Set: b, Config: vip.SetConfig{Addresses: addresses("eth0", "192.0.2.6/24", "192.0.2.4/24")}},
			}
			if backwards {
				slices.Reverse(updates)
			}
			w.update(updates...)
			if got := w.changed(n); strings.Contains(got, "del") {
				w.Errorf("removed on the way: %s", got)
			}
			w.do(a.Release)
			time.Sleep(time.Minute)
			w.expect("eth0 192.0.2.4/24, eth0 192.0.2.6/24")
		})
	}
}

// What the kernel refuses at first is told, and added later.
func TestUpdateIsTriedAgain(t *testing.T) {
	inWorld(t, func(w world) {
		s := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.4/24")})
		w.do(s.Acquire)
		commit, err := w.m.Prepare(nil, vip.SetUpdate{Set: s, Config: vip.SetConfig{Addresses: addresses("eth9", "192.0.2.5/24")}})
		if err != nil {
			w.Fatal(err)
		}
		if err := commit(); err == nil || !strings.Contains(err.Error(), "192.0.2.5") {
			w.Errorf("error %v", err)
		}
		w.expect("")
		w.AddInterface("eth9")
		time.Sleep(time.Second)
		w.expect("eth9 192.0.2.5/24")
	})
}

// The dead-man switch can be turned on, changed and off while addresses are held.
func TestUpdateLifetime(t *testing.T) {
	inWorld(t, func(w world) {
		cfg := vip.SetConfig{Addresses: addresses("eth0", "192.0.2.4/24")}
		s := w.add(cfg)
		w.do(s.Acquire)
		vouch := func(d time.Duration) {
			for range d / (100 * time.Millisecond) {
				s.Renew(time.Now().Add(time.Second))
				time.Sleep(100 * time.Millisecond)
			}
		}
		vouch(time.Second)
		cfg.Lifetime = 2 * time.Second
		w.update(vip.SetUpdate{Set: s, Config: cfg})
		vouch(10 * time.Second)
		w.expect("eth0 192.0.2.4/24")
		cfg.Lifetime = 0
		w.update(vip.SetUpdate{Set: s, Config: cfg})
		time.Sleep(10 * time.Second) // nobody vouches, nor needs to
		w.expect("eth0 192.0.2.4/24")
		cfg.Lifetime = 2 * time.Second
		w.update(vip.SetUpdate{Set: s, Config: cfg})
		time.Sleep(10 * time.Second)
		w.expect("")
		vouch(time.Second) // and it is back
		w.expect("eth0 192.0.2.4/24")
	})
}

// Refreshes follow the schedule, and the limits of announcements change.
func TestUpdateSchedule(t *testing.T) {
	inWorld(t, func(w world) {
		cfg := vip.SetConfig{Addresses: addresses("eth0", "192.0.2.4/24", "192.0.2.5/24"), Schedule: vip.Schedule{Repeat: 1, Refresh: time.Hour}}
		s := w.add(cfg)
		w.do(s.Acquire)
		time.Sleep(time.Second)
		cfg.Schedule.Refresh = 10 * time.Second
		commit, err := w.m.Prepare([]vip.Pace{{ARP: time.Second}}, vip.SetUpdate{Set: s, Config: cfg})
		if err == nil {
			err = commit()
		}
		if err != nil {
			w.Fatal(err)
		}
		time.Sleep(15 * time.Second)
		w.expectAnnounced("\n0s 192.0.2.4 192.0.2.5\n11s 192.0.2.4\n12s 192.0.2.5\n")
	})
}
