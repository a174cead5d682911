package lint

import (
	"cmp"
	"slices"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// Merge joins what a parse says about a node with those of the findings that
// are about it, in the order of its files and their lines. A warning or note of
// the parse is left out where a finding on the same line says more; errors
// remain.
func Merge(doc *confparse.Document, parsed confparse.Diagnostics, found []Finding) (all confparse.Diagnostics) {
	type line struct {
		file string
		line int
	}
	said := map[line]bool{}
	for _, f := range found {
		if f.Node == doc.Name {
			said[line{f.File, f.Line}] = true
			all = append(all, f.Diagnostic)
		}
	}
	for _, d := range parsed {
		vague := false
		switch d.Code {
		case confparse.CodeAdjusted, confparse.CodeDeprecated, confparse.CodeOwner, confparse.CodeUnused,
			confparse.CodeDuplicateAddress, confparse.CodeListEntry:
			vague = d.Severity != confparse.Error
		}
		if !vague || !said[line{d.File, d.Line}] {
			all = append(all, d)
		}
	}
	order := map[string]int{}
	if doc.Config != nil {
		for i, name := range doc.Config.Files {
			order[name] = i
		}
	}
	slices.SortStableFunc(all, func(a, b confparse.Diagnostic) int {
		return cmp.Or(cmp.Compare(order[a.File], order[b.File]), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return all
}
