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
}

// finding identifies a finding: text that is replayed must not repeat it.
type finding struct {
	file         string
	line, column int
	code         Code
	message      string
}

func newReporter() *reporter {
	return &reporter{sources: map[string]string{}, seen: map[finding]bool{}}
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
	lines := map[string][]string{}
	for i, f := range r.files {
		order[f] = i
	}
	for i, d := range r.found {
		if !d.IsValid() {
			continue
		}
		if lines[d.File] == nil {
			lines[d.File] = strings.Split(r.sources[d.File], "\n")
		}
		all := lines[d.File]
		if d.Line > len(all) || HoldsSecret(all[d.Line-1]) {
			continue // findings get logged, and passwords must not
		}
		r.found[i].Source = strings.TrimRight(all[d.Line-1], "\r\n")
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
	return r.found
}
