package confparse

import "net/netip"

// keepalivedProtocol marks keepalived's routes and rules in the kernel.
const keepalivedProtocol = 18

// routeTypes are the types of routes, by the names of ip(8).
var routeTypes = map[string]uint8{
	"unicast": 1, "local": 2, "broadcast": 3, "anycast": 4, "multicast": 5,
	"blackhole": 6, "unreachable": 7, "prohibit": 8, "throw": 9,
}

// routeEntry is a route while its words are decoded.
type routeEntry struct {
	Route
	family family
	to     string // the destination as it is written
	drop   bool
	second netip.Addr // or
}

// routeEntry takes a route. ok is false if it is to be left out, which has been
// reported.
func (c *cursor) routeEntry() (Route, bool) {
	r := &routeEntry{Route: Route{Type: routeTypes["unicast"], Protocol: keepalivedProtocol, Pos: c.peek().Pos}}
	for c.more() && !r.drop {
		w := c.peek()
		k := c.b.lookup(w.Text)
		if k == nil {
			routeDestination(c, r)
			continue
		}
		c.i++
		c.d.announce(k, w.Pos)
		if k.read != nil {
			k.read(c, r)
		}
	}
	if !r.drop {
		r.finish(c)
	}
	c.i = c.n.count()
	return r.Route, !r.drop
}

// refuse leaves the route out, which the caller reports.
func (r *routeEntry) refuse(c *cursor, code Code, at Pos, help, format string, args ...any) {
	c.r.errorf(code, at, help, format+"; the route is left out", args...)
	r.drop = true
}

// routeDestination takes [TYPE] DESTINATION.
func routeDestination(c *cursor, r *routeEntry) {
	w, ok := c.next("destination")
	if t, is := routeTypes[w.Text]; is {
		r.Type = t
		w, ok = c.next("destination")
	}
	if !ok {
		r.drop = true
		return
	}
	if r.to != "" {
		r.refuse(c, CodeInvalid, w.Pos, c.suggestion(w.Text), "%q is no option of a route, and the destination is %s already", w.Text, r.to)
		return
	}
	r.to = w.Text
	switch w.Text {
	case "default", "any", "all":
		return
	case "default6":
		c.r.warnf(CodeDeprecated, w.Pos, "write inet6 default", "default6 is deprecated")
		r.family = ipv6
		return
	}
	if r.Destination, ok = c.prefix(w); !ok {
		r.refuse(c, CodeInvalid, w.Pos, c.suggestion(w.Text), "%q is neither an option of a route nor a destination", w.Text)
	}
}

// suggestion says which option may have been meant.
func (c *cursor) suggestion(word string) string {
	if s := suggest(word, c.b.names); s != "" {
		return "did you mean " + s + "?"
	}
	return ""
}

// prefix reads an address with or without a prefix length. Bits behind the
// prefix are cut, with a report.
func (c *cursor) prefix(w Word) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(w.Text)
	if err != nil {
		a, err := netip.ParseAddr(w.Text)
		if err != nil || a.Zone() != "" || a.Is4In6() {
			return p, false
		}
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	if m := p.Masked(); m != p {
		c.d.adjusted(w.Pos, "%s becomes %s: there are bits behind the prefix", p, m)
		p = m
	}
	return p, true
}

// finish decides what depends on several words, and checks that they agree.
func (r *routeEntry) finish(c *cursor) {
	if r.second.IsValid() {
		r.NextHops = append([]NextHop{{Hop: r.Hop, Weight: 1}, {Hop: Hop{Via: r.second}, Weight: 1}}, r.NextHops...)
		r.Hop = Hop{}
	}
	if r.family == anyFamily {
		r.family = r.guess()
	}
	switch {
	case r.to == "":
		r.refuse(c, CodeMissingArg, r.Pos, "for example: 198.51.100.0/24 via 192.0.2.254", "the route has no destination")
	case r.Destination.IsValid() && familyOf(r.Destination.Addr()) != r.family:
		r.refuse(c, CodeFamily, r.Pos, "", "%s is not %s", r.Destination, r.family)
	case !r.Destination.IsValid() && r.family == ipv6:
		r.Destination = netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	case !r.Destination.IsValid():
		r.Destination = netip.PrefixFrom(netip.IPv4Unspecified(), 0)
	}
	if r.drop {
		return
	}
	for _, a := range r.addresses() {
		if familyOf(a) != r.family {
			r.refuse(c, CodeFamily, r.Pos, "", "%s is of another family than %s", a, r.Destination)
			return
		}
	}
	if len(r.NextHops) > 0 && r.Hop != (Hop{}) {
		r.refuse(c, CodeInvalid, r.Pos, "put it into a nexthop of its own", "there is a gateway or interface beside nexthop")
		return
	}
	if r.Table != 0 && r.VRF != "" {
		r.refuse(c, CodeInvalid, r.Pos, "", "table and vrf exclude each other")
		return
	}
	if r.Protocol != keepalivedProtocol && !r.NoTrack {
		c.d.adjusted(r.Pos, "protocol is ignored without no_track")
		r.Protocol = keepalivedProtocol
	}
	if r.family == ipv4 && (r.Expires != 0 || r.Preference != 0) {
		c.d.adjusted(r.Pos, "expires and pref are ignored: IPv4 routes have none")
		r.Expires, r.Preference = 0, 0
	}
	if r.family == ipv6 && (r.Scope != 0 || r.TOS != 0) {
		c.d.adjusted(r.Pos, "scope and tos are ignored: IPv6 routes have none")
		r.Scope, r.TOS = 0, 0
	}
}

// addresses returns the addresses that must be of the route's family.
func (r *routeEntry) addresses() (list []netip.Addr) {
	all := []netip.Addr{r.Source, r.From.Addr(), r.Via}
	for _, h := range r.NextHops {
		all = append(all, h.Via)
	}
	for _, a := range all {
		if a.IsValid() {
			list = append(list, a)
		}
	}
	return list
}

// guess returns the family that the addresses have.
func (r *routeEntry) guess() family {
	if r.Destination.IsValid() {
		return familyOf(r.Destination.Addr())
	}
	for _, a := range r.addresses() {
		return familyOf(a)
	}
	return ipv4
}

func virtualRoute(c *cursor, i *instance) {
	if r, ok := c.routeEntry(); ok {
		i.Routes = append(i.Routes, r)
	}
}

func staticRoute(c *cursor, cfg *Config) {
	if r, ok := c.routeEntry(); ok {
		cfg.StaticRoutes = append(cfg.StaticRoutes, r)
	}
}
