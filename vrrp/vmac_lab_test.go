//go:build linux

package vrrp_test

import (
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// ENC-05, ENC-11, MAC-09: with a virtual MAC interface adverts have its MAC, but
// for XmitBase, and the interface's address. A peer that has the same virtual MAC
// is heard, and so is one that has none, each advert once.
func TestVirtualMAC(t *testing.T) {
	const real, virtual4, virtual6 = "02:00:00:00:01:00", "00:00:5e:00:01:33", "00:00:5e:00:02:33"
	for _, tt := range []struct {
		name         string
		vip          string
		master       [2]bool // VMAC, XmitBase
		backup       [2]bool
		mac, address string
	}{
		{"both", "192.0.2.100/24", [2]bool{true}, [2]bool{true}, virtual4, "192.0.2.1"},
		{"both, IPv6", "fe80::100/64", [2]bool{true}, [2]bool{true}, virtual6, "fe80::ff:fe00:100"},
		{"master only", "192.0.2.100/24", [2]bool{true}, [2]bool{}, virtual4, "192.0.2.1"},
		{"backup only", "192.0.2.100/24", [2]bool{}, [2]bool{true}, real, "192.0.2.1"},
		{"backup only, IPv6", "fe80::100/64", [2]bool{}, [2]bool{true}, real, "fe80::ff:fe00:100"},
		{"both from the base", "192.0.2.100/24", [2]bool{true, true}, [2]bool{true, true}, real, "192.0.2.1"},
		{"mixed", "192.0.2.100/24", [2]bool{true}, [2]bool{true, true}, virtual4, "192.0.2.1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			lab := netlab.New(t)
			a, b := lab.Host("a", "192.0.2.1/24"), lab.Host("b", "192.0.2.2/24")
			capture := lab.Capture()
			run := func(h *netlab.Host, priority uint8, mode [2]bool) *vrrp.Router {
				cfg := vrrp.Config{
					Interface: "eth0", VRID: 51, Priority: priority, Addresses: prefixes(tt.vip), Interval: 50 * time.Millisecond,
				}
				if mode[0] {
					family := 1
					if cfg.Addresses[0].Addr().Is6() {
						family = 2
					}
					cfg.VMAC, cfg.XmitBase = "vrrp.51", mode[1]
					h.IP("link add vrrp.51 link eth0 type macvlan mode private",
						fmt.Sprintf("link set vrrp.51 addrgenmode none address 00:00:5e:00:%02x:33 up", family))
				}
				network := newNode(t, h)
				host := vrrp.NewHost(vrrp.HostConfig{Network: network})
				r, err := host.Add(cfg)
				if err != nil {
					t.Fatal(err)
				}
				runHost(t, host)
				return r
			}
			backup := run(b, 100, tt.backup)
			master := run(a, 200, tt.master)
			netlab.Eventually(t, linkTimeout, "a master that is heard", func() bool {
				return master.Snapshot().State == vrrp.Master && backup.Snapshot().State == vrrp.Backup && backup.Snapshot().Peer.Priority == 200
			})
			sent, heard := master.Snapshot().Counters.AdvertsSent, backup.Snapshot().Counters.AdvertsReceived
			time.Sleep(500 * time.Millisecond)
			sent, heard = master.Snapshot().Counters.AdvertsSent-sent, backup.Snapshot().Counters.AdvertsReceived-heard
			if heard+1 < sent || heard > sent+1 {
				t.Errorf("%d adverts sent, %d heard", sent, heard)
			}
			if s := backup.Snapshot().Counters; s.BecameMaster > 1 {
				t.Errorf("the backup became master %d times", s.BecameMaster)
			}
			f := capture.WaitAdvert(time.Now(), linkTimeout, "an advert of the master", func(ad netlab.Advert) bool { return ad.Host == "a" })
			if got := net.HardwareAddr(f.Data[6:12]).String(); got != tt.mac || f.Source != netip.MustParseAddr(tt.address) {
				t.Errorf("sent by %s, %v, want %s, %s", got, f.Source, tt.mac, tt.address)
			}
		})
	}
}
