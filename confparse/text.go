package confparse

import "slices"

// text is a line, or a piece of one, that knows where each of its bytes came
// from, whatever was cut from it or put into it.
type text struct {
	s   string
	pos mark // of the first byte; of a text that was put together only pos.in counts
}

// mark is a Pos in little space: every line and every word needs one, and few
// are ever shown.
type mark struct {
	in           *reading
	line, column int32
}

// reading is what the lines of a file have in common while it is read once. A
// text that was put together has one of its own.
type reading struct {
	file   string
	via    *Via
	parts  []part  // instead of file and via: by offset, the first at or before 0
	tokens []token // those of all statements, which say where theirs are
	round  int     // of the builder that made the tokens
}

func newMark(p Pos) mark {
	return mark{&reading{file: p.File, via: p.Via}, int32(p.Line), int32(p.Column)}
}

// plus returns the place n bytes behind m.
func (m mark) plus(n int) mark {
	m.column += int32(n)
	return m
}

// Pos returns the place for others.
func (m mark) Pos() Pos {
	if m.in == nil {
		return Pos{}
	}
	return Pos{m.in.file, int(m.line), int(m.column), m.in.via}
}

// part is a run of bytes with one origin.
type part struct {
	off   int  // where in s it begins
	pos   mark // of its first byte
	fixed bool // every byte is at pos: it replaces what stood there
}

// compose returns a text that was put together.
func compose(s string, parts []part) text {
	return text{s, mark{in: &reading{parts: parts}}}
}

// parts returns the parts of t, if it was put together, as it nearly never is.
func (t text) parts() []part {
	if t.pos.in == nil {
		return nil
	}
	return t.pos.in.parts
}

// origins returns the parts of t; there is at least one.
func (t text) origins() []part {
	if parts := t.parts(); parts != nil {
		return parts
	}
	return []part{{pos: t.pos}}
}

// at returns where byte i came from.
func (t text) at(i int) Pos { return t.mark(i).Pos() }

func (t text) mark(i int) mark {
	parts := t.parts()
	if parts == nil {
		return t.pos.plus(i)
	}
	for _, p := range slices.Backward(parts) {
		if p.off <= i {
			if !p.fixed {
				p.pos = p.pos.plus(i - p.off)
			}
			return p.pos
		}
	}
	return mark{}
}

// cut returns bytes i to j.
func (t text) cut(i, j int) text {
	all := t.parts()
	if all == nil {
		return text{t.s[i:j], t.pos.plus(i)}
	}
	if i == 0 {
		return text{t.s[:j], t.pos}
	}
	// Columns stay right if a part's offset becomes negative.
	parts := make([]part, 0, len(all))
	for k, p := range all {
		if k+1 < len(all) && all[k+1].off <= i {
			continue
		}
		p.off -= i
		parts = append(parts, p)
	}
	return compose(t.s[i:j], parts)
}

// replace puts s, all of it at pos, in the place of bytes i to j.
func (t text) replace(i, j int, s string, pos Pos) text {
	var parts []part
	for _, p := range t.origins() {
		if p.off < i {
			parts = append(parts, p)
		}
	}
	parts = append(parts, part{i, newMark(pos), true})
	if j < len(t.s) {
		for _, p := range t.cut(j, len(t.s)).origins() {
			if p.off < 0 && !p.fixed {
				p.pos = p.pos.plus(-p.off)
			}
			p.off = max(p.off, 0) + i + len(s)
			parts = append(parts, p)
		}
	}
	return compose(t.s[:i]+s+t.s[j:], parts)
}

// join returns t followed by u.
func (t text) join(u text) text {
	parts := slices.Clone(t.origins())
	for _, p := range u.origins() {
		if p.off < 0 && !p.fixed {
			p.pos = p.pos.plus(-p.off)
		}
		p.off = max(p.off, 0) + len(t.s)
		parts = append(parts, p)
	}
	return compose(t.s+u.s, parts)
}

// via returns t with v as what brought it here.
func (t text) via(v *Via) text {
	parts := slices.Clone(t.origins())
	for i, p := range parts {
		if p.pos.in != nil {
			parts[i].pos.in = &reading{file: p.pos.in.file, via: v}
		}
	}
	return compose(t.s, parts)
}

// trim returns t without blanks at either end.
func (t text) trim() text {
	i, j := inner(t.s)
	return t.cut(i, j)
}

// inner returns where s begins and ends without blanks.
func inner(s string) (i, j int) {
	j = len(s)
	for i < j && isBlank(s[i]) {
		i++
	}
	for i < j && isBlank(s[j-1]) {
		j--
	}
	return i, j
}

// trimBlanks returns s without blanks at either end. Those of Unicode are none:
// a no-break space from a web page is a letter here, as it is for keepalived.
func trimBlanks(s string) string {
	i, j := inner(s)
	return s[i:j]
}

// isBlank reports whether c separates words.
func isBlank(c byte) bool {
	return c == ' ' || c >= '\t' && c <= '\r' // \t \n \v \f \r
}
