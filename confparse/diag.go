package confparse

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Pos is where a piece of configuration stands. Line and Column count from 1,
// the column in bytes. The zero Pos is no place at all.
//
// Text that comes out of a definition is at the place that refers to it; text
// that a multi-line definition replays, and text of an included file, is at the
// place where it was written. Via holds the other end in each case.
type Pos struct {
	File         string
	Line, Column int
	Via          *Via
}

// Via says how text came to be read from where it stands.
type Via struct {
	How string // for example "included from" or "replayed for $VIPS at"
	Pos Pos
}

// IsValid reports whether p is a place.
func (p Pos) IsValid() bool { return p.Line > 0 }

// String returns file:line:column.
func (p Pos) String() string {
	if !p.IsValid() {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Severity says how bad a finding is.
type Severity uint8

// The severities, worst last.
const (
	Note    Severity = iota + 1 // worth knowing, nothing to do
	Warning                     // accepted, but not as written or not entirely
	Error                       // refused, or certainly not what was meant
)

// String returns note, warning or error.
func (s Severity) String() string {
	switch s {
	case Note:
		return "note"
	case Warning:
		return "warning"
	case Error:
		return "error"
	}
	return fmt.Sprintf("Severity(%d)", s)
}

// Diagnostic is one finding.
type Diagnostic struct {
	Pos
	Code     Code
	Severity Severity
	Message  string // one line, no final dot, nothing but printable text
	Help     string // what to do about it, one line as well; may be empty
	Source   string // the line at Pos as it is in the file, for Render
}

// String returns "file:line:column: severity: message [code]". What a terminal
// would not print is quoted as in Go.
func (d Diagnostic) String() string {
	s := fmt.Sprintf("%s: %s [%s]", d.Severity, d.Message, d.Code)
	if at := d.Pos.String(); at != "" {
		s = at + ": " + s
	}
	return printable(s)
}

// Render returns String followed by the source line with a caret under the
// column, the chain of includes and definitions, and the help. It ends in a
// newline. What a terminal would not print is quoted, as in String.
func (d Diagnostic) Render() string {
	var b strings.Builder
	b.WriteString(d.String())
	b.WriteByte('\n')
	if d.Source != "" {
		before := d.Source[:min(max(d.Column-1, 0), len(d.Source))]
		fmt.Fprintf(&b, "  %s\n  %s^\n", printable(d.Source), strings.Map(blank, printable(before)))
	}
	for v := d.Via; v != nil; v = v.Pos.Via {
		fmt.Fprintf(&b, "  %s %s\n", v.How, printable(v.Pos.String()))
	}
	if d.Help != "" {
		fmt.Fprintf(&b, "  help: %s\n", printable(d.Help))
	}
	return b.String()
}

// blank takes the place of r before a caret.
func blank(r rune) rune {
	if r == '\t' {
		return r
	}
	return ' '
}

// printable returns s with escapes for what a terminal would act on instead of
// showing it. Tabs remain.
func printable(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if c := s[i : i+n]; r == '\t' || strconv.IsPrint(r) && (r != utf8.RuneError || n > 1) {
			b.WriteString(c)
		} else {
			c = strconv.Quote(c)
			b.WriteString(c[1 : len(c)-1])
		}
		i += n
	}
	return b.String()
}

// Diagnostics are the findings of one parse, in the order of the file.
type Diagnostics []Diagnostic

// HasErrors reports whether any finding is an Error.
func (ds Diagnostics) HasErrors() bool {
	return slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.Severity == Error })
}

// ErrorsFirst returns the findings with the errors in front of the others, each in
// the order of the file: what is to be mended first, and what may only follow
// from it.
func (ds Diagnostics) ErrorsFirst() Diagnostics {
	ds = slices.Clone(ds)
	slices.SortStableFunc(ds, func(a, b Diagnostic) int {
		if errA := a.Severity == Error; errA != (b.Severity == Error) {
			if errA {
				return -1
			}
			return 1
		}
		return 0
	})
	return ds
}

// Render returns all findings, each as [Diagnostic.Render] has it.
func (ds Diagnostics) Render() string {
	var b strings.Builder
	for _, d := range ds {
		b.WriteString(d.Render())
	}
	return b.String()
}

// Exit codes of a configuration test, as scripts around keepalived know them.
const (
	ExitOK       = 0 // nothing that keepalived would report
	ExitCannot   = 4 // there is no configuration to test
	ExitConfig   = 5 // errors, or warnings that keepalived would give as well
	ExitSecurity = 6 // scripts without enable_script_security, and nothing else
)

// ExitCode returns what a configuration test should exit with. Notes, and
// warnings that only this implementation gives (a keyword not acted on yet, for
// one), do not count: a file that keepalived -t passes keeps passing.
func (ds Diagnostics) ExitCode() int {
	code := ExitOK
	for _, d := range ds {
		switch exit := d.exitCode(); exit {
		case ExitOK:
		case ExitCannot:
			return exit
		case ExitConfig:
			code = exit
		case ExitSecurity:
			if code == ExitOK {
				code = exit
			}
		}
	}
	return code
}

func (d Diagnostic) exitCode() int {
	switch {
	case d.Code == CodeNoConfig:
		return ExitCannot
	case d.Code == CodeScriptSecurity:
		return ExitSecurity
	case d.Severity == Error, d.Severity == Warning && !d.Code.ours():
		return ExitConfig
	}
	return ExitOK
}
