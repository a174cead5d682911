package vip_test

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/vip"
)

// What the kernel refuses is told for as long as it does.
func TestFailed(t *testing.T) {
	inWorld(t, func(w world) {
		route := vip.Route{Destination: netip.MustParsePrefix("10.0.0.0/8"), Hop: vip.Hop{Via: netip.MustParseAddr("192.0.2.7")}}
		s := w.add(vip.SetConfig{
			Addresses: append(addresses("eth0", "192.0.2.100/32"), addresses("eth7", "192.0.2.101/32")...), Routes: []vip.Route{route},
		})
		expect := func(want string) {
			w.Helper()
			text := ""
			for _, e := range s.Failed() {
				text += fmt.Sprintln(e)
			}
			if text != want {
				w.Errorf("failed:\n%swant:\n%s", text, want)
			}
		}
		expect("")
		w.Fail(func(c vip.Change) error {
			if _, ok := c.Object.(vip.Route); ok {
				return errors.New("network is unreachable")
			}
			return nil
		})
		_ = s.Acquire(w.Context())
		time.Sleep(time.Minute)
		expect("vip: address add 192.0.2.101/32 dev eth7: no such interface\nvip: route add 10.0.0.0/8 via 192.0.2.7: network is unreachable\n")
		w.Fail(nil)
		w.AddInterface("eth7")
		time.Sleep(time.Minute)
		expect("")
		refuseDelete(w.Kernel, 2)
		_ = s.Release(w.Context())
		expect("vip: address del 192.0.2.101/32 dev eth7: no buffer space\nvip: route del 10.0.0.0/8 via 192.0.2.7: no buffer space\n")
		time.Sleep(time.Minute)
		expect("")
	})
}
