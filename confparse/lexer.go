package confparse

import "strings"

// Word is one word of a statement.
type Word struct {
	Text   string // without the quotes
	Quoted bool   // it was written in double quotes
	Pos    Pos
}

// commentStart returns where in s a comment begins, which is len(s) if there is
// none, and whether a quote is left open before it. A comment begins at any !
// or # outside double quotes, even inside a word; a backslash protects it.
// Single quotes mean nothing at this level.
func commentStart(s string) (end int, openQuote bool) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			openQuote = !openQuote
		case openQuote:
		case c == '\\':
			i++
		case c == '!' || c == '#':
			return i, false
		}
	}
	return len(s), openQuote
}

// unescape turns \# and \! into the bare character. It belongs to what
// commentStart does, but has to wait until no comment can be looked for again.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	return strings.NewReplacer(`\#`, "#", `\!`, "!").Replace(s)
}

// braceIndex returns where the first brace outside double quotes is, or -1. The
// braces of an unresolved ${NAME} do not count: it has been reported already,
// and splitting it would only bury that report.
func braceIndex(s string) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted && strings.IndexByte(s[i+1:], '"') >= 0
		case quoted:
		case c == '$':
			if ref, ok := referenceAt(s, i); ok && ref.braced {
				i = ref.end - 1
			}
		case c == '{' || c == '}':
			return i
		}
	}
	return -1
}

// token is a word in the text of a line.
type token struct {
	start, end int32 // start is at the quote, if there is one
	quoted     bool
	escaped    bool // it has a backslash
	foreign    bool // it has bytes beyond ASCII; unknown if quoted
}

// text returns the word in the line s.
func (t token) text(s string) string {
	switch {
	case t.quoted:
		return s[t.start+1 : t.end]
	case t.escaped:
		return unescape(s[t.start:t.end])
	}
	return s[t.start:t.end]
}

// words splits a logical line, and appends to ws. Quotes are dropped and have
// no escapes inside; a quote in the middle of a word ends it and begins
// another. ok is false if the last quote is never closed: what follows it is
// left out then.
func words(ws []token, s string) (_ []token, ok bool) {
	for i := 0; i < len(s); {
		switch {
		case isBlank(s[i]):
			i++
		case s[i] == '"':
			n := strings.IndexByte(s[i+1:], '"')
			if n < 0 {
				return ws, false
			}
			ws = append(ws, token{start: int32(i), end: int32(i + 1 + n), quoted: true})
			i += n + 2
		default:
			w := token{start: int32(i)}
			for ; i < len(s) && !isBlank(s[i]) && s[i] != '"'; i++ {
				if c := s[i]; c == '\\' {
					w.escaped = true
				} else if c >= 0x80 {
					w.foreign = true
				}
			}
			w.end = int32(i)
			ws = append(ws, w)
		}
	}
	return ws, true
}

// curlyQuote returns the typographic quote that w begins or ends with, and its
// offset: somebody pasted it from a web page, and keepalived takes it for an
// ordinary letter.
func curlyQuote(w Word) (quote string, off int) {
	if w.Quoted {
		return "", 0
	}
	for _, q := range []string{"\u201c", "\u201d", "\u201e", "\u2018", "\u2019", "\u00ab", "\u00bb"} {
		if strings.HasPrefix(w.Text, q) {
			return q, 0
		}
		if strings.HasSuffix(w.Text, q) {
			return q, len(w.Text) - len(q)
		}
	}
	return "", 0
}
