package confparse

import (
	"strconv"
	"strings"
)

func routeVia(c *cursor, r *routeEntry) { r.readVia(c, &r.Hop) }

// readVia takes [inet|inet6] ADDRESS.
func (r *routeEntry) readVia(c *cursor, h *Hop) {
	if !c.accept("inet") {
		c.accept("inet6") // the address says it
	}
	a, ok := c.address()
	if !ok {
		r.drop = true
	}
	h.Via = a
}

func routeOr(c *cursor, r *routeEntry) {
	c.r.warnf(CodeDeprecated, c.keyword().Pos, "write: nexthop via A nexthop via B", "or is deprecated")
	a, ok := c.address()
	r.drop = r.drop || !ok
	r.second = a
}

func routeEncap(c *cursor, r *routeEntry) { r.readEncap(c, &r.Hop) }

// readNextHops takes the ways of a multipath route: the rest of the line.
func readNextHops(c *cursor, r *routeEntry) {
	h := NextHop{Weight: 1}
	for c.more() && !r.drop {
		w, _ := c.next("")
		switch w.Text {
		case "nexthop":
			r.NextHops = append(r.NextHops, h)
			h = NextHop{Weight: 1}
		case "via":
			r.readVia(c, &h.Hop)
		case "dev", "oif":
			ifname(func(h *Hop) *string { return &h.Interface }).read(c, &h.Hop)
		case "weight":
			if v, ok := c.number(1, 256); ok {
				h.Weight = int(v)
			}
		case "onlink":
			h.OnLink = true
		case "realms":
			v, ok := c.realms()
			r.drop = r.drop || !ok
			h.Realms = v
		case "encap":
			r.readEncap(c, &h.Hop)
		default:
			r.refuse(c, CodeUnknownKeyword, w.Pos, "nexthop takes via, dev, weight, onlink, encap and realms, and stands at the end", "unknown option %q of nexthop", w.Text)
		}
	}
	r.NextHops = append(r.NextHops, h)
}

// readEncap takes the kind of a tunnel and its options, which go on as long as
// words are options.
func (r *routeEntry) readEncap(c *cursor, h *Hop) {
	kind, ok := choice(c, []string{"ip", "ip6", "mpls", "ila"}, []EncapType{EncapIP, EncapIP6, EncapMPLS, EncapILA})
	if !ok {
		r.drop = true
		return
	}
	e := &h.Encap
	e.Type = kind
	switch kind {
	case EncapMPLS:
		w, ok := c.next("label")
		e.Labels = strings.ReplaceAll(w.Text, ",", "/")
		for l := range strings.SplitSeq(e.Labels, "/") {
			if _, err := strconv.ParseUint(l, 0, 20); ok && err != nil {
				r.refuse(c, CodeInvalid, w.Pos, "labels separated by '/', such as 100/200", "%q is no MPLS label", l)
			}
		}
		r.drop = r.drop || !ok
	case EncapILA:
		w, _ := c.next("locator")
		if e.Locator, ok = parseLocator(w.Text); !ok {
			r.refuse(c, CodeInvalid, w.Pos, "four hexadecimal numbers, such as 2001:0:0:1", "%q is no locator", w.Text)
		}
	default:
		r.readTunnel(c, e)
	}
}

func (r *routeEntry) readTunnel(c *cursor, e *Encap) {
	for c.more() && !r.drop {
		var v uint64
		ok := true
		switch c.i++; c.keyword().Text {
		case "id":
			e.ID, ok = c.unsigned("id", 64)
		case "dst":
			e.Destination, ok = c.address()
		case "src":
			e.Source, ok = c.address()
		case "tos", "tc":
			v, ok = c.named(tosNumbers)
			e.TOS = uint8(v)
		case "ttl", "hoplimit":
			v, ok = c.unsigned("ttl", 8)
			e.TTL = uint8(v)
		case "flags":
			v, ok = c.unsigned("flags", 16)
			e.Flags = uint16(v)
		default:
			c.i--
			return
		}
		r.drop = !ok
	}
}

// parseLocator reads the upper half of an IPv6 address.
func parseLocator(s string) (v uint64, ok bool) {
	parts := strings.Split(s, ":")
	for _, p := range parts {
		n, err := strconv.ParseUint(p, 16, 16)
		if err != nil {
			return 0, false
		}
		v = v<<16 | n
	}
	return v, len(parts) == 4
}
