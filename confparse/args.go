package confparse

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// args are what a keyword takes: for people, and for the decoder. The functions
// below make them, given where in the typed configuration a value belongs.
type args struct {
	syntax string
	read   func(c *cursor, to any)
	body   *block
	judged bool
	silent bool

	example string // typical arguments
	bad     string // arguments that are refused
	hasBad  bool
}

// silent says that keepalived takes a deprecated keyword without a word.
func silent(a args) args {
	a.silent = true
	return a
}

// like gives typical arguments, and perhaps some that are refused.
func (a args) like(example string, bad ...string) args {
	a.example = example
	if a.bad, a.hasBad = "", len(bad) > 0; a.hasBad {
		a.bad = bad[0]
	}
	return a
}

// judged leaves it to the rules whether a Refused keyword has an effect.
func judged(a args) args {
	a.judged = true
	return a
}

// form describes arguments that are not decoded.
func form(syntax string) args { return args{syntax: syntax} }

// custom decodes arguments with a function of its own.
func custom[T any](syntax string, read func(c *cursor, to *T)) args {
	return args{syntax: syntax, read: func(c *cursor, to any) { read(c, to.(*T)) }}
}

// flag takes nothing, and sets the field.
func flag[T any](field func(*T) *bool) args { return flagAs(field, true) }

// flagAs takes nothing, and sets the field to v.
func flagAs[T any](field func(*T) *bool, v bool) args {
	return custom("", func(_ *cursor, to *T) { *field(to) = v }).like("")
}

// boolean takes an optional on or off.
func boolean[T any](field func(*T) *bool) args {
	return custom("[on|off|true|false|yes|no]", func(c *cursor, to *T) {
		if v, ok := c.boolean(); ok {
			*field(to) = v
		}
	}).like("on", "maybe")
}

// number takes an integer in lo..hi.
func number[T any, N ~int | ~uint8 | ~uint16 | ~uint32](lo, hi int64, field func(*T) *N) args {
	return custom(fmt.Sprintf("%d..%d", lo, hi), func(c *cursor, to *T) {
		if v, ok := c.number(lo, hi); ok {
			*field(to) = N(v)
		}
	}).like(typical(lo, hi), strconv.FormatInt(hi+1, 10))
}

// typical is a number that nothing has as its default.
func typical(lo, hi int64) string { return strconv.FormatInt(min(hi, max(lo, 7)), 10) }

// repeat takes a count of which 0 means 1.
func repeat[T any](field func(*T) *int) args {
	return custom("N (0 becomes 1)", func(c *cursor, to *T) {
		if v, ok := c.number(0, 1<<31-1); ok {
			*field(to) = max(int(v), 1)
		}
	}).like("3", "-1")
}

// seconds takes whole seconds in lo..hi.
func seconds[T any](lo, hi int64, field func(*T) *time.Duration) args {
	return custom(fmt.Sprintf("SECONDS %d..%d", lo, hi), func(c *cursor, to *T) {
		if v, ok := c.duration(time.Duration(lo)*time.Second, time.Duration(hi)*time.Second, time.Second); ok {
			*field(to) = v
		}
	}).like(typical(lo, hi), strconv.FormatInt(hi+1, 10))
}

// decimal takes seconds with decimals in lo..hi.
func decimal[T any](lo, hi, step time.Duration, field func(*T) *time.Duration) args {
	return custom("SECONDS "+secondsRange(lo, hi)+", decimals", func(c *cursor, to *T) {
		if v, ok := c.duration(lo, hi, step); ok {
			*field(to) = v
		}
	}).like(formatSeconds(min(max(2500*time.Millisecond, lo), hi)), formatSeconds(hi+time.Second))
}

// word takes a string.
func word[T any](syntax string, field func(*T) *string) args {
	return custom(syntax, func(c *cursor, to *T) {
		if w, ok := c.next(strings.ToLower(syntax)); ok {
			*field(to) = w.Text
		}
	}).like("example", "")
}

// maxInterfaceName is the kernel's limit.
const maxInterfaceName = 15

// ifname takes the name of an interface.
func ifname[T any](field func(*T) *string) args {
	return custom("INTERFACE", func(c *cursor, to *T) {
		w, ok := c.next("interface")
		if !ok {
			return
		}
		if w.Text == "" || len(w.Text) > maxInterfaceName || strings.ContainsAny(w.Text, "/ ") {
			c.r.errorf(CodeInvalid, w.Pos, "", "%q cannot be the name of an interface: those have 1 to %d characters", w.Text, maxInterfaceName)
			return
		}
		*field(to) = w.Text
	}).like("eth1", "a-name-that-is-too-long")
}

// group takes the address of a multicast group.
func group[T any](ipv6 bool, field func(*T) *netip.Addr) args {
	family, example := "IPv4", "224.0.0.77"
	if ipv6 {
		family, example = "IPv6", "ff02::77"
	}
	return custom(family+" multicast address", func(c *cursor, to *T) {
		a, ok := c.address()
		switch {
		case !ok:
		case a.Is6() != ipv6 || !a.IsMulticast():
			c.r.errorf(CodeInvalid, c.last().Pos, "", "%s is not an %s multicast address", a, family)
		default:
			*field(to) = a
		}
	}).like(example, "192.0.2.1")
}

// weight takes a number and an optional "reverse".
func weight[T any](limit int64, field func(*T) *Weight) args {
	return custom(fmt.Sprintf("-%d..%d [reverse]", limit, limit), func(c *cursor, to *T) {
		if v, ok := c.number(-limit, limit); ok {
			*field(to) = Weight{int(v), c.accept("reverse")}
		}
	}).like("-20", strconv.FormatInt(limit+1, 10))
}

// section is a block of statements. open decodes the words before the brace and
// returns what the statements are decoded into, or nil to have them only
// checked; done runs after them.
func section[P, T any](syntax string, b *block, open func(c *cursor, to *P) *T, done func(d *decoder, n *node, to *T)) args {
	b.open = func(c *cursor, to any) any {
		if t := open(c, to.(*P)); t != nil {
			return t
		}
		return nil
	}
	b.done = func(d *decoder, n *node, to any) { done(d, n, to.(*T)) }
	return args{syntax: strings.TrimSpace(syntax + " { ... }"), body: b}
}

// listSection is a list with a name of its own.
func listSection[P, T any](syntax string, b *block, open func(c *cursor, to *P) *T, entry func(c *cursor, to *T), done func(d *decoder, n *node, to *T)) args {
	b.kind = lines
	b.entry = func(c *cursor, to any) { entry(c, to.(*T)) }
	return section(syntax, b, open, done)
}

// within is a block of statements about what the block around it is about.
func within[T any](b *block) args {
	return section("", b, func(_ *cursor, to *T) *T { return to }, func(*decoder, *node, *T) {}).like("")
}

// list is a block each line of which is an entry; b has the options of entries.
func list[T any](syntax string, b *block, entry func(c *cursor, to *T)) args {
	b.kind = lines
	b.entry = func(c *cursor, to any) { entry(c, to.(*T)) }
	return args{syntax: "{ " + syntax + " ... }", body: b}
}

// words is a block each word of which is an entry.
func wordsOf[T any](syntax string, b *block, entry func(c *cursor, to *T)) args {
	a := list(syntax, b, entry)
	b.kind = wordList
	return a
}
