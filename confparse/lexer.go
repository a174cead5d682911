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

// token is a word in the text of a line, in little space.
type token struct {
	start uint32 // at the quote, if there is one
	size  uint32 // of the text without quotes, in units of wordSize, and marks
}

// What is known of a word.
const (
	wordQuoted  = 1 << iota
	wordEscaped // it has a backslash
	wordForeign // it has bytes beyond ASCII; unknown if quoted
	wordSize    // the unit of token.size
)

// is reports whether t has a mark.
func (t token) is(mark uint32) bool { return t.size&mark != 0 }

// text returns the word in the line s.
func (t token) text(s string) string {
	switch s = s[t.start:]; {
	case t.is(wordQuoted):
		return s[1 : 1+t.size/wordSize]
	case t.is(wordEscaped):
		return unescape(s[:t.size/wordSize])
	}
	return s[:t.size/wordSize]
}

// The ends of words, and what else is to be known of their bytes: the marks.
const (
	byteBlank = wordSize << iota
	byteQuote
)

var bytesOfWords = func() (is [256]uint8) {
	for c := range is {
		switch c := byte(c); {
		case isBlank(c):
			is[c] = byteBlank
		case c == '"':
			is[c] = byteQuote
		case c == '\\':
			is[c] = wordEscaped
		case c >= 0x80:
			is[c] = wordForeign
		}
	}
	return is
}()

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
			ws = append(ws, token{uint32(i), uint32(n)*wordSize | wordQuoted})
			i += n + 2
		default:
			start, marks := i, uint8(0)
			for ; i < len(s); i++ {
				is := bytesOfWords[s[i]]
				if is >= byteBlank {
					break
				}
				marks |= is
			}
			ws = append(ws, token{uint32(start), uint32(i-start)*wordSize | uint32(marks)})
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
