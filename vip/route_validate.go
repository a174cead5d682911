package vip

import (
	"errors"
	"fmt"
	"time"
)

// Validate implements Object.
func (r Route) Validate() error {
	var errs []error
	wrong := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("vip: route %v: "+format, append([]any{r.Destination}, args...)...))
	}
	switch {
	case !r.Destination.IsValid():
		wrong("needs a destination; 0.0.0.0/0 or ::/0 is the default route")
		return errors.Join(errs...)
	case r.Destination.Addr().Is4In6():
		wrong("IPv4 in IPv6 form")
	case r.Destination != r.Destination.Masked():
		wrong("has bits behind the prefix; did you mean %v?", r.Destination.Masked())
	}
	if r.Type > RouteThrow {
		wrong("type %d does not exist", r.Type)
	}
	if r.From.IsValid() && (!r.From.Addr().Is6() || !r.ipv6()) {
		wrong("from %v: only IPv6 routes may have one", r.From)
	}
	if r.Source.IsValid() && r.Source.Is6() != r.ipv6() {
		wrong("source %v is of another family", r.Source)
	}
	if r.ipv6() {
		if r.TOS != 0 || r.Scope != 0 {
			wrong("tos and scope are for IPv4")
		}
	} else if r.Expires != 0 || r.Preference != 0 {
		wrong("expires and pref are for IPv6")
	}
	if r.Table != 0 && r.VRF != "" {
		wrong("table %d and vrf %s: only one of them", r.Table, r.VRF)
	}
	if r.VRF != "" && !isInterface(r.VRF) {
		wrong("%q is no interface name", r.VRF)
	}
	if r.Expires < 0 || r.Expires > maxLifetime || r.Expires%time.Second != 0 {
		wrong("expires after %v, which is not in whole seconds", r.Expires)
	}
	if r.Mode > RouteAdd || r.Preference > PreferenceLow || r.TTLPropagate > SwitchOff {
		wrong("mode, preference or TTL propagation out of range")
	}
	if len(r.NextHops) > 0 && r.Hop != (Hop{}) {
		wrong("has next hops, and a way beside them")
	}
	r.Hop.validate(r.ipv6(), wrong)
	for _, h := range r.NextHops {
		h.Hop.validate(r.ipv6(), wrong)
		if h.Weight < 0 || h.Weight > 256 {
			wrong("weight %d is not in 1..256", h.Weight)
		}
	}
	validateMetrics(r.Metrics, wrong)
	return errors.Join(errs...)
}

func (h Hop) validate(ipv6 bool, wrong func(string, ...any)) {
	if h.Via.IsValid() && ipv6 && h.Via.Is4() {
		wrong("gateway %v of an IPv6 route is IPv4", h.Via)
	}
	if h.Interface != "" && !isInterface(h.Interface) {
		wrong("%q is no interface name", h.Interface)
	}
	if ipv6 && h.Realms != (Realms{}) {
		wrong("realms are for IPv4")
	}
	if err := h.Encap.validate(); err != nil {
		wrong("%w", err)
	}
}
