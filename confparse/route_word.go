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
