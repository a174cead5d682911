package confparse

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// maxFindings ends the list of a file that is nothing like a configuration.
const maxFindings = 1000

// reporter collects findings, and the files that they point into.
type reporter struct {
	files   []string
	sources map[string]string
	found   []Diagnostic
	seen    map[finding]bool
	private map[sourceLine]bool // of findings that do not show their line

	// attempts are keywords that were probably meant and could not be read,
	// which has been reported: that they are missing is no finding of its own.
	attempts map[attempt]bool
}

// sourceLine is a line of a file.
type sourceLine struct {
	file   string
	number int
}

// attempt is a keyword in the block that begins at a place.
type attempt struct {
	line    sourceLine
	column  int
	keyword string
}

func (r *reporter) attempt(block Pos, keyword string) {
	r.attempts[attempt{lineOf(block), block.Column, keyword}] = true
}

// attempted reports whether a keyword was probably meant in a block.
func (r *reporter) attempted(block Pos, keyword string) bool {
	return r.attempts[attempt{lineOf(block), block.Column, keyword}]
}

// attemptedAnywhere reports the same of all blocks.
func (r *reporter) attemptedAnywhere(keyword string) bool {
	for a := range r.attempts {
		if a.keyword == keyword {
			return true
		}
	}
	return false
}

func lineOf(p Pos) sourceLine { return sourceLine{p.File, p.Line} }

// finding identifies a finding: text that is replayed must not repeat it.
type finding struct {
	file         string
	line, column int
	code         Code
	message      string
}

func newReporter() *reporter {
	return &reporter{sources: map[string]string{}, seen: map[finding]bool{}, private: map[sourceLine]bool{}, attempts: map[attempt]bool{}}
}

// source makes a file known before anything is reported in it.
func (r *reporter) source(name, content string) {
	if _, ok := r.sources[name]; !ok {
		r.files = append(r.files, name)
	}
	r.sources[name] = content
}

// full reports whether nothing more is taken, so that nobody needs to think
// about what to say.
func (r *reporter) full() bool { return len(r.found) > maxFindings }

func (r *reporter) report(s Severity, c Code, at Pos, help, format string, args ...any) {
	d := Diagnostic{Pos: at, Code: c, Severity: s, Message: printable(fmt.Sprintf(format, args...)), Help: printable(help)}
	key := finding{at.File, at.Line, at.Column, c, d.Message}
	if r.seen[key] || len(r.found) > maxFindings {
		return
	}
	if len(r.found) == maxFindings {
		d = Diagnostic{Code: CodeTooLarge, Severity: Error, Message: "too many findings, the rest is left out"}
	}
	r.seen[key] = true
	r.found = append(r.found, d)
}

// hide keeps the line at p out of findings.
func (r *reporter) hide(p Pos) { r.private[lineOf(p)] = true }

func (r *reporter) errorf(c Code, at Pos, help, format string, args ...any) {
	r.report(Error, c, at, help, format, args...)
}

func (r *reporter) warnf(c Code, at Pos, help, format string, args ...any) {
	r.report(Warning, c, at, help, format, args...)
}

func (r *reporter) notef(c Code, at Pos, help, format string, args ...any) {
	r.report(Note, c, at, help, format, args...)
}

// diagnostics returns the findings in the order of the files, each with its
// source line; those without a place come last.
func (r *reporter) diagnostics() Diagnostics {
	order := map[string]int{}
	for i, f := range r.files {
		order[f] = i
	}
	slices.SortStableFunc(r.found, func(a, b Diagnostic) int {
		if a.IsValid() != b.IsValid() {
			if a.IsValid() {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(order[a.File], order[b.File]), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	r.quote()
	return r.found
}

// quote gives each finding its source line. They are in order.
func (r *reporter) quote() {
	rest, line := "", 0 // what is left of the file, and the line that it begins with
	for i := range r.found {
		d := &r.found[i]
		if i == 0 || d.File != r.found[i-1].File {
			rest, line = r.sources[d.File], 1
		}
		for ; line < d.Line; line++ {
			_, rest, _ = strings.Cut(rest, "\n")
		}
		s, _, _ := strings.Cut(rest, "\n")
		if d.IsValid() && !r.private[lineOf(d.Pos)] {
			d.Source = Excerpt(strings.TrimRight(s, "\r"))
		}
	}
}
