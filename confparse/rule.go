package confparse

import (
	"net/netip"
	"strconv"
	"strings"
)

// firstDefaultPriority is the priority of the first rule that has none; the
// following ones count down.
const firstDefaultPriority = 16384

// ruleEntry is a rule while its words are decoded.
type ruleEntry struct {
	Rule
	family      family
	from, to    selector
	prioritised bool
	drop        bool
}

// selector is an address to match, which may say only that there is none.
type selector struct {
	prefix netip.Prefix
}

// ruleEntry takes a rule. ok is false if it is to be left out, which has been
// reported.
func (c *cursor) ruleEntry() (Rule, bool) {
	r := &ruleEntry{Rule: Rule{Protocol: keepalivedProtocol, Pos: c.peek().Pos}}
	for c.more() && !r.drop {
		w := c.peek()
		c.i++
		k := c.b.lookup(w.Text)
		if k == nil {
			r.refuse(c, CodeUnknownKeyword, w.Pos, c.suggestion(w.Text), "unknown option %q of a rule", w.Text)
			break
		}
		c.d.announce(k, w.Pos)
		if k.read != nil {
			k.read(c, r)
		}
	}
	if !r.drop {
		r.finish(c)
	}
	c.i = c.n.count()
	return r.Rule, !r.drop
}

// refuse leaves the rule out.
func (r *ruleEntry) refuse(c *cursor, code Code, at Pos, help, format string, args ...any) {
	c.r.errorf(code, at, help, format+"; the rule is left out", args...)
	r.drop = true
}

// finish decides what depends on several words, and checks that they agree.
func (r *ruleEntry) finish(c *cursor) {
	for _, s := range []selector{r.from, r.to} {
		switch {
		case !s.prefix.IsValid():
		case r.family == anyFamily:
			r.family = familyOf(s.prefix.Addr())
		case r.family != familyOf(s.prefix.Addr()):
			r.refuse(c, CodeFamily, r.Pos, "", "%s is of another family than the rule", s.prefix)
			return
		}
	}
	r.IPv6, r.From, r.To = r.family == ipv6, r.from.prefix, r.to.prefix
	if !r.prioritised {
		r.Priority = uint32(firstDefaultPriority - c.d.unprioritised)
		c.d.unprioritised++
		c.r.warnf(CodeAdjusted, r.Pos, "add for example: priority 100", "the rule has no priority, and gets %d", r.Priority)
	}
	suppress := r.SuppressPrefixLength != nil || r.SuppressGroup != nil
	switch {
	case r.Action == ruleNone:
		r.refuse(c, CodeMissingArg, r.Pos, "for example: table 100", "the rule has no table and no other action")
	case suppress && r.Action != RuleLookup:
		r.refuse(c, CodeInvalid, r.Pos, "", "suppress_prefixlength and suppress_ifgroup need a table")
	case r.Action == RuleGoto && r.Goto <= r.Priority:
		r.refuse(c, CodeInvalid, r.Pos, "", "goto %d is not behind the rule's own priority %d", r.Goto, r.Priority)
	case r.Realms != (Realms{}) && r.IPv6:
		r.refuse(c, CodeFamily, r.Pos, "", "realms are for IPv4")
	}
	if r.Protocol != keepalivedProtocol && !r.NoTrack {
		c.d.adjusted(r.Pos, "protocol is ignored without no_track")
		r.Protocol = keepalivedProtocol
	}
}

// setAction sets the action, of which there must be one.
func (r *ruleEntry) setAction(c *cursor, a RuleAction, at Pos) {
	if r.Action != ruleNone && r.Action != a {
		r.refuse(c, CodeInvalid, at, "", "the rule has an action already")
	}
	r.Action = a
}

func ruleAction(a RuleAction) args {
	return custom("", func(c *cursor, r *ruleEntry) { r.setAction(c, a, c.keyword().Pos) }).like("")
}

func ruleTable(c *cursor, r *ruleEntry) {
	at := c.keyword().Pos
	v, ok := c.named(tableNumbers)
	switch {
	case !ok:
		r.drop = true
	case v == 0:
		r.refuse(c, CodeOutOfRange, at, "", "table 0 cannot be looked up")
	default:
		r.Table = uint32(v)
		r.setAction(c, RuleLookup, at)
	}
}

func ruleGoto(c *cursor, r *ruleEntry) {
	at := c.keyword().Pos
	v, ok := c.unsigned("priority", 32)
	r.drop = r.drop || !ok
	r.Goto = uint32(v)
	r.setAction(c, RuleGoto, at)
}

func ruleFamily(f family) args {
	return custom("", func(_ *cursor, r *ruleEntry) { r.family = f }).like("")
}

// ruleNumber decodes a number that may have a name.
func ruleNumber(n names, syntax string, set func(r *ruleEntry, v uint64)) args {
	return custom(syntax, func(c *cursor, r *ruleEntry) {
		v, ok := c.named(n)
		if !ok {
			r.drop = true
			return
		}
		set(r, v)
	}).like("7", "no-such-name")
}

// ruleSelector decodes an address to match.
func ruleSelector(field func(r *ruleEntry) *selector) args {
	return custom("ADDRESS[/PREFIX]|all|any|default", func(c *cursor, r *ruleEntry) {
		kw := c.keyword().Text
		w, ok := c.next("address")
		if !ok {
			r.drop = true
			return
		}
		s := field(r)

		switch w.Text {
		case "all", "any", "default":
			return
		}
		if s.prefix, ok = c.prefix(w); !ok {
			r.refuse(c, CodeInvalid, w.Pos, "", "%s %q is no address", kw, w.Text)
		}
	}).like("203.0.113.0/24", "198.51.100.x")
}

func ruleMark(c *cursor, r *ruleEntry) {
	w, ok := c.next("mark")
	if !ok {
		r.drop = true
		return
	}
	mark, mask, both := strings.Cut(w.Text, "/")
	v, ok := c.lookup(names{what: "fwmark", bits: 32}, mark, w.Pos)
	r.Mark = uint32(v)
	if both && ok {
		v, ok = c.lookup(names{what: "mask", bits: 32}, mask, w.Pos)
		r.MarkMask = uint32(v)
	}
	r.drop = r.drop || !ok
}

func ruleRealms(c *cursor, r *ruleEntry) {
	v, ok := c.realms()
	r.drop = r.drop || !ok
	r.Realms = v
}

// span takes A-B, or A alone, with numbers up to most.
func (r *ruleEntry) span(c *cursor, most uint64) (low, high uint64) {
	kw := c.keyword().Text
	w, ok := c.next("range")
	if !ok {
		r.drop = true
		return 0, 0
	}
	from, to, both := strings.Cut(w.Text, "-")
	if !both {
		to = from
	}
	low, err1 := strconv.ParseUint(from, 10, 64)
	high, err2 := strconv.ParseUint(to, 10, 64)
	if err1 != nil || err2 != nil || low > high || high > most {
		r.refuse(c, CodeInvalid, w.Pos, "such as 1000-1999", "%s %q is no range of numbers up to %d", kw, w.Text, most)
	}
	return low, high
}

func ruleUIDs(c *cursor, r *ruleEntry) {
	low, high := r.span(c, 1<<32-1)
	r.UIDs = &UIDRange{uint32(low), uint32(high)}
}

func rulePorts(field func(r *ruleEntry) *PortRange) args {
	return custom("A-B", func(c *cursor, r *ruleEntry) {
		at := c.keyword().Pos
		low, high := r.span(c, 65535)
		if low == 0 && !r.drop {
			r.refuse(c, CodeOutOfRange, at, "", "ports begin at 1")
		}
		*field(r) = PortRange{uint16(low), uint16(high)}
	}).like("80-90", "0")
}

func virtualRule(c *cursor, i *instance) {
	if r, ok := c.ruleEntry(); ok {
		i.Rules = append(i.Rules, r)
	}
}

func staticRule(c *cursor, cfg *Config) {
	if r, ok := c.ruleEntry(); ok {
		cfg.StaticRules = append(cfg.StaticRules, r)
	}
}
