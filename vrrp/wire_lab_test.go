//go:build linux

package vrrp_test

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// wireHost is a vrrp.Host with one router, on a lab host.
type wireHost struct {
	*vrrp.Host
	lab *netlab.Host
	r   *vrrp.Router
}

// wire is a lab of a master, 192.0.2.1, a backup, 192.0.2.2, and a host that
// sends them packets, 192.0.2.9. All are also fe80::ff:fe00:N00.
type wire struct {
	master, backup *wireHost
	stranger       *netlab.Host
}

func newWire(t *testing.T, edit func(*vrrp.Config)) *wire {
	t.Helper()
	lab := netlab.New(t)
	a, b := lab.Host("a", "192.0.2.1/24"), lab.Host("b", "192.0.2.2/24")
	w := &wire{stranger: lab.Host("stranger", "192.0.2.9/24")}
	run := func(h *netlab.Host, priority uint8, peer string) *wireHost {
		cfg := vrrp.Config{Name: h.Name, Interface: "eth0", VRID: 51, Priority: priority, Addresses: prefixes("192.0.2.100/24")}
		if edit(&cfg); cfg.Peers != nil {
			cfg.Peers = []netip.Addr{netip.MustParseAddr(peer)}
		}
		n := newNode(t, h)
		host := vrrp.NewHost(vrrp.HostConfig{Network: n})
		r, err := host.Add(cfg)
		if err != nil {
			t.Fatal(err)
		}
		runHost(t, host)
		return &wireHost{host, h, r}
	}
	w.master = run(a, 200, "192.0.2.2")
	netlab.Eventually(t, linkTimeout, "a master", func() bool { return w.master.r.Snapshot().State == vrrp.Master })
	w.backup = run(b, 100, "192.0.2.1")
	netlab.Eventually(t, linkTimeout, "a backup that hears its master", func() bool {
		s := w.backup.r.Snapshot()
		return s.State == vrrp.Backup && s.Peer.Priority == 200
	})
	return w
}

// frame is p on Ethernet, whatever p says, for one host alone or, if to is nil,
// for all.
func frame(p vrrp.Packet, to *netlab.Host) []byte {
	dst := []byte{0x01, 0x00, 0x5e, 0x00, 0x00, 0x12}
	if p.Destination.Is6() {
		dst = []byte{0x33, 0x33, 0x00, 0x00, 0x00, 0x12}
	}
	if to != nil {
		dst = []byte{0x02, 0, 0, 0, map[string]byte{"a": 1, "b": 2}[to.Name], 0}
	}
	f := append(dst, 0x02, 0, 0, 0, 3, 0)
	if p.Destination.Is6() {
		f = append(f, 0x86, 0xdd, 0x60, 0, 0, 0)
		f = binary.BigEndian.AppendUint16(f, uint16(len(p.Payload)))
		f = append(append(f, p.Protocol, p.TTL), p.Source.AsSlice()...)
		return append(append(f, p.Destination.AsSlice()...), p.Payload...)
	}
	ip := frame4(nil, p.Payload, 0)[14:]
	ip[8], ip[9] = p.TTL, p.Protocol
	copy(ip[12:], p.Source.AsSlice())
	copy(ip[16:], p.Destination.AsSlice())
	ip[10], ip[11] = 0, 0
	var sum uint32
	for i := 0; i < 20; i += 2 {
		sum += uint32(binary.BigEndian.Uint16(ip[i:]))
	}
	sum = sum>>16 + sum&0xffff
	binary.BigEndian.PutUint16(ip[10:], ^uint16(sum>>16+sum))
	return append(append(f, 0x08, 0x00), ip...)
}

// The table of TestDiscardedPackets, from the kernel's network to a master and
// to a backup that hears its master.
func TestDiscardedPacketsOnTheWire(t *testing.T) {
	for _, v := range []vrrp.Version{vrrp.V2, vrrp.V3} {
		w := newWire(t, func(c *vrrp.Config) {
			if c.Version = v; v == vrrp.V2 {
				c.Password = "secret"
			} else {
				c.Interval = 100 * time.Millisecond
			}
		})
		eachDiscard(t, v, func(t *testing.T, d *discard, p vrrp.Packet) {
			for _, h := range []*wireHost{w.master, w.backup} {
				d, p := *d, p
				if p.Source == w.master.r.Snapshot().Source { // that is, the receiver's own
					p.Source = h.r.Snapshot().Source
				}
				if !p.Destination.IsMulticast() {
					p.Destination = h.r.Snapshot().Source
				}
				if d.martian {
					d.reason = 0
				}
				d.check(t, h.Host, h.r, func(counted func() bool) {
					frames(t, w.stranger, frame(p, h.lab))
					if d.reason != 0 {
						netlab.Eventually(t, time.Second, "the packet to be counted by "+h.lab.Name, counted)
					}
					time.Sleep(10 * time.Millisecond) // it is counted once
				})
			}
		})
	}
}

// Nothing that random bytes say is believed, and each packet of them is counted,
// multicast and unicast, over IPv4 and IPv6.
func TestNoiseOnTheWire(t *testing.T) {
	tests := []struct {
		name        string
		edit        func(*vrrp.Config)
		source      string
		destination string // "": each host's own address
	}{
		{"version 2", func(c *vrrp.Config) { c.Version, c.Password = vrrp.V2, "secret" }, "192.0.2.9", "224.0.0.18"},
		{"version 3", func(c *vrrp.Config) { c.Interval = 100 * time.Millisecond }, "192.0.2.9", "224.0.0.18"},
		{"IPv6", func(c *vrrp.Config) {
			c.Interval, c.Addresses = 100*time.Millisecond, prefixes("fe80::100/64")
		}, "fe80::ff:fe00:300", "ff02::12"},
		{"unicast", func(c *vrrp.Config) {
			c.Interval, c.Peers = 100*time.Millisecond, []netip.Addr{netip.IPv4Unspecified()}
		}, "192.0.2.9", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWire(t, tt.edit)
			random := rand.New(rand.NewPCG(3, 4))
			hosts := []*wireHost{w.master, w.backup}
			var before []vrrp.Snapshot
			var want []uint64
			for _, h := range hosts {
				before, want = append(before, h.r.Snapshot()), append(want, h.noise())
			}
			for range netlab.Count(20, 1000) {
				var list [][]byte
				for range 50 {
					p := vrrp.Packet{Payload: noise(random), Source: netip.MustParseAddr(tt.source), Protocol: 112, TTL: byte(255 - random.IntN(2))}
					if tt.destination != "" {
						p.Destination = netip.MustParseAddr(tt.destination)
						list = append(list, frame(p, nil))
					}
					for i, h := range hosts {
						if tt.destination == "" {
							p.Destination = before[i].Source
							list = append(list, frame(p, h.lab))
						}
						want[i]++
					}
				}
				frames(t, w.stranger, list...)
				for i, h := range hosts {
					netlab.Eventually(t, linkTimeout, "all to be counted by "+h.lab.Name, func() bool { return h.noise() >= want[i] })
				}
			}
			for i, h := range hosts {
				after := h.r.Snapshot()
				if got := h.noise(); got != want[i] {
					t.Errorf("%s counted %d packets, want %d", h.lab.Name, got, want[i])
				}
				if after.State != before[i].State || after.Seq != before[i].Seq || after.Peer.Addr != before[i].Peer.Addr {
					t.Errorf("%s is %+v, was %+v", h.lab.Name, after, before[i])
				}
			}
		})
	}
}

// noise counts what was discarded.
func (h *wireHost) noise() (n uint64) {
	router, host := h.r.Snapshot().Counters.Errors, h.Counters().Errors
	for i := range packet.NumReasons {
		n += router[i] + host[i]
	}
	return n
}

// noise returns random bytes, often behind the beginning of something sensible.
func noise(random *rand.Rand) []byte {
	b := make([]byte, random.IntN(60))
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	if len(b) > 4 && random.IntN(4) > 0 {
		b[0], b[1] = byte(0x21+random.IntN(2)*0x10), 51
		if random.IntN(2) == 0 {
			b[3] = byte((len(b) - 8) / 4)
		}
	}
	return b
}
