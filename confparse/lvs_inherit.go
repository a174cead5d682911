package confparse

import (
	"strconv"
	"time"
)

// optional is a setting that has another one as its default.
type optional[V any] struct {
	value V
	set   bool
}

// or returns the setting, or else the other one.
func (o optional[V]) or(other V) V {
	if o.set {
		return o.value
	}
	return other
}

// inherit returns o, or what it inherits if it is not set.
func (o optional[V]) inherit(from optional[V]) optional[V] {
	if o.set {
		return o
	}
	return from
}

// maybe takes what take takes, into a setting that can be inherited.
func maybe[T, V any](syntax string, take func(c *cursor) (V, bool), field func(*T) *optional[V]) args {
	return custom(syntax, func(c *cursor, to *T) {
		if v, ok := take(c); ok {
			*field(to) = optional[V]{v, true}
		}
	})
}

func maybeBoolean[T any](field func(*T) *optional[bool]) args {
	return maybe("[on|off|true|false|yes|no]", (*cursor).boolean, field).like("on", "maybe")
}

func maybeNumber[T any](lo, hi int64, field func(*T) *optional[int]) args {
	return maybe(strconv.FormatInt(lo, 10)+".."+strconv.FormatInt(hi, 10), func(c *cursor) (int, bool) {
		v, ok := c.number(lo, hi)
		return int(v), ok
	}, field).like(typical(lo, hi), strconv.FormatInt(hi+1, 10))
}

func maybeDecimal[T any](lo, hi time.Duration, field func(*T) *optional[time.Duration]) args {
	return maybe("SECONDS "+secondsRange(lo, hi)+", decimals", func(c *cursor) (time.Duration, bool) {
		return c.duration(lo, hi, time.Microsecond)
	}, field).like(formatSeconds(min(max(2500*time.Millisecond, lo), hi)), formatSeconds(hi+time.Second))
}

// inherited are the settings that checks have from their real server, and that
// one from its virtual server.
type inherited struct {
	timeout, period, warmup, retryDelay optional[time.Duration]
	retry                               optional[int]
	alpha                               optional[bool]
}

func (i inherited) inherit(from inherited) inherited {
	return inherited{
		timeout: i.timeout.inherit(from.timeout), period: i.period.inherit(from.period),
		warmup: i.warmup.inherit(from.warmup), retryDelay: i.retryDelay.inherit(from.retryDelay),
		retry: i.retry.inherit(from.retry), alpha: i.alpha.inherit(from.alpha),
	}
}
