package confparse

import "strings"

// indent is one level of nesting.
const indent = "    "

// Print returns the configuration as one file without includes, conditions,
// definitions, sequences and comments: what counts for the configuration id that
// it was read with. One statement is on each line, and blocks are indented.
// Reading it again gives the same values, whatever the id, and printing those
// the same text. It contains the passwords.
func (d *Document) Print() string {
	var b strings.Builder
	for i, s := range d.Statements {
		if i > 0 && (s.Block || d.Statements[i-1].Block) {
			b.WriteByte('\n')
		}
		printStatement(&b, s, "")
	}
	return b.String()
}

func printStatement(b *strings.Builder, s *Statement, in string) {
	b.WriteString(in + s.Line)
	if s.Block {
		b.WriteString(" {\n")
		for _, inner := range s.Body {
			printStatement(b, inner, in+indent)
		}
		b.WriteString(in + "}")
	}
	b.WriteByte('\n')
}
