package vrrp_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

func TestConfigValidate(t *testing.T) {
	addr := netip.MustParseAddr
	for _, tt := range []struct {
		name string
		edit func(*vrrp.Config)
		want string // part of the message; empty: valid
	}{
		{"defaults", func(*vrrp.Config) {}, ""},
		{"no interface", func(c *vrrp.Config) { c.Interface = "" }, "no interface"},
		{"GEN-01 no VRID", func(c *vrrp.Config) { c.VRID = 0 }, "no VRID"},
		{"no address", func(c *vrrp.Config) { c.Addresses = nil }, "no addresses"},
		{"GEN-05 two families", func(c *vrrp.Config) { c.Addresses = prefixes("192.0.2.1/24", "fe80::1/64") }, "another family"},
		{"mapped address", func(c *vrrp.Config) { c.Addresses = prefixes("::ffff:192.0.2.1/128") }, "another family"},
		{"GEN-08 twice", func(c *vrrp.Config) { c.Addresses = prefixes("192.0.2.1/24", "192.0.2.1/32") }, "twice"},
		{"GEN-08 too many", func(c *vrrp.Config) {
			for a := addr("10.0.0.1"); len(c.Addresses) < 256; a = a.Next() {
				c.Addresses = append(c.Addresses, netip.PrefixFrom(a, 32))
			}
		}, "at most 255"},
		{"multicast address", func(c *vrrp.Config) { c.Addresses = prefixes("224.0.0.1/32") }, "cannot be a virtual address"},
		{"GEN-07 link-local first", func(c *vrrp.Config) { c.Addresses = prefixes("2001:db8::1/64") }, "must be link-local"},
		{"GEN-07 lenient", func(c *vrrp.Config) { c.Addresses, c.Compat.AnyFirstAddress = prefixes("2001:db8::1/64"), true }, ""},
		{"UC-06 unicast", func(c *vrrp.Config) {
			c.Addresses, c.Peers = prefixes("2001:db8::1/64"), []netip.Addr{addr("2001:db8::2")}
		}, ""},
		{"GEN-09 version 2 over IPv6", func(c *vrrp.Config) { c.Version, c.Addresses = vrrp.V2, prefixes("fe80::1/64") }, "IPv4 only"},
		{"password in version 3", func(c *vrrp.Config) { c.Password = "x" }, "neither passwords nor"},
		{"group and peers", func(c *vrrp.Config) { c.Group, c.Peers = addr("224.0.0.18"), []netip.Addr{addr("192.0.2.2")} }, "either unicast or multicast"},
		{"group is none", func(c *vrrp.Config) { c.Group = addr("192.0.2.2") }, "not a multicast address"},
		{"ENC-03 virtual source", func(c *vrrp.Config) { c.Source = addr("192.0.2.100") }, "only the address owner"},
		{"ENC-03 owner's source", func(c *vrrp.Config) { c.Source, c.Priority = addr("192.0.2.100"), 255 }, ""},
		{"ENC-04 global source", func(c *vrrp.Config) { c.Addresses, c.Source = prefixes("fe80::1/64"), addr("2001:db8::1") }, "must be link-local"},
		{"source of another family", func(c *vrrp.Config) { c.Source = addr("fe80::1") }, "another family"},
		{"peer is a group", func(c *vrrp.Config) { c.Peers = []netip.Addr{addr("224.0.0.18")} }, "not an address of a router"},
		{"peer is nothing", func(c *vrrp.Config) { c.Peers = []netip.Addr{{}} }, "not an address of a router"},
		{"checksum form", func(c *vrrp.Config) { c.Checksum = 9 }, "does not exist"},
		{"owner timeout", func(c *vrrp.Config) { c.OwnerTimeout = -time.Second }, "negative"},
		{"GEN-03 interval", func(c *vrrp.Config) { c.Interval = 41 * time.Second }, "40.95 s"},
	} {
		cfg := vrrp.Config{Name: "VI_1", Interface: "eth0", VRID: 51, Addresses: prefixes("192.0.2.100/24")}
		tt.edit(&cfg)
		err := cfg.Validate()
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s: %v", tt.name, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "VI_1")):
			t.Errorf("%s: error %v, want %q and the name", tt.name, err, tt.want)
		}
	}
}

// Addresses may be written as people write them: mapped, or with a zone.
func TestPeersInAnyForm(t *testing.T) {
	for _, tt := range []struct {
		hosts, peers [2]string
		vip          string
	}{
		{[2]string{"192.0.2.1", "192.0.2.2"}, [2]string{"::ffff:192.0.2.1", "::ffff:192.0.2.2"}, "192.0.2.100/24"},
		{[2]string{"fe80::1", "fe80::2"}, [2]string{"fe80::1%eth0", "fe80::2%eth0"}, "2001:db8::100/64"},
	} {
		inBubble(t, func(t *testing.T, b *bench) {
			edit := func(c *vrrp.Config) {
				c.Addresses = prefixes(tt.vip)
				for _, p := range tt.peers {
					c.Peers = append(c.Peers, netip.MustParseAddr(p))
				}
			}
			ra, rb := b.host(tt.hosts[0]).add(t, 200, edit), b.host(tt.hosts[1]).add(t, 100, edit)
			time.Sleep(10 * time.Second)
			wantState(t, ra, vrrp.Master)
			wantState(t, rb, vrrp.Backup)
		})
	}
}

func TestMistakesOfTheCaller(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		h := b.host("192.0.2.1")
		r := h.add(t, 100, nil)
		if _, err := h.Add(r.Config()); err == nil || !strings.Contains(err.Error(), "VRID 51") {
			t.Errorf("a VRID used twice: %v", err)
		}
		if _, err := vrrp.NewHost(vrrp.HostConfig{}).Add(r.Config()); err == nil {
			t.Error("a host without a network takes a router")
		}
		unused := vrrp.NewHost(vrrp.HostConfig{Network: b.seg.Attach("192.0.2.9")})
		if err := unused.Close(); err != nil {
			t.Error(err)
		}
		if _, err := unused.Add(r.Config()); err == nil {
			t.Error("a closed host takes a router")
		}
		if err := unused.Run(t.Context()); err == nil {
			t.Error("a closed host runs")
		}
	})
}
