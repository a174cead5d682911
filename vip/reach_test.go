package vip_test

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
)

// Neighbours are told once an interface is up, whatever has happened to it: they
// have not heard what was said before.
func TestAnnouncedOnceTheInterfaceIsUp(t *testing.T) {
	for name, lose := range map[string]func(w world){
		"down": func(w world) { w.SetUp("eth1", false) },
		"made anew": func(w world) {
			w.RemoveInterface("eth1")
			time.Sleep(time.Second)
			w.AddInterface("eth1")
			w.SetUp("eth1", false)
		},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			logged := func(cfg *vip.Config) { cfg.Logger = slog.New(slog.NewTextHandler(&out, nil)) }
			inWorld(t, func(w world) {
				s := w.add(vip.SetConfig{
					Addresses: addresses("eth1", "192.0.2.100/32"), Schedule: vip.Schedule{Repeat: 2, Delay: time.Second},
				})
				w.do(s.Acquire)
				time.Sleep(10 * time.Second)
				lose(w)
				time.Sleep(time.Minute)
				told := len(w.Announced())
				w.SetUp("eth1", true)
				time.Sleep(500 * time.Millisecond)
				w.expect("eth1 192.0.2.100/32")
				if n := len(w.Announced()) - told; n != 2 {
					w.Errorf("%d announcements at once", n)
				}
				time.Sleep(time.Minute)
				if n := len(w.Announced()) - told; n != 4 {
					w.Errorf("%d announcements", n)
				}
				if len(s.Trouble()) != 0 || count(&out, "announcement failed") != 0 {
					w.Errorf("trouble %d; log:\n%s", len(s.Trouble()), &out)
				}
			}, logged)
		})
	}
}

// Who acquires while the interface is down is heard as well.
func TestAcquiredWhileTheInterfaceIsDown(t *testing.T) {
	inWorld(t, func(w world) {
		w.SetUp("eth1", false)
		s := w.add(vip.SetConfig{Addresses: addresses("eth1", "192.0.2.100/32"), Schedule: vip.Schedule{Repeat: 1}})
		if err := s.Acquire(w.Context()); err == nil {
			w.Error("no error")
		}
		w.SetUp("eth1", true) // before anybody has looked
		time.Sleep(time.Second)
		if n := len(w.Announced()); n == 0 {
			w.Error("no announcement")
		}
	})
}
