package vip

import (
	"fmt"
	"strings"
	"time"
)

// String implements Object: the route in the words of `ip route add`.
func (r Route) String() string {
	var b strings.Builder
	word := func(format string, args ...any) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, format, args...)
	}
	if r.routeType() != RouteUnicast {
		word("%v", r.Type)
	}
	if r.Destination.IsValid() && r.Destination.Bits() == 0 {
		word("default")
		if r.ipv6() {
			word("inet6")
		}
	} else {
		word("%v", r.Destination)
	}
	if r.From.IsValid() {
		word("from %v", r.From)
	}
	if r.TOS != 0 {
		word("tos 0x%02x", r.TOS)
	}
	r.Hop.write(word)
	if r.VRF != "" {
		word("vrf %s", r.VRF)
	} else if r.Table != 0 && r.Table != TableMain {
		word("table %d", r.Table)
	}
	if r.protocol() != Protocol {
		word("proto %d", r.Protocol)
	}
	if r.Scope != 0 {
		word("scope %v", r.Scope)
	}
	if r.Source.IsValid() {
		word("src %v", r.Source)
	}
	if r.Metric != 0 {
		word("metric %d", r.Metric)
	}
	if r.Expires != 0 {
		word("expires %d", int64(r.Expires/time.Second))
	}
	lock := func(on bool) string {
		if on {
			return "lock "
		}
		return ""
	}
	for _, m := range r.Metrics {
		if m.Kind == MetricFeatures && m.Value == FeatureECN {
			word("features ecn") // ip(8) takes no number, and no lock
			continue
		}
		word("%v %s%d", m.Kind, lock(m.Lock), m.Value)
	}
	if r.CongestionControl != "" {
		word("congctl %s%s", lock(r.LockCongestionControl), r.CongestionControl)
	}
	if r.Preference != PreferenceMedium {
		word("pref %v", r.Preference)
	}
	switch r.TTLPropagate {
	case SwitchOn:
		word("ttl-propagate enabled")
	case SwitchOff:
		word("ttl-propagate disabled")
	}
	for _, h := range r.NextHops {
		word("nexthop")
		h.Hop.write(word)
		if h.Weight > 1 {
			word("weight %d", h.Weight)
		}
	}
	return b.String()
}

func (h Hop) write(word func(string, ...any)) {
	if h.Encap.Type != EncapNone {
		word("%v", h.Encap)
	}
	if h.Via.IsValid() {
		word("via %v", h.Via)
	}
	if h.Interface != "" {
		word("dev %s", h.Interface)
	}
	if h.OnLink {
		word("onlink")
	}
	if h.Realms != (Realms{}) {
		word("realms %v", h.Realms)
	}
}

// String returns the realms as ip(8) writes them.
func (r Realms) String() string {
	if r.From == 0 {
		return fmt.Sprint(r.To)
	}
	return fmt.Sprintf("%d/%d", r.From, r.To)
}

// String returns the name that ip(8) uses, or the number.
func (t RouteType) String() string {
	names := [...]string{
		RouteUnicast: "unicast", RouteLocal: "local", RouteBroadcast: "broadcast", RouteAnycast: "anycast",
		RouteMulticast: "multicast", RouteBlackhole: "blackhole", RouteUnreachable: "unreachable",
		RouteProhibit: "prohibit", RouteThrow: "throw",
	}
	if int(t) < len(names) && names[t] != "" {
		return names[t]
	}
	return fmt.Sprint(uint8(t))
}

// String returns low, medium or high.
func (p Preference) String() string {
	switch p {
	case PreferenceLow:
		return "low"
	case PreferenceHigh:
		return "high"
	}
	return "medium"
}
