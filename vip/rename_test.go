package vip_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
)

// An interface may be renamed while it is up. Its addresses must not stay there:
// what goes by the old name is now another interface, or none.
func TestRenamedInterface(t *testing.T) {
	route := vip.Route{Destination: netip.MustParsePrefix("10.0.0.0/8"), Hop: vip.Hop{Interface: "eth0"}}
	cfg := vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32", "2001:db8::100/128"), Routes: []vip.Route{route}}
	t.Run("noticed", func(t *testing.T) {
		inWorld(t, func(w world) {
			s := w.add(cfg)
			w.do(s.Acquire)
			time.Sleep(time.Second)
			for range 2 {
				w.Rename("eth0", "uplink0")
				time.Sleep(time.Second)
				w.expect("")
				if strings.Contains(w.String(), "route") {
					w.Errorf("left:\n%s", w)
				}
				told := len(w.Announced())
				w.Rename("uplink0", "eth0")
				time.Sleep(time.Second)
				w.expect("eth0 192.0.2.100/32, eth0 2001:db8::100/128")
				if n := len(w.Announced()) - told; n != 10 {
					w.Errorf("%d announcements", n)
				}
			}
			if len(s.Trouble()) != 0 {
				w.Errorf("somebody is blamed: %v", <-s.Trouble())
			}
		})
	})
	t.Run("another one has the name", func(t *testing.T) {
		inWorld(t, func(w world) {
			w.do(w.add(cfg).Acquire)
			time.Sleep(time.Second)
			w.Rename("eth0", "uplink0")
			w.AddInterface("eth0")
			time.Sleep(time.Second)
			w.expect("eth0 192.0.2.100/32, eth0 2001:db8::100/128")
			if !strings.HasPrefix(w.String(), "uplink0\neth1\neth0\n") {
				w.Errorf("where they are:\n%s", w)
			}
		})
	})
	// Nobody has noticed, and it is another Set that releases.
	t.Run("released", func(t *testing.T) {
		inWorld(t, func(w world) {
			w.do(w.add(cfg).Acquire)
			s := w.add(cfg)
			w.do(s.Acquire)
			w.Rename("eth0", "uplink0")
			w.do(s.Release)
			if got := w.String(); got != "uplink0\neth1\n" {
				w.Errorf("left:\n%s", got)
			}
		})
	})
	t.Run("reconfigured", func(t *testing.T) {
		inWorld(t, func(w world) {
			s := w.add(cfg)
			w.do(s.Acquire)
			w.Rename("eth0", "uplink0")
			w.update(vip.SetUpdate{Set: s, Config: vip.SetConfig{Addresses: addresses("eth1", "192.0.2.100/32")}})
			w.expect("eth1 192.0.2.100/32")
		})
	})
}

// The interface of the name is another one before anybody has noticed.
func TestReplacedInterface(t *testing.T) {
	inWorld(t, func(w world) {
		cfg := vip.SetConfig{Addresses: addresses("eth0", "192.0.2.100/32")}
		w.do(w.add(cfg).Acquire)
		s := w.add(cfg)
		w.Rename("eth0", "uplink0")
		w.AddInterface("eth0")
		w.do(s.Acquire)
		time.Sleep(time.Second)
		if got := w.String(); got != "uplink0\neth1\neth0\n    192.0.2.100/32\n" {
			w.Errorf("where it is:\n%s", got)
		}
		w.do(s.Release)
		w.expect("")
	})
}
