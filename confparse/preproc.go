package confparse

import "strings"

// preproc turns files into logical lines: it takes comments away, evaluates
// conditions, keeps definitions and replaces references to them, unrolls
// sequences, follows includes, and splits lines at braces. Each logical line is
// a statement or a single brace.
type preproc struct {
	opts Options
	r    *reporter
	sink func(text) // gets each logical line before the next one is made

	defs  map[string]definition
	open  *definition // a multi-line definition that is being collected
	rand  func(lo, hi int) int
	cwd   []string // directories of the open files, the innermost last
	names []string // names of the open files
	check includeCheck

	depth, lines, bytes int // spent so far
	stopped             bool
}

// enter goes one level deeper into includes and replays. It returns false,
// after one report, when that is deeper than any configuration should go.
func (p *preproc) enter(at Pos) bool {
	p.depth++
	if p.depth > p.opts.limits.depth {
		p.stop(at, "includes, definitions and sequences are nested more than %d deep", p.opts.limits.depth)
	}
	return !p.stopped
}

func (p *preproc) leave() { p.depth-- }

// spend accounts for one more line of n bytes, and returns false, after one
// report, when the input costs more than any configuration should.
func (p *preproc) spend(n int, at Pos) bool {
	p.lines++
	p.bytes += n
	switch l := p.opts.limits; {
	case p.lines > l.lines:
		p.stop(at, "the configuration grows beyond %d lines", l.lines)
	case p.bytes > l.bytes:
		p.stop(at, "the configuration grows beyond %d bytes", l.bytes)
	}
	return !p.stopped
}

func (p *preproc) stop(at Pos, format string, args ...any) {
	if !p.stopped {
		p.stopped = true
		p.r.errorf(CodeTooLarge, at, "", format+"; the rest is not read", args...)
	}
}

// maxLine is the longest line that keepalived reads in one piece.
const maxLine = 1022

// source reads the content of a file that is called name. via says who
// included it.
func (p *preproc) source(name, content string, via *Via) {
	p.r.source(name, content)
	if rest, ok := strings.CutPrefix(content, "\ufeff"); ok {
		p.r.warnf(CodeLine, Pos{name, 1, 1, via}, "save the file as UTF-8 without byte order mark", "keepalived takes the byte order mark for a part of the first word")
		content = rest
	}
	at := mark{in: &reading{file: name, via: via}, column: 1}
	for content != "" && !p.stopped {
		var line string
		line, content, _ = strings.Cut(content, "\n")
		at.line++
		if !p.simple(line, at) {
			p.physical(text{s: strings.TrimRight(line, "\r"), pos: at})
		}
	}
}

// simple handles a line of a file as physical does, if it is one of those that
// need nothing but to be handed out. Nearly all of a large file are.
func (p *preproc) simple(line string, at mark) bool {
	i, j := inner(line)
	n := j - i
	if l := &p.opts.limits; p.open != nil || n == 0 || n > maxLine || p.depth >= l.depth || p.lines >= l.lines || p.bytes > l.bytes-n {
		return false
	}
	s := line[i:j]
	brace := s[n-1] == '{' || s == "}"
	if brace {
		n--
	}
	for k := range n {
		if isSign[s[k]] {
			return false
		}
	}
	if strings.HasPrefix(s, "include") {
		return false
	}
	p.lines++
	p.bytes += len(s)
	at = at.plus(i)
	if n > 0 {
		_, end := inner(s[:n])
		p.sink(text{s: s[:end], pos: at})
	}
	if brace {
		p.sink(text{s: s[n:], pos: at.plus(n)})
	}
	return true
}

// isSign has the characters that mean something to this layer.
var isSign = [256]bool{0: true, '"': true, '\\': true, '!': true, '#': true, '$': true, '@': true, '~': true, '{': true, '}': true}

// physical handles one line of a file.
func (p *preproc) physical(t text) {
	if i := strings.IndexByte(t.s, 0); i >= 0 {
		p.r.errorf(CodeLine, t.at(i), "", "the line contains a NUL byte and is left out")
		return
	}
	if len(t.s) > maxLine {
		p.r.warnf(CodeLine, t.at(0), "split it with a multi-line definition", "keepalived reads at most %d characters of a line, this one has %d", maxLine, len(t.s))
	}
	empty := t.s == ""
	line := p.uncomment(t)
	if p.open != nil {
		p.collect(line, empty)
		return
	}
	p.logical(line, true)
}

// uncomment removes a comment, and blanks at the ends.
func (p *preproc) uncomment(t text) text {
	end, open := commentStart(t.s)
	if open {
		p.r.errorf(CodeQuote, t.at(strings.LastIndexByte(t.s[:end], '"')), `close it with another "`, `a quote is not closed on its line`)
	}
	return t.cut(0, end).trim()
}

// logical handles what a line has become so far. condition says whether an @
// at its start is still to be evaluated: only one is, per line.
func (p *preproc) logical(t text, condition bool) {
	defer p.leave()
	if !p.enter(t.at(0)) {
		return
	}
	for t = t.trim(); t.s != "" && p.spend(len(t.s), t.at(0)); condition = true {
		t = p.step(t, condition)
	}
}

// step handles a line up to its first brace, and returns the rest, which is a
// line of its own.
func (p *preproc) step(t text, condition bool) (rest text) {
	for t.s != "" && t.s[0] == '@' {
		if !condition {
			p.r.errorf(CodeDefinition, t.at(0), "", "only one @ condition of a line is evaluated")
			return rest
		}
		t, condition = p.condition(t), false
	}
	switch {
	case t.s == "":
		return rest
	case p.define(t):
		return rest
	case isSequence(t.s):
		p.sequence(t)
		return rest
	}
	line, more, changed := p.substitute(t)
	if !changed {
		return p.split(line)
	}
	line = p.uncomment(line)
	if strings.HasPrefix(line.s, "@") || isSequence(line.s) {
		// What comes out of a definition may be a condition or a sequence.
		p.logical(line, condition)
	} else if rest = p.split(line); more == nil {
		return rest
	} else {
		p.logical(rest, true)
	}
	for _, t := range more {
		p.logical(t, true)
	}
	return text{}
}

// condition evaluates "@ID rest" and "@^ID rest", and returns the rest if it
// counts.
func (p *preproc) condition(t text) (rest text) {
	i := strings.IndexAny(t.s, " \t")
	if i < 0 {
		i = len(t.s)
	}
	id, not := strings.CutPrefix(t.s[1:i], "^")
	switch {
	case id == "":
		p.r.errorf(CodeDefinition, t.at(0), "write @ID, or @^ID for all but ID, at the start of the line", "a condition without a configuration id")
	case (id == p.opts.ConfigID) != not:
		return t.cut(i, len(t.s)).trim()
	}
	return rest
}

// split follows an include, or hands out a statement and a brace, and returns
// what stands behind the brace.
func (p *preproc) split(t text) (rest text) {
	if t.s == "" || p.include(t) {
		return rest
	}
	i := braceIndex(t.s)
	if i < 0 {
		p.sink(t)
		return rest
	}
	if head := t.cut(0, i).trim(); head.s != "" {
		p.sink(head)
	}
	p.sink(t.cut(i, i+1))
	return t.cut(i+1, len(t.s)).trim()
}
