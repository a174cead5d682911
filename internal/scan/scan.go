// Package scan lists the virtual routers that advertise on a network.
package scan

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"slices"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// maxSightings bounds what forged packets can make us remember.
const maxSightings = 4096

// Sighting is a router that advertises.
type Sighting struct {
	Interface  string       `json:"interface"`
	VRID       uint8        `json:"vrid"`
	Source     netip.Addr   `json:"source"`
	Version    int          `json:"version"`
	Priority   uint8        `json:"priority"`
	IntervalMS float64      `json:"interval_ms"`
	Auth       string       `json:"auth"` // none, PASS, AH or HMAC
	Addresses  []netip.Addr `json:"addresses"`
	Packets    int          `json:"packets"`
}

// Listen hears everybody on links until ctx is done and returns whom it heard,
// by interface, VRID and source. It sends nothing. It closes network.
func Listen(ctx context.Context, network vrrp.Network, links []vrrp.LinkConfig) (_ []Sighting, err error) {
	defer func() { err = errors.Join(err, network.Close()) }()
	names := map[vrrp.Link]string{}
	for _, l := range links {
		link, err := network.Open(l)
		if err != nil {
			return nil, err
		}
		names[link] = l.Interface
	}
	defer context.AfterFunc(ctx, network.Wake)()
	heard := map[key]*Sighting{}
	var ready []vrrp.Link
	var in [16]vrrp.Packet
	for ctx.Err() == nil {
		ready = network.Wait(time.Time{}, time.Time{}, ready[:0])
		for _, l := range ready {
			n, _ := l.Recv(in[:])
			for i := range in[:n] {
				hear(heard, names[l], &in[i])
			}
			if n == len(in) {
				network.Wake()
			}
		}
	}
	list := make([]Sighting, 0, len(heard))
	for _, s := range heard {
		list = append(list, *s)
	}
	slices.SortFunc(list, func(a, b Sighting) int {
		return cmp.Or(cmp.Compare(a.Interface, b.Interface), cmp.Compare(a.VRID, b.VRID), a.Source.Compare(b.Source))
	})
	return list, nil
}

type key struct {
	iface string
	vrid  uint8
	from  netip.Addr
}

// hear takes one packet in. What is no advertisement, or is a farewell, is not
// somebody who advertises.
func hear(heard map[key]*Sighting, iface string, p *vrrp.Packet) {
	auth := ""
	message := p.Payload
	if p.Protocol == packet.ProtocolAH {
		var ok bool
		if message, ok = packet.CutAH(message); !ok {
			return
		}
		auth = "AH"
	}
	message, trailer := packet.CutTrailer(message, p.Source.Is6())
	if trailer != nil {
		auth = "HMAC"
	}
	var a packet.Advert
	if _, err := a.Parse(message, p.Source, p.Destination); err != nil || a.Priority == packet.PriorityStop {
		return
	}
	k := key{iface, a.VRID, p.Source}
	s := heard[k]
	if s == nil {
		if len(heard) >= maxSightings {
			return
		}
		s = &Sighting{Interface: iface, VRID: a.VRID, Source: p.Source}
		heard[k] = s
	}
	if auth == "" && a.AuthType == packet.AuthPassword {
		auth = "PASS"
	}
	s.Version, s.Priority, s.Auth, s.Addresses = int(a.Version), a.Priority, cmp.Or(auth, "none"), a.Addresses
	s.IntervalMS = float64(a.Interval) / float64(time.Millisecond)
	s.Packets++
}

// Free returns the lowest VRID that nobody uses, 0 if there is none. used are
// those of configurations that may be silent now.
func Free(heard []Sighting, used ...uint8) uint8 {
	taken := map[uint8]bool{0: true}
	for _, s := range heard {
		taken[s.VRID] = true
	}
	for _, vrid := range used {
		taken[vrid] = true
	}
	for vrid := 1; vrid <= 255; vrid++ {
		if !taken[uint8(vrid)] {
			return uint8(vrid)
		}
	}
	return 0
}
