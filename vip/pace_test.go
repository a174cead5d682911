package vip_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
)

// schedule of announcements, as "time device address", since the world's start.
func (w world) announcements() (list []string) {
	for _, a := range w.Announced() {
		list = append(list, fmt.Sprintf("%v %s %v", a.At, a.Interface, a.Addr))
	}
	return list
}

// Announcements keep their distance: on each interface, or on several that share
// a limit, each family by itself; the first round comes first.
func TestPace(t *testing.T) {
	const ms = time.Millisecond
	for _, tt := range []struct {
		name  string
		paces []vip.Pace
		want  string
	}{
		{"none", nil, "0s a4 0s a5 0s a6 0s b4 0s a4 0s a5 0s a6 0s b4"},
		{"each interface", []vip.Pace{{ARP: 100 * ms, NA: 200 * ms}}, "0s a4 100ms a5 100ms a6 101ms b4 200ms a4 300ms a5 300ms a6 301ms b4"},
		{"together", []vip.Pace{{Interfaces: []string{"eth0", "eth1"}, ARP: 100 * ms}}, "0s a4 100ms a5 100ms a6 200ms b4 300ms a4 400ms a5 400ms a6 500ms b4"},
		{"another one", []vip.Pace{{Interfaces: []string{"eth1"}, ARP: time.Second}}, "0s a4 0s a5 0s a6 0s b4 1ms a4 1ms a5 1ms a6 1s b4"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inWorld(t, func(w world) {
				list := slices.Concat(addresses("eth0", "192.0.2.4/32", "192.0.2.5/32", "2001:db8::6/128"), addresses("eth1", "192.0.2.44/32"))
				s := w.add(vip.SetConfig{Addresses: list, Schedule: vip.Schedule{Repeat: 2}})
				w.do(s.Acquire)
				time.Sleep(time.Minute)
				got := strings.NewReplacer("eth0 192.0.2.", "a", "eth0 2001:db8::", "a", "eth1 192.0.2.4", "b").Replace(strings.Join(w.announcements(), " "))
				if got != tt.want {
					w.Errorf("got  %s\nwant %s", got, tt.want)
				}
			}, func(c *vip.Config) { c.Paces = tt.paces })
		})
	}
}

// Sets on one interface take turns, and a thousand of them cost no storm.
func TestPaceIsShared(t *testing.T) {
	inWorld(t, func(w world) {
		var sets []*vip.Set
		for i := range 200 {
			sets = append(sets, w.add(vip.SetConfig{Addresses: addresses("eth0", fmt.Sprintf("10.0.0.%d/32", i)), Schedule: vip.Schedule{Repeat: 2}}))
		}
		for _, s := range sets {
			w.do(s.Acquire)
		}
		time.Sleep(time.Minute)
		list := w.Announced()
		if len(list) != 400 {
			w.Fatalf("%d announcements", len(list))
		}
		for i := range list[1:] {
			if gap := list[i+1].At - list[i].At; gap != 10*time.Millisecond {
				w.Errorf("announcement %d comes %v after the one before", i+1, gap)
			}
			if i >= 200 && list[i].Addr != list[i-200].Addr {
				w.Errorf("announcement %d is of %v: out of turn", i, list[i].Addr)
			}
		}
	}, func(c *vip.Config) { c.Paces = []vip.Pace{{ARP: 10 * time.Millisecond}} })
}

func TestPacesAreChecked(t *testing.T) {
	for _, paces := range [][]vip.Pace{
		{{ARP: -1}},
		{{ARP: 1}, {NA: 1}},
		{{Interfaces: []string{"eth0"}}, {Interfaces: []string{"eth1", "eth0"}}},
	} {
		if _, err := vip.NewManager(vip.Config{Kernel: nopKernel{}, Paces: paces}); err == nil {
			t.Errorf("%v: no error", paces)
		}
	}
}

// garp_extra_if: the first address on each other interface, for as long as the
// addresses are held.
func TestExtraRefresh(t *testing.T) {
	inWorld(t, func(w world) {
		s := w.add(vip.SetConfig{
			Addresses:       slices.Concat(addresses("eth0", "192.0.2.4/32"), addresses("eth1", "192.0.2.5/32", "192.0.2.6/32")),
			Schedule:        vip.Schedule{Repeat: 1},
			ExtraInterfaces: []string{"eth1"}, ExtraRefresh: 20 * time.Second,
		})
		w.do(s.Acquire)
		time.Sleep(50 * time.Second)
		w.do(s.Release)
		time.Sleep(time.Minute)
		if got := strings.Join(w.announcements()[3:], ", "); got != "20s eth1 192.0.2.5, 40s eth1 192.0.2.5" {
			w.Errorf("got %s", got)
		}
	})
}

// speaker is an Announcer.
type speaker struct {
	mu   sync.Mutex
	said []string
}

func (s *speaker) Announce(list []vip.Announcement) error { return s.say("+", list) }
func (s *speaker) Withdraw(list []vip.Announcement) error { return s.say("-", list) }

func (s *speaker) say(sign string, list []vip.Announcement) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range list {
		s.said = append(s.said, sign+a.Addr.String())
	}
	return nil
}

func (s *speaker) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { s.said = nil }()
	return strings.Join(s.said, " ")
}

// Another way to announce hears of what comes and of what goes, for whatever
// reason it does.
func TestOtherAnnouncer(t *testing.T) {
	speaker := &speaker{}
	expect := func(w world, want string) {
		w.Helper()
		synctest.Wait()
		if got := speaker.take(); got != want {
			w.Errorf("said %q, want %q", got, want)
		}
	}
	inWorld(t, func(w world) {
		w.Fail(func(c vip.Change) error {
			if c.Op == vip.Add && strings.Contains(c.String(), "192.0.2.6") {
				return errors.New("refused")
			}
			return nil
		})
		s := w.add(vip.SetConfig{Addresses: addresses("eth0", "192.0.2.5/32", "192.0.2.6/32"), Schedule: vip.Schedule{Repeat: 1}})
		if err := s.Acquire(w.Context()); err == nil {
			w.Error("no error")
		}
		expect(w, "+192.0.2.5")
		live(s, 5*time.Second)
		expect(w, "")
		time.Sleep(10 * time.Second) // nobody vouches for it
		if said := speaker.take(); !strings.HasPrefix(said, "-192.0.2.5") {
			w.Errorf("said %q after the lifetime has ended", said)
		}
		synctest.Wait()
		speaker.take()
		s.Renew(time.Now().Add(time.Second))
		expect(w, "+192.0.2.5")
		w.do(s.Release)
		expect(w, "-192.0.2.5")
	}, withLifetime(2*time.Second), func(c *vip.Config) { c.Announcer = speaker })
}
