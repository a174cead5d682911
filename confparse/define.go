package confparse

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// definition is what $NAME stands for: one line, or several to be replayed.
type definition struct {
	name  string
	lines []text
	multi bool
	pos   Pos
}

// nameLen returns how long the name at the start of s is; names are
// [A-Za-z_][A-Za-z0-9_]*.
func nameLen(s string) int {
	for i := range len(s) {
		c := s[i]
		if c != '_' && (c|0x20 < 'a' || c|0x20 > 'z') && (i == 0 || c < '0' || c > '9') {
			return i
		}
	}
	return len(s)
}

// define handles "$NAME=value", and returns false if t is something else. A
// value that ends in a backslash opens a multi-line definition.
func (p *preproc) define(t text) bool {
	if t.s[0] != '$' {
		return false
	}
	n := 1 + nameLen(t.s[1:])
	if n == 1 || n == len(t.s) || t.s[n] != '=' {
		return false
	}
	def := definition{name: t.s[1:n], pos: t.at(0)}
	value := t.cut(n+1, len(t.s)).trim()
	if first, ok := strings.CutSuffix(value.s, `\`); ok {
		def.multi = true
		p.open = &def
		value = value.cut(0, len(first)).trim()
	}
	if value.s != "" || !def.multi {
		def.lines = []text{value}
	}
	if !def.multi {
		p.defs[def.name] = def
	}
	return true
}

// collect adds a line to the open definition. The first line without a
// backslash ends it, and so does an empty one; blank ones are skipped.
func (p *preproc) collect(t text, empty bool) {
	if t.s == "" && !empty {
		return
	}
	line, more := strings.CutSuffix(t.s, `\`)
	if t = t.cut(0, len(line)).trim(); t.s != "" {
		p.open.lines = append(p.open.lines, t)
	}
	if !more {
		p.closeDefinition()
	}
}

func (p *preproc) closeDefinition() {
	if p.open != nil {
		p.defs[p.open.name] = *p.open
		p.open = nil
	}
}

// reference is a $NAME or ${NAME ARGS} in a line.
type reference struct {
	start, end int
	name       string
	args       []string
	braced     bool
}

// referenceAt reads the reference at s[i], which is a $. Without braces it has
// to be followed by a blank, a comma, a closing parenthesis or the end.
func referenceAt(s string, i int) (ref reference, ok bool) {
	ref.start = i
	if i++; i < len(s) && s[i] == '{' {
		ref.braced = true
		i++
	}
	n := nameLen(s[i:])
	if n == 0 {
		return ref, false
	}
	ref.name = s[i : i+n]
	i += n
	if !ref.braced {
		ref.end = i
		return ref, i == len(s) || strings.IndexByte(" \t,)", s[i]) >= 0
	}
	end := strings.IndexByte(s[i:], '}')
	if end < 0 {
		return ref, false
	}
	ref.args = strings.Fields(s[i : i+end])
	ref.end = i + end + 1
	for _, c := range []byte(s[i : i+end]) {
		if c != ' ' && c != '\t' && c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return ref, false
		}
	}
	return ref, end == 0 || s[i] == ' ' || s[i] == '\t'
}

// substitute replaces every reference by what it stands for, and looks again
// from there, so that definitions may refer to each other, in any order. A
// reference to a multi-line definition counts only at the end of the line: its
// first line joins what stands before it, and more are the others.
func (p *preproc) substitute(t text) (line text, more []text, changed bool) {
	if strings.IndexByte(t.s, '$') < 0 {
		return t, nil, false
	}
	count := 0
	for i := 0; i < len(t.s); {
		if t.s[i] != '$' {
			i++
			continue
		}
		ref, ok := referenceAt(t.s, i)
		if !ok {
			i++
			continue
		}
		at := t.at(ref.start)
		def, ok := p.lookup(ref, at, strings.Count(t.s[:ref.start], `"`)%2 == 1)
		if !ok || def.multi && ref.end < len(t.s) {
			i = ref.end
			continue
		}
		changed = true
		if def.multi {
			return t.cut(0, ref.start).join(def.replay(0, at)), def.rest(at), true
		}
		var value string
		if len(def.lines) > 0 {
			value = def.lines[0].s
		}
		if def.pos.IsValid() {
			at.Via = &Via{"with $" + def.name + " as defined at", def.pos}
		}
		count++
		if count > p.opts.limits.references || len(t.s)+len(value) > p.opts.limits.lineBytes {
			p.r.errorf(CodeTooLarge, t.at(ref.start), "does it refer to itself?", "$%s does not come to an end", ref.name)
			return text{}, nil, true
		}
		t = t.replace(ref.start, ref.end, value, at)
		if !p.spend(len(t.s), at) {
			return text{}, nil, true
		}
	}
	return t, nil, changed
}

// replay returns line i of a multi-line definition that is referred to at use.
func (d definition) replay(i int, use Pos) text {
	if i >= len(d.lines) {
		return text{}
	}
	return d.lines[i].via(&Via{"replayed for $" + d.name + " at", use})
}

func (d definition) rest(use Pos) (lines []text) {
	for i := 1; i < len(d.lines); i++ {
		lines = append(lines, d.replay(i, use))
	}
	return lines
}

// lookup returns what ref stands for. The standard definitions begin with an
// underscore and may be overridden.
func (p *preproc) lookup(ref reference, at Pos, quoted bool) (def definition, ok bool) {
	if def, ok := p.defs[ref.name]; ok && len(ref.args) == 0 {
		return def, true
	}
	value := func(s string) (definition, bool) {
		return definition{name: ref.name, lines: []text{{s: s}}}, true
	}
	nargs := 0
	switch ref.name {
	case "_ENV":
		if len(ref.args) == 1 {
			return value(p.opts.Env(ref.args[0]))
		}
		nargs = 1
	case "_RANDOM":
		if n, ok := p.random(ref, at); ok {
			return value(strconv.Itoa(n))
		}
		return def, false
	default:
		if len(ref.args) > 0 {
			break
		}
		switch ref.name {
		case "_PWD":
			return value(p.cwd[len(p.cwd)-1])
		case "_INSTANCE":
			return value(p.opts.ConfigID)
		case "_HASH":
			return value("#")
		case "_BANG":
			return value("!")
		}
		if ref.braced {
			// Without braces it may well be meant as it stands.
			p.undefined(ref, at, quoted)
		}
		return def, false
	}
	p.r.errorf(CodeDefinition, at, "", "${%s} takes %d word(s), not %d", ref.name, nargs, len(ref.args))
	return def, false
}

// undefined reports a reference to nothing. In quotes it may be meant for a
// shell, and outside keepalived splits it at its braces.
func (p *preproc) undefined(ref reference, at Pos, quoted bool) {
	severity := Error
	if quoted {
		severity = Warning
	}
	help := "definitions have to stand before what refers to them"
	if s := suggest(ref.name, slices.Values(slices.Sorted(maps.Keys(p.defs)))); s != "" {
		help = "did you mean ${" + s + "}?"
	}
	p.r.report(severity, CodeUndefined, at, help, "${%s} is not defined and stays as it is", ref.name)
}

// random resolves ${_RANDOM MIN MAX}.
func (p *preproc) random(ref reference, at Pos) (n int, ok bool) {
	bounds := []int{0, 32767}
	if len(ref.args) > 2 {
		p.r.errorf(CodeDefinition, at, "", "${_RANDOM} takes at most two numbers, not %d", len(ref.args))
		return 0, false
	}
	for i, arg := range ref.args {
		v, err := strconv.ParseUint(arg, 10, 31)
		if err != nil {
			p.r.errorf(CodeDefinition, at, "", "${_RANDOM %s}: %q is not a number", strings.Join(ref.args, " "), arg)
			return 0, false
		}
		bounds[i] = int(v)
	}
	if bounds[0] > bounds[1] {
		p.r.errorf(CodeDefinition, at, "", "${_RANDOM}: %d is greater than %d, and is used as it is", bounds[0], bounds[1])
		return bounds[0], true
	}
	return p.rand(bounds[0], bounds[1]), true
}
