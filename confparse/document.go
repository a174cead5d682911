package confparse

import (
	"slices"
	"strings"
)

// Document is a configuration in the forms that it takes on the way: the text
// of its files, statements, and typed values.
type Document struct {
	Name       string            // of the main file
	Sources    map[string]string // the text of each file that was read, by name
	Statements []*Statement      // the top level, in the order of reading
	Config     *Config           // nil if there was nothing to read
}

// Statement is a keyword with what follows it, or an entry of a list. Includes,
// conditions, definitions and sequences are behind it, and so are comments.
type Statement struct {
	Words []Word // at least one, quotes taken away
	// Line is the statement as text, blanks between words reduced to one.
	// Reading it again gives the same words. For keywords that take a program
	// it matters, because those are split as a shell does.
	Line  string
	Block bool         // it opens a block
	Body  []*Statement // what is in the block
}

// Name returns the first word, which is the keyword, or the entry of a list.
func (s *Statement) Name() string { return s.Words[0].Text }

// Pos returns where the statement stands.
func (s *Statement) Pos() Pos { return s.Words[0].Pos }

// Arg returns word i behind the first one, from 1; "" if there is none.
func (s *Statement) Arg(i int) string {
	if i < len(s.Words) {
		return s.Words[i].Text
	}
	return ""
}

// Last returns the last statement of the block with that keyword, which is the
// one that counts where only one can; nil if there is none.
func (s *Statement) Last(keyword string) *Statement {
	var found *Statement
	for _, b := range s.Body {
		if b.Name() == keyword {
			found = b
		}
	}
	return found
}

// All returns the statements of the block with one of the keywords.
func (s *Statement) All(keywords ...string) (found []*Statement) {
	for _, b := range s.Body {
		for _, k := range keywords {
			if b.Name() == k {
				found = append(found, b)
			}
		}
	}
	return found
}

// secretWords are keywords whose values are not to be shown, and what people
// write when they mean them.
var secretWords = []string{"auth_pass", "auth_hmac", "password", "passphrase"}

// Excerpt returns a line of a file as it may be shown: whole, or not at all if
// it may hold a password or a key, even behind a misspelt keyword, or if it is
// longer than keepalived reads. What is shown gets logged.
func Excerpt(line string) string {
	if len(line) > maxLine || holdsSecret(line) {
		return ""
	}
	return line
}

func holdsSecret(line string) bool {
	first := true // in its statement
	for word := range strings.FieldsFuncSeq(line, func(c rune) bool { return strings.ContainsRune(" \t\r\n\"=$", c) }) {
		name := strings.TrimLeft(word, "{}")
		if first = first || name != word; name == "" {
			continue
		}
		lower := strings.ToLower(name)
		switch {
		case first && lower == "key", strings.Contains(lower, "auth_pass"), strings.Contains(lower, "password"):
			return true
		case name != "PASS" && suggest(lower, slices.Values(secretWords)) != "": // auth_type PASS is no secret
			return true
		}
		first = false
	}
	return false
}

// ReadDocument is [ParseFile] for those who look at more than the values: a
// linter, a printer. Its Config is nil if there was nothing to read.
func ReadDocument(name string, opts Options) (*Document, Diagnostics) {
	p := newParser(opts)
	cfg, ds := p.parseFile(name)
	return p.document(name, cfg), ds
}

// ParseDocument is [Parse] for those who look at more than the values.
func ParseDocument(name string, src []byte, opts Options) (*Document, Diagnostics) {
	p := newParser(opts)
	cfg, ds := p.parse(name, src)
	return p.document(name, cfg), ds
}

func (p *parser) document(name string, cfg *Config) *Document {
	return &Document{Name: name, Sources: p.r.sources, Statements: publish(p.tree.stack[0].node), Config: cfg}
}

// publish returns the statements of a block. Those of one block are one piece of
// memory, and so are their words.
func publish(block *node) []*Statement {
	statements, words := 0, 0
	for n := range block.body {
		statements++
		words += n.count()
	}
	if statements == 0 {
		return nil
	}
	all, list := make([]Statement, statements), make([]*Statement, statements)
	rest := make([]Word, words)
	at := 0
	for n := range block.body {
		own := rest[:n.count():n.count()]
		rest = rest[n.count():]
		for i := range own {
			own[i] = n.word(i)
		}
		all[at] = Statement{Words: own, Line: squeeze(n.raw.s), Block: n.opened, Body: publish(n)}
		list[at] = &all[at]
		at++
	}
	return list
}

// squeezed reports whether there is nothing in a line for squeeze to do.
func squeezed(s string) bool {
	blank := false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\\' || c == '"' || c == '\'' || isBlank(c) && (c != ' ' || blank):
			return false
		default:
			blank = c == ' '
		}
	}
	return true
}

// squeeze returns a line with one blank for each run of them. In quotes of
// either kind they remain: some keywords are read as a shell would.
func squeeze(s string) string {
	if trimmed := trimBlanks(s); squeezed(trimmed) {
		return trimmed
	}
	var b strings.Builder
	var quote byte
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\\' && i+1 < len(s) && !isBlank(s[i+1]):
			b.WriteByte(c)
			i++
			c = s[i]
		case c == '"', c == '\'' && strings.IndexByte(s[i+1:], '\'') >= 0:
			quote = c
		case isBlank(c):
			for i+1 < len(s) && isBlank(s[i+1]) {
				i++
			}
			if b.Len() == 0 || i+1 == len(s) {
				continue
			}
			c = ' '
		}
		b.WriteByte(c)
	}
	return b.String()
}
