package vrrp

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// withDefaults returns a copy of c in which no default is left open.
func (c Config) withDefaults() Config {
	c.Addresses, c.Peers, c.Trackers = slices.Clone(c.Addresses), slices.Clone(c.Peers), slices.Clone(c.Trackers)
	// Addresses are compared with those of packets, which are in this form.
	plain := func(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }
	c.Source, c.Group = plain(c.Source), plain(c.Group)
	for i := range c.Peers {
		c.Peers[i] = plain(c.Peers[i])
	}
	if c.Name == "" {
		c.Name = fmt.Sprintf("%s/%d", c.Interface, c.VRID)
	}
	c.PeerTTL = plainKeys(c.PeerTTL, plain)
	setDefault(&c.TTL, packet.TTL)
	setDefault(&c.Version, V3)
	setDefault(&c.Priority, DefaultPriority)
	setDefault(&c.Interval, DefaultInterval)
	setDefault(&c.DownAdverts, DefaultDownAdverts)
	c.HMAC = c.HMAC.withDefaults(c.Interval)
	setDefault(&c.OwnerTimeout, DefaultOwnerTimeout)
	if len(c.Peers) == 0 && !c.Group.IsValid() {
		c.Group = packet.GroupIPv4
		if c.ipv6() {
			c.Group = packet.GroupIPv6
		}
	}
	return c
}

func plainKeys(m map[netip.Addr]TTLRange, plain func(netip.Addr) netip.Addr) map[netip.Addr]TTLRange {
	if len(m) == 0 {
		return nil // looked into for each packet
	}
	out := make(map[netip.Addr]TTLRange, len(m))
	for a, limits := range m {
		out[plain(a)] = limits
	}
	return out
}

func setDefault[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

func (c *Config) ipv6() bool { return len(c.Addresses) > 0 && c.Addresses[0].Addr().Is6() }

func (c *Config) unicast() bool { return len(c.Peers) > 0 }

// sourceLinkLocal reports whether advertisements over IPv6 have a link-local
// source.
func (c *Config) sourceLinkLocal() bool { return !c.unicast() || c.Peers[0].IsLinkLocalUnicast() }

// params returns what the protocol needs of c, which has its defaults.
func (c *Config) params() Params {
	p := Params{
		Version: c.Version, Priority: c.Priority, Interval: c.Interval, DownAdverts: c.DownAdverts,
		NoPreempt: c.NoPreempt, PreemptDegraded: c.PreemptDegraded, HoldRole: c.HoldRole,
		MinInterval: c.MinInterval, StallYield: c.StallYield,
		PreemptDelay: c.PreemptDelay, StartDelay: c.StartDelay, Trackers: c.Trackers,
		QuietYield: c.Compat.QuietYield, DeafOwner: c.Compat.DeafOwner,
		AnswerLosing: (c.Version == V3 || c.Compat.AnswerLosing) && !c.Compat.SilentMaster,
	}
	if c.Owner != nil || c.OwnerTimeout < 0 { // which Validate then refuses
		p.OwnerTimeout = c.OwnerTimeout
	}
	if c.Sync != nil {
		p.Group = c.Sync.id
	}
	return p
}

// link returns the link that the router needs.
func (c *Config) link() LinkConfig {
	if !c.unicast() {
		return LinkConfig{Interface: c.Interface, VMAC: c.VMAC, XmitBase: c.VMAC != "" && c.XmitBase, Group: c.Group}
	}
	local := c.Source
	switch {
	case local.IsValid():
	case c.ipv6():
		local = netip.IPv6Unspecified()
	default:
		local = netip.IPv4Unspecified()
	}
	return LinkConfig{Interface: c.Interface, VMAC: c.VMAC, XmitBase: c.VMAC != "", Local: local}
}
