package confparse

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// cursor walks over the words behind a keyword. Its methods take the next one,
// and return ok == false after reporting what is wrong with it.
type cursor struct {
	r *reporter
	d *decoder
	b *block // whose entry is read, if it is one of a list
	n *node
	i int // the next word
}

// keyword is the word that the one to be read belongs to.
func (c *cursor) keyword() Word { return c.n.word(max(c.i-1, 0)) }

// keywordText is the Text of keyword.
func (c *cursor) keywordText() string { return c.n.text(max(c.i-1, 0)) }

func (c *cursor) more() bool { return c.i < c.n.count() }

// peekText is the Text of peek.
func (c *cursor) peekText() string { return c.n.text(c.i) }

// peek returns the next word, which must exist.
func (c *cursor) peek() Word { return c.n.word(c.i) }

// accept skips the next word if it is the given one.
func (c *cursor) accept(s string) bool {
	if !c.more() || c.peekText() != s {
		return false
	}
	c.i++
	return true
}

// next takes a word that must be there.
func (c *cursor) next(what string) (Word, bool) {
	if !c.require(what) {
		return Word{}, false
	}
	return c.n.word(c.i - 1), true
}

// nextText is next for the Text only. last has the rest.
func (c *cursor) nextText(what string) (string, bool) {
	if !c.require(what) {
		return "", false
	}
	return c.n.text(c.i - 1), true
}

// last returns the word taken last.
func (c *cursor) last() Word { return c.n.word(c.i - 1) }

// require takes a word that must be there.
func (c *cursor) require(what string) bool {
	if !c.more() {
		last := c.keyword()
		c.r.errorf(CodeMissingArg, last.Pos, fmt.Sprintf("%s %s", last.Text, strings.ToUpper(what)), "%s needs %s %s", last.Text, article(what), what)
		return false
	}
	c.i++
	return true
}

// article returns the one that stands before a noun.
func article(noun string) string {
	if noun != "" && strings.Contains("aeio", noun[:1]) { // u as in user
		return "an"
	}
	return "a"
}

// number takes a decimal integer in lo..hi.
func (c *cursor) number(lo, hi int64) (int64, bool) {
	kw := c.keywordText()
	s, ok := c.nextText("number")
	if !ok {
		return 0, false
	}
	v, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil && !isRange(err) {
		c.r.errorf(CodeInvalid, c.last().Pos, fmt.Sprintf("a whole number in %d..%d", lo, hi), "%s %q is not a number", kw, s)
		return 0, false
	}
	if err != nil || v < lo || v > hi {
		c.r.errorf(CodeOutOfRange, c.last().Pos, "", "%s %s is not in %d..%d", kw, s, lo, hi)
		return 0, false
	}
	return v, true
}

func isRange(err error) bool {
	e, ok := err.(*strconv.NumError)
	return ok && e.Err == strconv.ErrRange
}

// duration takes seconds in lo..hi, with decimals down to step.
func (c *cursor) duration(lo, hi, step time.Duration) (time.Duration, bool) {
	kw := c.keywordText()
	s, ok := c.nextText("number of seconds")
	if !ok {
		return 0, false
	}
	v, ok := parseSeconds(strings.TrimSpace(s))
	if !ok {
		c.r.errorf(CodeInvalid, c.last().Pos, fmt.Sprintf("seconds, %s", secondsRange(lo, hi)), "%s %q is not a number of seconds", kw, s)
		return 0, false
	}
	if v < lo || v > hi {
		c.r.errorf(CodeOutOfRange, c.last().Pos, "", "%s %s is not in %s seconds", kw, s, secondsRange(lo, hi))
		return 0, false
	}
	if rounded := v.Round(step); rounded != v {
		if step == time.Second {
			c.r.errorf(CodeInvalid, c.last().Pos, "", "%s takes whole seconds, not %s", kw, s)
			return 0, false
		}
		c.r.warnf(CodeAdjusted, c.last().Pos, "", "%s %s is rounded to %s seconds", kw, s, formatSeconds(rounded))
		v = rounded
	}
	return v, true
}

// parseSeconds reads a decimal number of seconds. Digits below a nanosecond are
// cut.
func parseSeconds(s string) (time.Duration, bool) {
	whole, frac, _ := strings.Cut(s, ".")
	if whole == "" && frac == "" {
		return 0, false
	}
	var n uint64
	if whole != "" {
		var err error
		if n, err = strconv.ParseUint(whole, 10, 33); err != nil && !isRange(err) {
			return 0, false
		}
	}
	d := time.Duration(n) * time.Second
	unit := time.Second
	for i := range len(frac) {
		if frac[i] < '0' || frac[i] > '9' {
			return 0, false
		}
		unit /= 10
		d += time.Duration(frac[i]-'0') * unit
	}
	return d, true
}

// formatSeconds writes d as configurations have it.
func formatSeconds(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64)
}

func secondsRange(lo, hi time.Duration) string {
	return formatSeconds(lo) + ".." + formatSeconds(hi)
}

// boolean takes on, off, true, false, yes or no; nothing means true.
func (c *cursor) boolean() (v, ok bool) {
	if !c.more() {
		return true, true
	}
	kw := c.keywordText()
	s, _ := c.nextText("")
	switch s {
	case "on", "true", "yes":
		return true, true
	case "off", "false", "no":
		return false, true
	}
	c.r.errorf(CodeInvalid, c.last().Pos, "on, off, true, false, yes or no, in lower case", "%s %q is neither on nor off", kw, s)
	return false, false
}

// address takes an IP address.
func (c *cursor) address() (netip.Addr, bool) {
	kw := c.keywordText()
	s, ok := c.nextText("address")
	if !ok {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		c.r.errorf(CodeInvalid, c.last().Pos, "", "%s %q is not an IP address", kw, s)
		return netip.Addr{}, false
	}
	return a, true
}

// choice takes one of some words.
func choice[E any](c *cursor, words []string, values []E) (v E, ok bool) {
	kw := c.keywordText()
	s, ok := c.nextText("value")
	if !ok {
		return v, false
	}
	for i, w := range words {
		if w == s {
			return values[i], true
		}
	}
	c.r.errorf(CodeInvalid, c.last().Pos, "one of "+strings.Join(words, ", "), "%s cannot be %q", kw, s)
	return v, false
}

// options takes the rest of an entry of a list as the keywords of that list.
func (c *cursor) options(to any) {
	for c.more() {
		w := c.peek()
		c.i++
		k := c.b.lookup(w.Text)
		if k == nil {
			help := "one entry to a line"
			if s := suggest(w.Text, c.b.names); s != "" {
				help = fmt.Sprintf("did you mean %s?", s)
			}
			c.r.errorf(CodeUnknownKeyword, w.Pos, help, "unknown option %s of %s", w.Text, c.n.name())
			c.i = c.n.count() // its arguments would be taken for options
			return
		}
		c.d.announce(k, w.Pos)
		if k.read != nil {
			k.read(c, to)
		}
	}
}

// rest reports words that nothing takes.
func (c *cursor) rest() {
	if c.more() {
		w := c.peek()
		c.r.warnf(CodeExtraArg, w.Pos, "", "from here on the line is ignored: %s takes no more", c.n.name())
	}
}
