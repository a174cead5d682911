package confparse

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// micros takes a whole number of microseconds.
func micros[T any](lo, hi int64, field func(*T) *time.Duration) args {
	return custom(fmt.Sprintf("MICROSECONDS %d..%d", lo, hi), func(c *cursor, to *T) {
		if v, ok := c.number(lo, hi); ok {
			*field(to) = time.Duration(v) * time.Microsecond
		}
	}).like(typical(lo, hi), strconv.FormatInt(hi+1, 10))
}

// millis takes milliseconds with decimals.
func millis[T any](lo, hi int64, field func(*T) *time.Duration) args {
	return custom(fmt.Sprintf("MILLISECONDS %d..%d, decimals", lo, hi), func(c *cursor, to *T) {
		kw := c.keyword().Text
		w, ok := c.next("number of milliseconds")
		if !ok {
			return
		}
		v, ok := parseSeconds(strings.TrimSpace(w.Text)) // which are a thousand times as long
		v /= 1000
		switch {
		case !ok:
			c.r.errorf(CodeInvalid, w.Pos, fmt.Sprintf("milliseconds, %d..%d", lo, hi), "%s %q is not a number of milliseconds", kw, w.Text)
		case v < time.Duration(lo)*time.Millisecond || v > time.Duration(hi)*time.Millisecond:
			c.r.errorf(CodeOutOfRange, w.Pos, "", "%s %s is not in %d..%d milliseconds", kw, w.Text, lo, hi)
		default:
			*field(to) = v
		}
	}).like(strconv.FormatInt(max(lo, 300), 10), strconv.FormatInt(hi+1, 10))
}

// maxProcessName is the kernel's limit for the name of a process.
const maxProcessName = 15

// processName takes the name of a process.
func processName[T any](field func(*T) *string) args {
	return custom("NAME", func(c *cursor, to *T) {
		w, ok := c.next("name")
		if !ok {
			return
		}
		if len(w.Text) > maxProcessName {
			c.r.warnf(CodeTruncated, w.Pos, "", "only the first %d characters of %s count", maxProcessName, c.n.name())
			w.Text = w.Text[:maxProcessName]
		}
		*field(to) = w.Text
	}).like("lb", "")
}

// cpus takes the numbers of CPUs.
func cpus[T any](field func(*T) *[]int) args {
	const maxCPU = 1023 // as many as the kernel's set holds
	return custom("CPU ...", func(c *cursor, to *T) {
		for first := true; first || c.more(); first = false {
			v, ok := c.number(0, maxCPU)
			if !ok {
				c.i = c.n.count()
				return
			}
			*field(to) = append(*field(to), int(v))
		}
	}).like("0 2", "x")
}

// fifo takes the path of a named pipe, and who may read it.
func fifo[T any](field func(*T) *FIFO) args {
	return custom("PATH [USER [GROUP]]", func(c *cursor, to *T) {
		f := field(to)
		f.Pos = c.keyword().Pos
		w, ok := c.next("path")
		if !ok {
			return
		}
		if f.Path != "" {
			c.r.errorf(CodeDuplicateName, w.Pos, "", "%s is given already", c.n.name())
			c.i = c.n.count()
			return
		}
		f.Path = w.Text
		if c.more() {
			c.user(&f.User)
		}
	}).like("/run/keepalived/events root", "")
}

// extraGARP takes [all] SECONDS.
func extraGARP[T any](lo int64, field func(*T) *ExtraGARP) args {
	return custom(fmt.Sprintf("[all] SECONDS %d..86400", lo), func(c *cursor, to *T) {
		e := ExtraGARP{All: c.accept("all")}
		if v, ok := c.number(lo, 86400); ok {
			e.Period = time.Duration(v) * time.Second
			*field(to) = e
		}
	}).like("all 60", "86401")
}

// optional takes a word that may be missing.
func (c *cursor) optional() string {
	if !c.more() {
		return ""
	}
	c.i++
	return c.n.text(c.i - 1)
}

// anyBase takes a number that may be octal or hexadecimal.
func (c *cursor) anyBase(lo, hi int64) (int64, bool) {
	kw := c.keyword().Text
	w, ok := c.next("number")
	if !ok {
		return 0, false
	}
	v, err := parseAnyBase(w.Text)
	switch {
	case err != nil && !isRange(err):
		c.r.errorf(CodeInvalid, w.Pos, fmt.Sprintf("a whole number in %d..%d", lo, hi), "%s %q is not a number", kw, w.Text)
	case err != nil || v < lo || v > hi:
		c.r.errorf(CodeOutOfRange, w.Pos, "", "%s %s is not in %d..%d", kw, w.Text, lo, hi)
	default:
		return v, true
	}
	return 0, false
}

// parseAnyBase reads a number as C does: 0x means hexadecimal, 0 octal.
func parseAnyBase(s string) (int64, error) {
	v, err := strconv.ParseInt(s, 0, 64)
	if err == nil && strings.ContainsAny(s, "_bBoO") && !strings.HasPrefix(strings.ToLower(strings.TrimLeft(s, "+-")), "0x") {
		err = &strconv.NumError{Func: "ParseInt", Num: s, Err: strconv.ErrSyntax}
	}
	return v, err
}

// linkGroup takes the number or name of a group of links. Names are the
// system's, and looked up by the kernel's tools only.
func (c *cursor) linkGroup() (int, bool) {
	v, ok := c.anyBase(0, math.MaxInt32)
	return int(v), ok
}
