package confparse

import (
	"strconv"
	"strings"
	"time"
)

// The metrics of a route as the kernel numbers them (RTAX_*).
const (
	metricRTT      = 4
	metricRTTVar   = 5
	metricFeatures = 12
	metricRTOMin   = 13
)

// metric decodes [lock] NUMBER, up to most.
func metric(kind uint8, most uint64, lockable bool) args {
	syntax := "N"
	if most < 1<<32-1 {
		syntax = "0.." + strconv.FormatUint(most, 10)
	}
	if lockable {
		syntax = "[lock] " + syntax
	}
	return custom(syntax, func(c *cursor, r *routeEntry) {
		kw := c.keyword().Text
		lock := lockable && c.accept("lock")
		at := c.i
		v, ok := c.unsigned(kw, 32)
		switch {
		case !ok:
			r.drop = true
		case v > most:
			r.refuse(c, CodeOutOfRange, c.n.posOf(at), "", "%s %d is greater than %d", kw, v, most)
		default:
			r.Metrics = append(r.Metrics, RouteMetric{kind, uint32(v), lock})
		}
	}).like("1", strconv.FormatUint(most+1, 10))
}

// timeMetric decodes [lock] TIME, a number in the kernel's units, or with s or ms
// behind it.
func timeMetric(kind uint8, perMillisecond float64) args {
	return custom("[lock] N[s|ms]", func(c *cursor, r *routeEntry) {
		kw := c.keyword().Text
		lock := c.accept("lock")
		w, ok := c.next("time")
		if !ok {
			r.drop = true
			return
		}
		digits := strings.TrimRight(w.Text, "abcdefghijklmnopqrstuvwxyz")
		v, err := strconv.ParseFloat(digits, 64)
		switch w.Text[len(digits):] {
		case "":
		case "s", "sec", "secs":
			v *= 1000 * perMillisecond
		case "ms", "msec", "msecs":
			v *= perMillisecond
		default:
			ok = false
		}
		if err != nil || !ok || v < 0 || v >= 1<<32 {
			r.refuse(c, CodeInvalid, w.Pos, "such as 100ms or 1s", "%s %q is no time", kw, w.Text)
			return
		}
		r.Metrics = append(r.Metrics, RouteMetric{kind, uint32(v), lock})
	}).like("100ms", "1h")
}

func routeFeatures(c *cursor, r *routeEntry) {
	if v, ok := choice(c, []string{"ecn"}, []uint32{1}); ok {
		r.Metrics = append(r.Metrics, RouteMetric{Kind: metricFeatures, Value: v})
	}
}

func routeCongestion(c *cursor, r *routeEntry) {
	r.LockCongctl = c.accept("lock")
	if w, ok := c.next("name"); ok {
		r.Congestion = w.Text
	}
}

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

func routeSource(c *cursor, r *routeEntry) {
	a, ok := c.address()
	r.drop = r.drop || !ok
	r.Source = a
}

func routeFrom(c *cursor, r *routeEntry) {
	w, ok := c.next("prefix")
	if !ok {
		r.drop = true
		return
	}
	if r.From, ok = c.prefix(w); !ok || !r.From.Addr().Is6() {
		r.refuse(c, CodeInvalid, w.Pos, "", "from %q is no IPv6 prefix", w.Text)
	}
}

func routeAs(c *cursor, _ *routeEntry) {
	c.d.adjusted(c.keyword().Pos, "as is ignored: the kernel has no such option")
	c.accept("to")
	c.next("address")
}

// routeNumber decodes a number that may have a name.
func routeNumber(n names, syntax string, set func(r *routeEntry, v uint64)) args {
	return custom(syntax, func(c *cursor, r *routeEntry) {
		v, ok := c.named(n)
		if !ok {
			r.drop = true
			return
		}
		set(r, v)
	}).like("7", "no-such-name")
}

// routeFamily is the flag inet or inet6.
func routeFamily(f family) args {
	return custom("", func(_ *cursor, r *routeEntry) { r.family = f }).like("")
}

func routeMode(m RouteMode) args {
	return custom("", func(_ *cursor, r *routeEntry) { r.Mode = m }).like("")
}

func routePreference(c *cursor, r *routeEntry) {
	if p, ok := choice(c, []string{"low", "medium", "high", "0", "1", "3"},
		[]RoutePreference{PreferLow, PreferMedium, PreferHigh, PreferMedium, PreferHigh, PreferLow}); ok {
		r.Preference = p
	}
}

func routeTTLPropagate(c *cursor, r *routeEntry) {
	if v, ok := choice(c, []string{"enabled", "disabled"}, []TTLPropagate{TTLPropagateEnabled, TTLPropagateDisabled}); ok {
		r.TTLPropagate = v
	}
}

func routeExpires(c *cursor, r *routeEntry) {
	if v, ok := c.duration(0, maxLifetime, time.Second); ok {
		r.Expires = v
	}
}

func routeRealms(c *cursor, r *routeEntry) {
	v, ok := c.realms()
	r.drop = r.drop || !ok
	r.Realms = v
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
