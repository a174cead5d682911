package confparse

import "slices"

// text is a line, or a piece of one, that knows where each of its bytes came
// from, whatever was cut from it or put into it.
type text struct {
	s     string
	parts []part // by offset, the first at or before 0
}

// part is a run of bytes with one origin.
type part struct {
	off   int  // where in s it begins
	pos   Pos  // of its first byte
	fixed bool // every byte is at pos: it replaces what stood there
}

func newText(s string, pos Pos) text { return text{s, []part{{pos: pos}}} }

// at returns where byte i came from.
func (t text) at(i int) Pos {
	for _, p := range slices.Backward(t.parts) {
		if p.off <= i {
			if !p.fixed {
				p.pos.Column += i - p.off
			}
			return p.pos
		}
	}
	return Pos{}
}

// cut returns bytes i to j.
func (t text) cut(i, j int) text {
	if i == 0 {
		return text{t.s[:j], t.parts}
	}
	// Columns stay right if a part's offset becomes negative.
	parts := make([]part, 0, len(t.parts))
	for k, p := range t.parts {
		if k+1 < len(t.parts) && t.parts[k+1].off <= i {
			continue
		}
		p.off -= i
		parts = append(parts, p)
	}
	return text{t.s[i:j], parts}
}

// replace puts s, all of it at pos, in the place of bytes i to j.
func (t text) replace(i, j int, s string, pos Pos) text {
	var parts []part
	for _, p := range t.parts {
		if p.off < i {
			parts = append(parts, p)
		}
	}
	parts = append(parts, part{i, pos, true})
	if j < len(t.s) {
		for _, p := range t.cut(j, len(t.s)).parts {
			if p.off < 0 && !p.fixed {
				p.pos.Column -= p.off
			}
			p.off = max(p.off, 0) + i + len(s)
			parts = append(parts, p)
		}
	}
	return text{t.s[:i] + s + t.s[j:], parts}
}

// join returns t followed by u.
func (t text) join(u text) text {
	parts := slices.Clone(t.parts)
	for _, p := range u.cut(0, len(u.s)).parts {
		if p.off < 0 && !p.fixed {
			p.pos.Column -= p.off
		}
		p.off = max(p.off, 0) + len(t.s)
		parts = append(parts, p)
	}
	return text{t.s + u.s, parts}
}

// via returns t with v as what brought it here.
func (t text) via(v *Via) text {
	parts := slices.Clone(t.parts)
	for i := range parts {
		parts[i].pos.Via = v
	}
	return text{t.s, parts}
}

// trim returns t without blanks at either end.
func (t text) trim() text {
	i, j := 0, len(t.s)
	for i < j && isBlank(t.s[i]) {
		i++
	}
	for i < j && isBlank(t.s[j-1]) {
		j--
	}
	return t.cut(i, j)
}

// isBlank reports whether c separates words.
func isBlank(c byte) bool {
	switch c {
	case ' ', '\t', '\f', '\v', '\r', '\n':
		return true
	}
	return false
}
